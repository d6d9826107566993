import HardwareInterface

/// MCP4728: four 12-bit DACs on the internal 2.048 V reference, at gain 1 or 2 (0 to 4.095 V).
///
/// Only volatile registers are ever written, by the multi-write command: it says reference, gain and power mode each time,
/// so a chip that lost power in between is right again after one write, and it needs no LDAC pin. The EEPROM keeps what
/// it came with. The fast write would be a third shorter, but says neither reference nor gain and needs the LDAC pin low.
/// Source: Microchip, MCP4728 data sheet, DS22187E.
public struct MCP4728: Equatable, Sendable {
  /// 0x60 to 0x67.
  public let address: I2CAddress
  /// Twice the reference at full scale.
  public let doubleGain: Bool

  public init(address: I2CAddress, doubleGain: Bool) {
    self.address = address
    self.doubleGain = doubleGain
  }

  /// The largest code.
  public static let largestCode: UInt16 = 4095

  /// One channel's input register.
  public struct Channel: Equatable, Sendable {
    public var code: UInt16
    public var internalReference: Bool
    public var doubleGain: Bool
    /// 0 when the output is on; else its pull-down: 1 (1 kΩ), 2 (100 kΩ), 3 (500 kΩ).
    public var powerDown: UInt8

    public init(code: UInt16, internalReference: Bool, doubleGain: Bool, powerDown: UInt8) {
      self.code = code
      self.internalReference = internalReference
      self.doubleGain = doubleGain
      self.powerDown = powerDown
    }
  }

  /// What the chip says of itself.
  public struct Status: Equatable, Sendable {
    /// No EEPROM write is going on.
    public var ready: Bool
    /// The supply is up.
    public var powered: Bool
    public var a: Channel
    public var b: Channel
    public var c: Channel
    public var d: Channel

    public init(ready: Bool, powered: Bool, a: Channel, b: Channel, c: Channel, d: Channel) {
      self.ready = ready
      self.powered = powered
      self.a = a
      self.b = b
      self.c = c
      self.d = d
    }
  }

  /// Sets reference, gain and power mode of the four channels; codes stay as they are.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    let now = try status(on: &bus)
    try setAll(on: &bus, (now.a.code, now.b.code, now.c.code, now.d.code))
  }

  /// The bytes that set one channel and its output: 3, or 0 when `buffer` is too short. Codes above 4095 count as 4095,
  /// channels wrap at 4. Those of several channels may follow one another in one write.
  @inlinable
  public static func encodeChannel(
    _ channel: UInt8, code: UInt16, doubleGain: Bool, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard buffer.count >= 3 else { return 0 }
    let bounded = code > largestCode ? largestCode : code
    // Command 01000, channel, UDAC = 0 (update the output now); internal reference, on, gain, code.
    buffer[0] = 0x40 | (channel & 3) << 1
    buffer[1] = (doubleGain ? 0x90 : 0x80) | UInt8(truncatingIfNeeded: bounded >> 8)
    buffer[2] = UInt8(truncatingIfNeeded: bounded)
    return 3
  }

  /// The bytes that set the four channels and their outputs, A first: 12, or 0 when `buffer` is too short.
  @inlinable
  public static func encodeAll(
    _ codes: (UInt16, UInt16, UInt16, UInt16), doubleGain: Bool, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard buffer.count >= 12 else { return 0 }
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[3..<12])
    let last = UnsafeMutableRawBufferPointer(rebasing: buffer[6..<12])
    let end = UnsafeMutableRawBufferPointer(rebasing: buffer[9..<12])
    return encodeChannel(0, code: codes.0, doubleGain: doubleGain, into: buffer)
      + encodeChannel(1, code: codes.1, doubleGain: doubleGain, into: rest)
      + encodeChannel(2, code: codes.2, doubleGain: doubleGain, into: last)
      + encodeChannel(3, code: codes.3, doubleGain: doubleGain, into: end)
  }

  /// Sets one channel and its output. Codes above 4095 count as 4095, channels wrap at 4.
  @inlinable
  public func setDAC<Bus: I2CBus>(on bus: inout Bus, channel: UInt8, code: UInt16) throws(I2CError) {
    try bus.send(address) { Self.encodeChannel(channel, code: code, doubleGain: doubleGain, into: $0) }
  }

  /// Sets the four channels and their outputs in one transaction, A first.
  @inlinable
  public func setAll<Bus: I2CBus>(
    on bus: inout Bus, _ codes: (UInt16, UInt16, UInt16, UInt16)
  ) throws(I2CError) {
    try bus.send(address) { Self.encodeAll(codes, doubleGain: doubleGain, into: $0) }
  }

  /// Checks that an MCP4728 answers, and changes nothing.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) { _ = try status(on: &bus) }

  /// Reads the status and the four input registers back.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the answer does not name its channels in order.
  @inlinable
  public func status<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Status {
    // A channel is three bytes of its input register, then three of its EEPROM.
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    return try withUnsafeMutableBytes(of: &words) { (raw) throws(I2CError) in
      try bus.read(address, into: raw)
      return try decodeStatus(UnsafeRawBufferPointer(raw))
    }
  }

  /// What the 24 bytes of a read say.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when they do not name their channels in order, or are too few.
  @inlinable
  public func decodeStatus(_ raw: UnsafeRawBufferPointer) throws(I2CError) -> Status {
    guard raw.count >= 24 else { throw I2CError(.unexpectedData, address: address.value) }
    return Status(
      ready: raw[0] & 0x80 != 0, powered: raw[0] & 0x40 != 0, a: try channel(raw, 0), b: try channel(raw, 1),
      c: try channel(raw, 2), d: try channel(raw, 3))
  }

  @inlinable
  func channel(_ raw: UnsafeRawBufferPointer, _ index: Int) throws(I2CError) -> Channel {
    let head = raw[index * 6]
    let high = raw[index * 6 + 1]
    guard Int(head >> 4) & 3 == index, head & 0x08 == 0 else {
      throw I2CError(.unexpectedData, address: address.value)
    }
    return Channel(
      code: UInt16(high & 0x0F) << 8 | UInt16(raw[index * 6 + 2]), internalReference: high & 0x80 != 0,
      doubleGain: high & 0x10 != 0, powerDown: (high >> 5) & 3)
  }
}
