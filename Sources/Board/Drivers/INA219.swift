import HardwareInterface

/// INA219: the voltage over a shunt, and that of the bus behind it.
///
/// Both registers need no calibration; current is the shunt voltage over the shunt's resistance, worked out by whoever reads
/// the codes. Source: Texas Instruments, INA219 data sheet, SBOS448G.
public struct INA219: Equatable, Sendable {
  /// 0x40 to 0x4F.
  public let address: I2CAddress
  /// What `configure` writes.
  @usableFromInline let settings: UInt16

  /// - Parameters:
  ///   - rangeMillivolts: of the shunt voltage, either sign: 40, 80, 160 or 320.
  ///   - busRange32: bus voltages to 32 V in place of 16 V.
  ///
  /// Nil for another range.
  public init?(address: I2CAddress, rangeMillivolts: UInt16, busRange32: Bool = true) {
    let gain: UInt16
    switch rangeMillivolts {
    case 40: gain = 0
    case 80: gain = 1
    case 160: gain = 2
    case 320: gain = 3
    default: return nil
    }
    self.address = address
    // 12 bits and no averaging for both voltages, converted in turn without end.
    settings = (busRange32 ? 0x2000 : 0) | gain << 11 | 3 << 7 | 3 << 3 | 7
  }

  /// Volts a code of channel 0, the shunt voltage.
  public static let shuntVoltsPerCode: Float = 10e-6
  /// Volts a code of channel 1, the bus voltage.
  public static let busVoltsPerCode: Float = 4e-3
  /// The longest a conversion of both voltages takes, nanoseconds.
  public static let conversionTime: UInt64 = 2 * 586_000

  @usableFromInline
  enum Pointer {
    @usableFromInline static let configuration: UInt8 = 0
    @usableFromInline static let shunt: UInt8 = 1
    @usableFromInline static let bus: UInt8 = 2
  }

  /// The configuration after a reset.
  @usableFromInline static let resetSettings: UInt16 = 0x399F

  /// Sets ranges and continuous conversion, and reads them back.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the chip holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.writeWord(address, pointer: Pointer.configuration, settings)
    guard try bus.readWord(address, pointer: Pointer.configuration) == settings else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// Resets the chip and checks that it then holds what an INA219 holds; `configure` it after that.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.writeWord(address, pointer: Pointer.configuration, 0x8000)
    guard try bus.readWord(address, pointer: Pointer.configuration) == Self.resetSettings else {
      throw I2CError(.unexpectedData, address: address.value)
    }
  }

  /// The byte before a read of a channel's two bytes, with a repeated start between: 1. Channels wrap at 2. The pointer
  /// stays until another is written, so one channel read again and again needs it once.
  @inlinable
  public static func encodePointer(channel: UInt8, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.byte(channel & 1 == 0 ? Pointer.shunt : Pointer.bus, into: buffer)
  }

  /// A channel's code: shunt voltage in 10 µV, or bus voltage in 4 mV.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when there are not two bytes.
  @inlinable
  public func decode(channel: UInt8, _ raw: UnsafeRawBufferPointer) throws(I2CError) -> Int16 {
    guard let word = Encoding.word(raw) else { throw I2CError(.unexpectedData, address: address.value) }
    return Int16(bitPattern: channel & 1 == 0 ? word : word >> 3)
  }

  /// The last finished conversion of a channel.
  @inlinable
  public func read<Bus: I2CBus>(on bus: inout Bus, channel: UInt8) throws(I2CError) -> Int16 {
    var word: UInt16 = 0
    return try withUnsafeMutableBytes(of: &word) { (raw) throws(I2CError) in
      try bus.readBytes(address, register: channel & 1 == 0 ? Pointer.shunt : Pointer.bus, into: raw)
      return try decode(channel: channel, UnsafeRawBufferPointer(raw))
    }
  }

  /// Both voltages have been converted since the configuration was written or the power register read.
  @inlinable
  public func isReady<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Bool {
    try bus.readWord(address, pointer: Pointer.bus) & 0x0002 != 0
  }
}
