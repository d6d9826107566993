import HardwareInterface

/// TCA9548A: joins any of eight downstream buses to the one it sits on.
///
/// Source: Texas Instruments, TCA9548A data sheet, SCPS207.
public struct TCA9548A: Equatable, Sendable {
  /// 0x70 to 0x77.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// The byte that joins the downstream buses whose bits are set in `mask`, and no others: 1, or 0 when `buffer` is too
  /// short. They are joined at the stop that ends the transaction; in a batch joined by repeated starts nothing behind the
  /// multiplexer can be reached before the batch has ended.
  @inlinable
  public static func encodeSelect(mask: UInt8, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.byte(mask, into: buffer)
  }

  /// Joins the downstream buses whose bits are set in `mask`, and no others, once the transaction has ended.
  @inlinable
  public func select<Bus: I2CBus>(on bus: inout Bus, mask: UInt8) throws(I2CError) {
    try bus.send(address) { Self.encodeSelect(mask: mask, into: $0) }
  }

  /// The mask of downstream buses joined now.
  @inlinable
  public func selected<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> UInt8 {
    var byte: UInt8 = 0
    try withUnsafeMutableBytes(of: &byte) { (raw) throws(I2CError) in try bus.read(address, into: raw) }
    return byte
  }

  /// Checks that a TCA9548A answers: it holds the mask it is sent. Leaves no downstream bus joined.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    let before = try selected(on: &bus)
    try select(on: &bus, mask: before)
    guard try selected(on: &bus) == before else { throw I2CError(.unexpectedData, address: address.value) }
    try select(on: &bus, mask: 0)
    guard try selected(on: &bus) == 0 else { throw I2CError(.unexpectedData, address: address.value) }
  }
}
