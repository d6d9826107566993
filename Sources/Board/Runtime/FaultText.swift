import HardwareInterface
import WireFormat

/// Words for bus faults: what, and what it usually means.
public enum FaultText {
  public static func text(_ error: I2CError) -> String {
    let cause = error.kind == .other ? "error \(error.errno)" : error.kind.hint.description
    guard error.address != 0 else { return cause }
    return "address 0x\(Hex.text([error.address])): " + cause
  }
}
