import HardwareInterface

/// TCA9548A: joins any of eight downstream buses to the one it sits on.
///
/// Source: Texas Instruments, TCA9548A data sheet, SCPS207.
public struct TCA9548A: Equatable, Sendable {
  /// 0x70 to 0x77.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// Joins the downstream buses whose bits are set in `mask`, and no others, once the transaction has ended.
  @inlinable
  public func select<Bus: I2CBus>(on bus: inout Bus, mask: UInt8) throws(I2CError) {
    var byte = mask
    try withUnsafeBytes(of: &byte) { (raw) throws(I2CError) in try bus.write(address, raw) }
  }

  /// The mask of downstream buses joined now.
  @inlinable
  public func selected<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> UInt8 {
    var byte: UInt8 = 0
    try withUnsafeMutableBytes(of: &byte) { (raw) throws(I2CError) in try bus.read(address, into: raw) }
    return byte
  }
}
