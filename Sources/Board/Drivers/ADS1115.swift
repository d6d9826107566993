import HardwareInterface

/// ADS1115: a 16-bit ADC behind four single-ended inputs, one conversion at a time. Codes are two's complement, 32768 to
/// the full scale.
///
/// Source: Texas Instruments, ADS111x data sheet, SBAS444.
public struct ADS1115: Equatable, Sendable {
  /// 0x48 to 0x4B.
  public let address: I2CAddress
  /// The configuration register with the gain, rate and single-shot mode, without channel and start bit.
  @usableFromInline let settings: UInt16
  /// Conversions a second.
  public let samplesPerSecond: UInt16

  /// - Parameters:
  ///   - fullScaleVolts: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256.
  ///   - samplesPerSecond: 8, 16, 32, 64, 128, 250, 475 or 860.
  ///
  /// Nil for another range or rate.
  public init?(address: I2CAddress, fullScaleVolts: Float, samplesPerSecond: UInt16) {
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
    switch samplesPerSecond {
    case 8: rate = 0
    case 16: rate = 1
    case 32: rate = 2
    case 64: rate = 3
    case 128: rate = 4
    case 250: rate = 5
    case 475: rate = 6
    case 860: rate = 7
    default: return nil
    }
    self.address = address
    self.samplesPerSecond = samplesPerSecond
    // Bit 8: single shot. Bits 1 and 0: comparator off.
    settings = gain << 9 | 0x0100 | rate << 5 | 0x0003
  }

  @usableFromInline
  enum Pointer {
    @usableFromInline static let conversion: UInt8 = 0
    @usableFromInline static let configuration: UInt8 = 1
  }

  /// The longest a conversion takes from its start, nanoseconds: the oscillator's 10 % and the 25 µs to wake.
  @inlinable
  public var conversionTime: UInt64 { 1_100_000_000 / UInt64(samplesPerSecond) + 25_000 }

  /// Sets gain and rate, with no conversion started, and reads them back.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the chip holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    let word = settings | 0x4000
    try bus.writeWord(address, pointer: Pointer.configuration, word)
    guard try bus.readWord(address, pointer: Pointer.configuration) & 0x7FFF == word else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Starts one conversion of an input against ground; channels wrap at 4.
  @inlinable
  public func startConversion<Bus: I2CBus>(on bus: inout Bus, channel: UInt8) throws(I2CError) {
    try bus.writeWord(address, pointer: Pointer.configuration, 0xC000 | UInt16(channel & 3) << 12 | settings)
  }

  /// No conversion is going on.
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
    let word =
      pointerIsSet ? try bus.readWord(address) : try bus.readWord(address, pointer: Pointer.conversion)
    return Int16(bitPattern: word)
  }
}
