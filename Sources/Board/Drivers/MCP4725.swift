import HardwareInterface

/// MCP4725: one 12-bit DAC whose reference is its supply.
///
/// At power-on the output takes the code its EEPROM holds (half scale as it is sold), so a safe value must be written before
/// anything relies on the output. Only the fast write is ever sent; it changes the volatile register alone. The commands
/// that begin with 011 would write the EEPROM. Source: Microchip, MCP4725 data sheet, DS22039D.
public struct MCP4725: Equatable, Sendable {
  /// 0x60 to 0x67, by order code and the A0 pin.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// The largest code.
  public static let largestCode: UInt16 = 4095

  /// What the chip says of itself.
  public struct Status: Equatable, Sendable {
    /// No EEPROM write is going on.
    public var ready: Bool
    /// The supply is up.
    public var powered: Bool
    /// 0 when the output is on; else its pull-down: 1 (1 kΩ), 2 (100 kΩ), 3 (500 kΩ).
    public var powerDown: UInt8
    public var code: UInt16

    public init(ready: Bool, powered: Bool, powerDown: UInt8, code: UInt16) {
      self.ready = ready
      self.powered = powered
      self.powerDown = powerDown
      self.code = code
    }
  }

  /// The bytes of a fast write, which sets the output and turns it on: 2, or 0 when `buffer` is too short. Codes above 4095
  /// count as 4095. Several may follow one another in one write.
  @inlinable
  public static func encodeFast(code: UInt16, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.word(code > largestCode ? largestCode : code, into: buffer)
  }

  /// Sets the output and turns it on.
  @inlinable
  public func setDAC<Bus: I2CBus>(on bus: inout Bus, code: UInt16) throws(I2CError) {
    try bus.send(address) { Self.encodeFast(code: code, into: $0) }
  }

  /// Turns the output on with the code it holds.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) { try identify(on: &bus) }

  /// Checks that an MCP4725 answers: it is powered, writes no EEPROM, and holds the code it is sent (the one it had).
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    let before = try status(on: &bus)
    guard before.ready, before.powered else { throw I2CError(.unexpectedData, address: address.value) }
    try setDAC(on: &bus, code: before.code)
    let after = try status(on: &bus)
    guard after.code == before.code, after.powerDown == 0 else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Reads status and register back.
  @inlinable
  public func status<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Status {
    var bytes: (UInt8, UInt8, UInt8) = (0, 0, 0)
    return try withUnsafeMutableBytes(of: &bytes) { (raw) throws(I2CError) in
      try bus.read(address, into: raw)
      return try decodeStatus(UnsafeRawBufferPointer(raw))
    }
  }

  /// What the first 3 bytes of a read say.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when they are too few.
  @inlinable
  public func decodeStatus(_ raw: UnsafeRawBufferPointer) throws(I2CError) -> Status {
    guard raw.count >= 3 else { throw I2CError(.unexpectedData, address: address.value) }
    return Status(
      ready: raw[0] & 0x80 != 0, powered: raw[0] & 0x40 != 0, powerDown: (raw[0] >> 1) & 3,
      code: UInt16(raw[1]) << 4 | UInt16(raw[2]) >> 4)
  }
}
