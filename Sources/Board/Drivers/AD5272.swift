import HardwareInterface

/// AD5272: a rheostat of 1024 positions. Position 0 joins the wiper with terminal A.
///
/// The position is a plain register and may change without end; the fifty-times programmable memory is never written
/// (command 3). At power-on the register is locked: `configure` opens it. Source: Analog Devices, AD5272/AD5274 data sheet,
/// rev. D.
public struct AD5272: Equatable, Sendable {
  /// 0x2C, 0x2E or 0x2F, by the ADDR pin.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// The largest code.
  public static let largestCode: UInt16 = 1023

  /// Commands, where they stand in a word: bits 13 to 10.
  @usableFromInline
  enum Command {
    @usableFromInline static let writePosition: UInt16 = 0x0400
    @usableFromInline static let readPosition: UInt16 = 0x0800
    @usableFromInline static let writeControl: UInt16 = 0x1C00
    @usableFromInline static let readControl: UInt16 = 0x2000
    @usableFromInline static let shutdown: UInt16 = 0x2400
  }

  /// C1: the position may be changed over the bus.
  @usableFromInline static let unlocked: UInt16 = 0x0002

  /// The bytes that set the position: 2, or 0 when `buffer` is too short. Codes above 1023 count as 1023.
  @inlinable
  public static func encode(code: UInt16, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.word(Command.writePosition | (code > largestCode ? largestCode : code), into: buffer)
  }

  /// Unlocks the position, ends a shutdown, and leaves the memory locked; the position stays.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the chip does not say it is unlocked.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.send(address) { Encoding.word(Command.writeControl | Self.unlocked, into: $0) }
    try bus.send(address) { Encoding.word(Command.shutdown, into: $0) }
    guard try ask(on: &bus, Command.readControl) & 0x0007 == Self.unlocked else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Checks that an AD5272 answers, and leaves it as `configure` does.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) { try configure(on: &bus) }

  /// Sets the position. Codes above 1023 count as 1023.
  @inlinable
  public func setCode<Bus: I2CBus>(on bus: inout Bus, code: UInt16) throws(I2CError) {
    try bus.send(address) { Self.encode(code: code, into: $0) }
  }

  /// The position.
  @inlinable
  public func code<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> UInt16 {
    try ask(on: &bus, Command.readPosition)
  }

  // The data sheet has a stop between the command and the read. Bits 15 and 14 are zero, 13 to 10 anything.
  @inlinable
  func ask<Bus: I2CBus>(on bus: inout Bus, _ command: UInt16) throws(I2CError) -> UInt16 {
    try bus.send(address) { Encoding.word(command, into: $0) }
    let word = try bus.readWord(address)
    guard word & 0xC000 == 0 else { throw I2CError(.unexpectedData, address: address.value) }
    return word & 0x03FF
  }
}
