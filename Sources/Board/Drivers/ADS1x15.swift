import HardwareInterface

/// ADS1115 and ADS1015: an ADC of 16 or 12 bits behind four single-ended inputs, one conversion at a time. Codes are two's
/// complement, 32768 to the full scale; those of the ADS1015 are left-aligned, their low four bits zero.
///
/// Sources: Texas Instruments, ADS111x data sheet, SBAS444D; ADS101x data sheet, SBAS473E.
public struct ADS1x15: Equatable, Sendable {
  /// Which of the two.
  public enum Model: UInt8, Equatable, Sendable { case ads1115, ads1015 }

  /// What the chip does between reads.
  public enum Mode: UInt8, Equatable, Sendable {
    /// Sleeps until a conversion is started.
    case singleShot
    /// Converts one input back to back. A new input counts from the conversion after the one under way.
    case continuous
  }

  public let model: Model
  /// 0x48 to 0x4B.
  public let address: I2CAddress
  /// Conversions a second.
  public let samplesPerSecond: UInt16
  public let mode: Mode
  /// The ALERT/RDY pin falls at each conversion's end: for 8 µs in continuous mode, until the next start otherwise.
  public let readyLine: Bool
  /// The configuration register without channel and start bit.
  @usableFromInline let settings: UInt16

  /// - Parameters:
  ///   - fullScaleVolts: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256.
  ///   - samplesPerSecond: ADS1115: 8, 16, 32, 64, 128, 250, 475 or 860. ADS1015: 128, 250, 490, 920, 1600, 2400 or 3300.
  ///
  /// Nil for another range or rate.
  public init?(
    _ model: Model = .ads1115, address: I2CAddress, fullScaleVolts: Float, samplesPerSecond: UInt16,
    mode: Mode = .singleShot, readyLine: Bool = false
  ) {
    let gain: UInt16
    switch fullScaleVolts {
    case 6.144: gain = 0
    case 4.096: gain = 1
    case 2.048: gain = 2
    case 1.024: gain = 3
    case 0.512: gain = 4
    case 0.256: gain = 5
    default: return nil
    }
    let rate: UInt16
    switch (model, samplesPerSecond) {
    case (.ads1115, 8), (.ads1015, 128): rate = 0
    case (.ads1115, 16), (.ads1015, 250): rate = 1
    case (.ads1115, 32), (.ads1015, 490): rate = 2
    case (.ads1115, 64), (.ads1015, 920): rate = 3
    case (.ads1115, 128), (.ads1015, 1600): rate = 4
    case (.ads1115, 250), (.ads1015, 2400): rate = 5
    case (.ads1115, 475), (.ads1015, 3300): rate = 6
    case (.ads1115, 860): rate = 7
    default: return nil
    }
    self.model = model
    self.address = address
    self.samplesPerSecond = samplesPerSecond
    self.mode = mode
    self.readyLine = readyLine
    // Bit 8: single shot. Bits 1 and 0: comparator off, or on after one conversion as the ready function wants it.
    settings = gain << 9 | (mode == .singleShot ? 0x0100 : 0) | rate << 5 | (readyLine ? 0 : 0x0003)
  }

  @usableFromInline
  enum Pointer {
    @usableFromInline static let conversion: UInt8 = 0
    @usableFromInline static let configuration: UInt8 = 1
    @usableFromInline static let lowThreshold: UInt8 = 2
    @usableFromInline static let highThreshold: UInt8 = 3
  }

  /// The longest a conversion takes from its start, nanoseconds: the oscillator's 10 % and the 25 µs to wake.
  @inlinable
  public var conversionTime: UInt64 { 1_100_000_000 / UInt64(samplesPerSecond) + 25_000 }

  /// Sets range, rate, mode and the ready line, and reads them back. Continuous mode converts input 0 from here on.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the chip holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    if readyLine {
      // The ready function: the top bits of the thresholds the wrong way round.
      try bus.writeWord(address, pointer: Pointer.lowThreshold, 0)
      try bus.writeWord(address, pointer: Pointer.highThreshold, 0x8000)
      guard try bus.readWord(address, pointer: Pointer.lowThreshold) & 0x8000 == 0,
        try bus.readWord(address, pointer: Pointer.highThreshold) & 0x8000 != 0
      else { throw I2CError(.unexpectedData, address: address.value) }
    }
    let word = settings | 0x4000
    try bus.writeWord(address, pointer: Pointer.configuration, word)
    guard try bus.readWord(address, pointer: Pointer.configuration) & 0x7FFF == word else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Checks that one of the family answers, and leaves it as `configure` does. The two models cannot be told apart.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) { try configure(on: &bus) }

  /// The bytes that start a conversion of an input against ground, in continuous mode that turn to it: 3, or 0 when
  /// `buffer` is too short; channels wrap at 4.
  @inlinable
  public func encodeStart(channel: UInt8, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let start: UInt16 = mode == .singleShot ? 0xC000 : 0x4000
    return Encoding.word(
      pointer: Pointer.configuration, start | UInt16(channel & 3) << 12 | settings, into: buffer)
  }

  /// The byte before a read of the conversion register, with a repeated start between: 1. The pointer stays until another
  /// is written, so reads after one another need it once.
  @inlinable
  public static func encodePointer(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.byte(Pointer.conversion, into: buffer)
  }

  /// The code in the two bytes of the conversion register.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when they are too few, or have low bits an ADS1015 does not have.
  @inlinable
  public func decode(_ raw: UnsafeRawBufferPointer) throws(I2CError) -> Int16 {
    guard let word = Encoding.word(raw), model == .ads1115 || word & 0x000F == 0 else {
      throw I2CError(.unexpectedData, address: address.value)
    }
    return Int16(bitPattern: word)
  }

  /// Starts one conversion of an input against ground, or turns to it in continuous mode; channels wrap at 4.
  @inlinable
  public func startConversion<Bus: I2CBus>(on bus: inout Bus, channel: UInt8) throws(I2CError) {
    try bus.send(address) { encodeStart(channel: channel, into: $0) }
  }

  /// No conversion is going on; never so in continuous mode.
  @inlinable
  public func isReady<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Bool {
    try bus.readWord(address, pointer: Pointer.configuration) & 0x8000 != 0
  }

  /// The last finished conversion.
  ///
  /// - Parameter pointerIsSet: nothing but `readConversion` was sent since the last `readConversion`, so the pointer byte
  ///   can be spared.
  @inlinable
  public func readConversion<Bus: I2CBus>(
    on bus: inout Bus, pointerIsSet: Bool = false
  ) throws(I2CError) -> Int16 {
    var word: UInt16 = 0
    return try withUnsafeMutableBytes(of: &word) { (raw) throws(I2CError) in
      if pointerIsSet {
        try bus.read(address, into: raw)
      } else {
        try bus.readBytes(address, register: Pointer.conversion, into: raw)
      }
      return try decode(UnsafeRawBufferPointer(raw))
    }
  }
}
