import HardwareInterface
import WireFormat

/// Words for bus faults: what, and what it usually means.
public enum FaultText {
  public static func text(_ error: I2CError) -> String {
    let cause = reason(error)
    guard error.address != 0 else { return cause }
    return "address 0x\(Hex.text([error.address])): " + cause
  }

  /// Without the address.
  static func reason(_ error: I2CError) -> String {
    error.kind == .other ? "error \(error.errno)" : error.kind.hint.description
  }
}
