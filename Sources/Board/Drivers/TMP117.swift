import HardwareInterface

/// TMP117: a thermometer of 16 bits, 7.8125 m°C a code.
///
/// Its EEPROM is never unlocked. Source: Texas Instruments, TMP117 data sheet, SNOSD82D.
public struct TMP117: Equatable, Sendable {
  /// What the chip does between reads.
  public enum Mode: UInt8, Equatable, Sendable {
    /// Converts without end, one conversion of 8 averages in 125 ms.
    case continuous
    /// Sleeps until a conversion is started.
    case oneShot
  }

  /// 0x48 to 0x4B.
  public let address: I2CAddress
  public let mode: Mode

  public init(address: I2CAddress, mode: Mode = .continuous) {
    self.address = address
    self.mode = mode
  }

  /// The longest a conversion takes, nanoseconds: 8 averages of 15.5 ms, at most 17.5 ms each.
  public static let conversionTime: UInt64 = 140_000_000

  @usableFromInline
  enum Pointer {
    @usableFromInline static let temperature: UInt8 = 0x00
    @usableFromInline static let configuration: UInt8 = 0x01
    @usableFromInline static let identity: UInt8 = 0x0F
  }

  // Bits 11 and 10: mode. Bits 9 to 7: no pause between conversions. Bits 6 and 5: 8 averages.
  @usableFromInline static let continuous: UInt16 = 0x0020
  @usableFromInline static let shutdown: UInt16 = 0x0420
  @usableFromInline static let oneShot: UInt16 = 0x0C20
  /// The bits of the configuration that stay as written: not the flags, nor the reset.
  @usableFromInline static let kept: UInt16 = 0x0FFC

  /// Sets the mode. The temperature reads as `noCode` until the first conversion has ended.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when another chip answers or this one holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try identify(on: &bus)
    let word = mode == .continuous ? Self.continuous : Self.shutdown
    try bus.writeWord(address, pointer: Pointer.configuration, word)
    guard try bus.readWord(address, pointer: Pointer.configuration) & Self.kept == word else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Checks the device number, and changes nothing.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    // The upper four bits are the revision.
    guard try bus.readWord(address, pointer: Pointer.identity) & 0x0FFF == 0x0117 else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// The bytes that start a single conversion: 3, or 0 when `buffer` is too short.
  @inlinable
  public static func encodeStart(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.word(pointer: Pointer.configuration, oneShot, into: buffer)
  }

  /// The byte before a read of the temperature, with a repeated start between: 1. The pointer stays until another is
  /// written.
  @inlinable
  public static func encodePointer(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.byte(Pointer.temperature, into: buffer)
  }

  /// The code in the two bytes of the temperature.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when there are not two bytes, or no conversion has ended yet.
  @inlinable
  public func decode(_ raw: UnsafeRawBufferPointer) throws(I2CError) -> Int16 {
    guard let word = Encoding.word(raw), word != Self.noCode else {
      throw I2CError(.unexpectedData, address: address.value)
    }
    return Int16(bitPattern: word)
  }

  /// What the temperature reads as before the first conversion: -256 °C.
  public static let noCode: UInt16 = 0x8000

  /// A code in thousandths of a degree, rounded down.
  @inlinable
  public static func millidegrees(_ code: Int16) -> Int32 { (Int32(code) * 125) >> 4 }

  /// Starts a single conversion.
  @inlinable
  public func startConversion<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.send(address) { Self.encodeStart(into: $0) }
  }

  /// A conversion has ended since the temperature was read or this was asked.
  @inlinable
  public func isReady<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Bool {
    try bus.readWord(address, pointer: Pointer.configuration) & 0x2000 != 0
  }

  /// The last finished conversion.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when none has ended yet.
  @inlinable
  public func read<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Int16 {
    var word: UInt16 = 0
    return try withUnsafeMutableBytes(of: &word) { (raw) throws(I2CError) in
      try bus.readBytes(address, register: Pointer.temperature, into: raw)
      return try decode(UnsafeRawBufferPointer(raw))
    }
  }
}
