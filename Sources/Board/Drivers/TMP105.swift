import HardwareInterface

/// TMP105: a thermometer of 12 bits, 62.5 m°C a step; codes are left-aligned, their low four bits zero.
///
/// It has no identity. Source: Texas Instruments, TMP105 data sheet, SLLS648D.
public struct TMP105: Equatable, Sendable {
  /// 0x48 or 0x49 by the A0 pin; its kin with three pins go up to 0x4F.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// The longest a conversion takes, nanoseconds.
  public static let conversionTime: UInt64 = 330_000_000

  @usableFromInline
  enum Pointer {
    @usableFromInline static let temperature: UInt8 = 0
    @usableFromInline static let configuration: UInt8 = 1
    @usableFromInline static let low: UInt8 = 2
    @usableFromInline static let high: UInt8 = 3
  }

  /// 12 bits, converting without end.
  @usableFromInline static let settings: UInt8 = 0x60

  /// Sets 12 bits and continuous conversion.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when another chip answers or this one holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    // Limits have 12 bits too; a chip with others in their place is none.
    guard try bus.readWord(address, pointer: Pointer.low) & 0x000F == 0,
      try bus.readWord(address, pointer: Pointer.high) & 0x000F == 0
    else { throw I2CError(.unexpectedData, address: address.value) }
    try bus.writeByte(address, register: Pointer.configuration, Self.settings)
    // Bit 7 is the alert output's state.
    guard try bus.readByte(address, register: Pointer.configuration) & 0x7F == Self.settings else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Checks that something like a TMP105 answers, and leaves it as `configure` does.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) { try configure(on: &bus) }

  /// The byte before a read of the temperature, with a repeated start between: 1. The pointer stays until another is
  /// written.
  @inlinable
  public static func encodePointer(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.byte(Pointer.temperature, into: buffer)
  }

  /// The code in the two bytes of the temperature.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when there are not two bytes, or they have bits below 12.
  @inlinable
  public func decode(_ raw: UnsafeRawBufferPointer) throws(I2CError) -> Int16 {
    guard let word = Encoding.word(raw), word & 0x000F == 0 else {
      throw I2CError(.unexpectedData, address: address.value)
    }
    return Int16(bitPattern: word)
  }

  /// A code in thousandths of a degree, rounded down.
  @inlinable
  public static func millidegrees(_ code: Int16) -> Int32 { (Int32(code) * 125) >> 5 }

  /// The last finished conversion; 0 °C before the first.
  @inlinable
  public func read<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Int16 {
    var word: UInt16 = 0
    return try withUnsafeMutableBytes(of: &word) { (raw) throws(I2CError) in
      try bus.readBytes(address, register: Pointer.temperature, into: raw)
      return try decode(UnsafeRawBufferPointer(raw))
    }
  }
}
