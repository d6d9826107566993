import HardwareInterface
import WireFormat

/// Words for bus faults: what, and what it usually means.
public enum FaultText {
  public static func text(_ error: I2CError) -> String {
    let cause: String
    switch error.kind {
    case .noAcknowledgeAddress: cause = "nobody answers (check power, wiring and address)"
    case .noAcknowledgeData: cause = "the chip refused a byte (check that it is the chip described)"
    case .arbitrationLost: cause = "another controller took the bus"
    case .timeout: cause = "the transfer took too long (clock stretching, or a line held low)"
    case .busStuck: cause = "SDA or SCL is held low (a chip hangs, or a pull-up is missing)"
    case .overrun: cause = "the controller lost data"
    case .permission: cause = "no permission (add the user to group i2c)"
    case .noSuchDevice: cause = "there is no such bus (is I2C switched on in the boot configuration?)"
    case .unsupported: cause = "the controller cannot do this transfer"
    case .unexpectedData: cause = "the answer is not this chip's (check address and kind)"
    case .other: cause = "error \(error.errno)"
    }
    guard error.address != 0 else { return cause }
    return "address 0x\(Hex.text([error.address])): " + cause
  }
}
