import HardwareInterface

/// AD5593R: eight pins, each a 12-bit DAC output, an ADC input, or both (the ADC then reads the DAC's pin).
///
/// Codes run over 0 to 2.5 V, or 0 to 5 V with the wide range, from the internal reference.
///
/// One write is the address, one pointer byte and its data word. The data sheet shows no second pointer byte within a write
/// (further words would go to the same pointer), so each DAC of a step has a start of its own, repeated or after a stop:
/// 37 bits a DAC joined in a batch. A round of ADC results on the other hand is one transaction, 18 bits a channel.
/// Source: Analog Devices, AD5593R data sheet, rev. D.
public struct AD5593R: Equatable, Sendable {
  /// 0x10 or 0x11, by the A0 pin.
  public let address: I2CAddress

  public init(address: I2CAddress) { self.address = address }

  /// The largest code of a DAC or ADC.
  public static let largestCode: UInt16 = 4095
  /// What the chip needs after `reset` before it listens again, nanoseconds.
  public static let resetTime: UInt64 = 250_000

  /// Volts of the full scale, 4096 codes.
  @inlinable
  public static func fullScaleVolts(wideRange: Bool) -> Float { wideRange ? 5 : 2.5 }

  @usableFromInline
  enum Pointer {
    @usableFromInline static let adcSequence: UInt8 = 0x02
    @usableFromInline static let generalControl: UInt8 = 0x03
    @usableFromInline static let adcPins: UInt8 = 0x04
    @usableFromInline static let dacPins: UInt8 = 0x05
    @usableFromInline static let pullDown: UInt8 = 0x06
    @usableFromInline static let loadMode: UInt8 = 0x07
    @usableFromInline static let gpioOutputs: UInt8 = 0x08
    @usableFromInline static let gpioInputs: UInt8 = 0x0A
    @usableFromInline static let powerReference: UInt8 = 0x0B
    @usableFromInline static let threeState: UInt8 = 0x0D
    @usableFromInline static let reset: UInt8 = 0x0F
    @usableFromInline static let writeDAC: UInt8 = 0x10
    @usableFromInline static let readADC: UInt8 = 0x40
    @usableFromInline static let readDAC: UInt8 = 0x50
    @usableFromInline static let readRegister: UInt8 = 0x70
  }

  /// Puts every register and DAC back to its power-on state; wait `resetTime` before the next transaction.
  @inlinable
  public func reset<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.writeWord(address, pointer: Pointer.reset, 0x0DAC)
  }

  /// Turns the reference and the ADC buffer on, gives the pins their work and starts the ADC sequence.
  ///
  /// No reset happens, so a DAC that was one already keeps its output, and codes written before this call appear on
  /// pins that become DACs now. Pins in neither mask are pulled to ground.
  /// - Parameters:
  ///   - dacMask: bit n makes pin n a DAC output.
  ///   - adcMask: bit n makes pin n an ADC input and a part of the sequence `readADCs` reads.
  ///   - wideRange: 0 to 5 V in place of 0 to 2.5 V, for DACs and ADCs alike.
  /// - Throws: `I2CError`; `unexpectedData` when the chip did not take its pin configuration (it is locked: reset it).
  @inlinable
  public func configure<Bus: I2CBus>(
    on bus: inout Bus, dacMask: UInt8, adcMask: UInt8, wideRange: Bool
  ) throws(I2CError) {
    try bus.writeWord(address, pointer: Pointer.powerReference, 0x0200)
    // Bit 8: ADC buffer on. Bits 5 and 4: twice the reference for ADC and DAC.
    try bus.writeWord(address, pointer: Pointer.generalControl, wideRange ? 0x0130 : 0x0100)
    try bus.writeWord(address, pointer: Pointer.loadMode, 0)
    try bus.writeWord(address, pointer: Pointer.gpioOutputs, 0)
    try bus.writeWord(address, pointer: Pointer.gpioInputs, 0)
    try bus.writeWord(address, pointer: Pointer.threeState, 0)
    try bus.writeWord(address, pointer: Pointer.adcPins, UInt16(adcMask))
    try bus.writeWord(address, pointer: Pointer.dacPins, UInt16(dacMask))
    try bus.writeWord(address, pointer: Pointer.pullDown, UInt16(~(dacMask | adcMask)))
    guard try isConfigured(on: &bus, dacMask: dacMask, adcMask: adcMask) else {
      throw I2CError(.unexpectedData, address: address.value)
    }
    try startSequence(on: &bus, mask: adcMask)
  }

  /// Whether the pins still have the work `configure` gave them.
  @inlinable
  public func isConfigured<Bus: I2CBus>(
    on bus: inout Bus, dacMask: UInt8, adcMask: UInt8
  ) throws(I2CError) -> Bool {
    guard try register(on: &bus, Pointer.adcPins) == UInt16(adcMask) else { return false }
    return try register(on: &bus, Pointer.dacPins) == UInt16(dacMask)
  }

  /// Starts the endlessly repeated ADC sequence at its lowest channel; `configure` does so too.
  @inlinable
  public func startSequence<Bus: I2CBus>(on bus: inout Bus, mask: UInt8) throws(I2CError) {
    try bus.send(address) { Self.encodeSequence(mask: mask, into: $0) }
  }

  /// The bytes that start the endlessly repeated ADC sequence at its lowest channel: 3.
  @inlinable
  public static func encodeSequence(mask: UInt8, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.word(pointer: Pointer.adcSequence, mask == 0 ? 0 : 0x0200 | UInt16(mask), into: buffer)
  }

  /// The bytes that set one DAC: 3, or 0 when `buffer` is too short. Codes above 4095 count as 4095, channels wrap at 8.
  @inlinable
  public static func encodeDAC(
    channel: UInt8, code: UInt16, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    let pin = channel & 7
    let word = 0x8000 | UInt16(pin) << 12 | (code > largestCode ? largestCode : code)
    return Encoding.word(pointer: Pointer.writeDAC | pin, word, into: buffer)
  }

  /// The byte before a read of ADC results: 1, in a transaction of its own, as the chip wants a stop between pointer and
  /// answer. The pointer stays until another is written, so a chip that is read only needs it once.
  @inlinable
  public static func encodeReadADCs(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Encoding.byte(Pointer.readADC, into: buffer)
  }

  /// The codes in the bytes of one round of the ADC sequence.
  ///
  /// - Parameters:
  ///   - raw: two bytes for each bit set in `mask`.
  ///   - mask: the `adcMask` the sequence was started with.
  ///   - codes: receives a code for each bit set in `mask`, lowest channel first; may lie where `raw` lies.
  /// - Throws: `I2CError`; `unexpectedData` when an answer does not name its channel (the chip has lost its
  ///   configuration: call `startSequence` or `configure`), `unsupported` when a buffer is too short.
  @inlinable
  public func decodeADCs(
    _ raw: UnsafeRawBufferPointer, mask: UInt8, into codes: UnsafeMutableBufferPointer<UInt16>
  ) throws(I2CError) {
    let count = mask.nonzeroBitCount
    guard codes.count >= count else { throw I2CError(.unsupported, address: address.value) }
    var left = mask
    for index in 0..<count {
      let channel = UInt16(truncatingIfNeeded: left.trailingZeroBitCount)
      left &= left &- 1
      guard let word = Encoding.word(raw, at: index &* 2) else { throw I2CError(.unsupported, address: address.value) }
      guard word >> 12 == channel else { throw I2CError(.unexpectedData, address: address.value) }
      codes[index] = word & 0x0FFF
    }
  }

  /// Sets one DAC; the output follows at once. Codes above 4095 count as 4095, channels wrap at 8.
  @inlinable
  public func setDAC<Bus: I2CBus>(on bus: inout Bus, channel: UInt8, code: UInt16) throws(I2CError) {
    try bus.send(address) { Self.encodeDAC(channel: channel, code: code, into: $0) }
  }

  /// Checks that an AD5593R answers, and changes nothing: each DAC's answer names its channel.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    _ = try dacCode(on: &bus, channel: 2)
    _ = try dacCode(on: &bus, channel: 5)
  }

  /// The code a DAC holds.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when the answer names another channel.
  @inlinable
  public func dacCode<Bus: I2CBus>(on bus: inout Bus, channel: UInt8) throws(I2CError) -> UInt16 {
    let pin = channel & 7
    let word = try word(on: &bus, Pointer.readDAC | pin)
    guard word >> 12 == 8 | UInt16(pin) else { throw I2CError(.unexpectedData, address: address.value) }
    return word & 0x0FFF
  }

  /// Reads one round of the ADC sequence: its pointer, a stop, and the answers in one transaction.
  ///
  /// - Parameters:
  ///   - mask: the `adcMask` the sequence was started with.
  ///   - codes: receives a code for each bit set in `mask`, lowest channel first.
  /// - Throws: `I2CError`; `unexpectedData` when an answer does not name its channel (the chip has lost its
  ///   configuration: call `startSequence` or `configure`), `unsupported` when `codes` is too short.
  @inlinable
  public func readADCs<Bus: I2CBus>(
    on bus: inout Bus, mask: UInt8, into codes: UnsafeMutableBufferPointer<UInt16>
  ) throws(I2CError) {
    let count = mask.nonzeroBitCount
    guard count > 0 else { return }
    guard codes.count >= count else { throw I2CError(.unsupported, address: address.value) }
    let raw = UnsafeMutableRawBufferPointer(start: codes.baseAddress, count: count * 2)
    try bus.send(address) { Self.encodeReadADCs(into: $0) }
    try bus.read(address, into: raw)
    try decodeADCs(UnsafeRawBufferPointer(raw), mask: mask, into: codes)
  }

  /// A configuration register, read back.
  @inlinable
  func register<Bus: I2CBus>(on bus: inout Bus, _ number: UInt8) throws(I2CError) -> UInt16 {
    try word(on: &bus, Pointer.readRegister | number)
  }

  /// The answer to a pointer, which goes first with a stop of its own: with a repeated start in its place the chip is not
  /// reliable at all rates (data sheet's figure of a read; Analog Devices' own driver for Linux was mended so).
  @inlinable
  func word<Bus: I2CBus>(on bus: inout Bus, _ pointer: UInt8) throws(I2CError) -> UInt16 {
    try bus.send(address) { Encoding.byte(pointer, into: $0) }
    return try bus.readWord(address)
  }
}
