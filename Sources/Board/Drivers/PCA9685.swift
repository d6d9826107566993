import HardwareInterface

/// PCA9685: sixteen 12-bit pulse-width outputs with one frequency. A low-pass behind an output makes a voltage of it: its
/// share of high time, code / 4096, of the supply.
///
/// Every pulse begins at count 0, so only the count at which it ends is written in the loop: 3 bytes an output, or one burst
/// for outputs side by side. Outputs change together at the stop that ends the write. At power-on the chip also answers at
/// 0x70 (all call), a multiplexer's address; `configure` ends that. Source: NXP, PCA9685 data sheet, rev. 4.
public struct PCA9685: Equatable, Sendable {
  /// 0x40 to 0x7F but for 0x70 and what I2C reserves, by the pins A0 to A5.
  public let address: I2CAddress
  /// What divides the oscillator, less one; 3 to 255.
  public let prescale: UInt8

  /// Nil for a frequency the chip cannot make: about 24 to 1526 Hz with its own oscillator of 25 MHz.
  public init?(address: I2CAddress, pwmHertz: Float, oscillatorHertz: Float = 25_000_000) {
    let periods = oscillatorHertz / (4096 * pwmHertz) + 0.5
    guard periods >= 4, periods < 257 else { return nil }
    self.address = address
    prescale = UInt8(truncatingIfNeeded: Int32(periods) - 1)
  }

  /// The largest code of `encodeChannel`.
  public static let largestCode: UInt16 = 4095
  /// What the oscillator needs to start, nanoseconds: outputs are right that long after `configure` or `wake`.
  public static let wakeTime: UInt64 = 500_000
  /// Outputs.
  public static let channels = 16

  @usableFromInline
  enum Register {
    @usableFromInline static let mode1: UInt8 = 0x00
    @usableFromInline static let mode2: UInt8 = 0x01
    @usableFromInline static let subaddress1: UInt8 = 0x02
    @usableFromInline static let firstOn: UInt8 = 0x06
    @usableFromInline static let firstOff: UInt8 = 0x08
    @usableFromInline static let allOn: UInt8 = 0xFA
    @usableFromInline static let prescale: UInt8 = 0xFE
  }

  @usableFromInline
  enum Mode {
    @usableFromInline static let restart: UInt8 = 0x80
    @usableFromInline static let autoIncrement: UInt8 = 0x20
    @usableFromInline static let sleep: UInt8 = 0x10
    /// Totem pole, not inverted, outputs change at the stop.
    @usableFromInline static let outputs: UInt8 = 0x04
  }

  /// Sets frequency and modes and turns every output off; one that already runs so keeps its outputs and is left alone.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when another chip answers or this one holds something else.
  @inlinable
  public func configure<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try identify(on: &bus)
    if try isConfigured(on: &bus) { return }
    // The prescaler takes a value asleep only. A restart bit that may be set then is cleared by writing the outputs.
    try bus.writeByte(address, register: Register.mode1, Mode.autoIncrement | Mode.sleep)
    try bus.writeByte(address, register: Register.prescale, prescale)
    try bus.writeByte(address, register: Register.mode2, Mode.outputs)
    try bus.send(address) { Self.encodeLong(register: Register.allOn, code: 0, into: $0) }
    try bus.writeByte(address, register: Register.mode1, Mode.autoIncrement)
    guard try isConfigured(on: &bus) else { throw I2CError(.unexpectedData, address: address.value) }
  }

  /// Whether the chip still runs as `configure` left it.
  @inlinable
  public func isConfigured<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Bool {
    let mode1 = try bus.readByte(address, register: Register.mode1)
    let mode2 = try bus.readByte(address, register: Register.mode2)
    let divider = try bus.readByte(address, register: Register.prescale)
    return mode1 & 0x7F == Mode.autoIncrement && mode2 == Mode.outputs && divider == prescale
  }

  /// Checks that a PCA9685 answers, and changes nothing: its four further addresses are the ones it is sold with.
  ///
  /// - Throws: `I2CError`; `unexpectedData` when something else answers.
  @inlinable
  public func identify<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    let wanted: UInt32 = 0xE2E4_E8E0
    for index in UInt8(0)..<4 {
      let byte = try bus.readByte(address, register: Register.subaddress1 + index)
      guard byte == UInt8(truncatingIfNeeded: wanted >> UInt32(24 - 8 * index)) else {
        throw I2CError(.unexpectedData, address: address.value)
      }
    }
  }

  /// The bytes that set an output whose pulse begins at count 0 (as `configure` leaves it): 3, or 0 when `buffer` is too
  /// short. Code 0 is off for good, codes above 4095 count as 4095, channels wrap at 16.
  @inlinable
  public static func encodeChannel(
    _ channel: UInt8, code: UInt16, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard buffer.count >= 3 else { return 0 }
    buffer[0] = Register.firstOff + 4 * (channel & 15)
    putEnd(code, buffer, 1)
    return 3
  }

  /// The bytes that set outputs side by side, from `first` on: 4 an output less 1, or 0 when `buffer` is too short, there
  /// are no codes, or more than outputs.
  @inlinable
  public static func encodeBurst(
    first: UInt8, codes: UnsafeBufferPointer<UInt16>, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    let size = 4 * codes.count - 1
    guard size > 0, Int(first) + codes.count <= channels, buffer.count >= size else { return 0 }
    buffer[0] = Register.firstOff + 4 * first
    for index in 0..<codes.count {
      if index > 0 {
        // Where the next pulse begins.
        buffer[4 * index - 1] = 0
        buffer[4 * index] = 0
      }
      putEnd(codes[index], buffer, 4 * index + 1)
    }
    return size
  }

  @inlinable
  static func putEnd(_ code: UInt16, _ buffer: UnsafeMutableRawBufferPointer, _ at: Int) {
    let bounded = code > largestCode ? largestCode : code
    buffer[at] = UInt8(truncatingIfNeeded: bounded)
    // Bit 4: off whatever the counts.
    buffer[at + 1] = bounded == 0 ? 0x10 : UInt8(truncatingIfNeeded: bounded >> 8)
  }

  // Begin and end; 4096 is on for good (bit 4 of the begin).
  @inlinable
  static func encodeLong(register: UInt8, code: UInt16, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard buffer.count >= 5 else { return 0 }
    buffer[0] = register
    buffer[1] = 0
    buffer[2] = code > largestCode ? 0x10 : 0
    if code > largestCode {
      buffer[3] = 0
      buffer[4] = 0
    } else {
      putEnd(code, buffer, 3)
    }
    return 5
  }

  /// Sets one output, begin and end of its pulse: code 0 is off for good, 4096 and above on for good; channels wrap at 16.
  /// An output that was on for good needs this to come back, `encodeChannel` cannot end it.
  @inlinable
  public func setChannel<Bus: I2CBus>(on bus: inout Bus, _ channel: UInt8, code: UInt16) throws(I2CError) {
    try bus.send(address) { Self.encodeLong(register: Register.firstOn + 4 * (channel & 15), code: code, into: $0) }
  }

  /// Sets outputs side by side, from `first` on.
  ///
  /// - Throws: `I2CError`; `unsupported` when there are no codes, or more than outputs.
  @inlinable
  public func setChannels<Bus: I2CBus>(
    on bus: inout Bus, first: UInt8, codes: UnsafeBufferPointer<UInt16>
  ) throws(I2CError) {
    var bytes: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
    try withUnsafeMutableBytes(of: &bytes) { (raw) throws(I2CError) in
      let count = Self.encodeBurst(first: first, codes: codes, into: raw)
      guard count > 0 else { throw I2CError(.unsupported, address: address.value) }
      try bus.write(address, UnsafeRawBufferPointer(rebasing: raw[0..<count]))
    }
  }

  /// The code an output was set to; 4096 when it is on for good.
  @inlinable
  public func code<Bus: I2CBus>(on bus: inout Bus, channel: UInt8) throws(I2CError) -> UInt16 {
    var bytes: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
    return try withUnsafeMutableBytes(of: &bytes) { (raw) throws(I2CError) in
      try bus.readBytes(address, register: Register.firstOn + 4 * (channel & 15), into: raw)
      if raw[3] & 0x10 != 0 { return 0 }
      if raw[1] & 0x10 != 0 { return 4096 }
      return UInt16(raw[3] & 0x0F) << 8 | UInt16(raw[2])
    }
  }

  /// Stops the oscillator; the outputs go off and keep their codes.
  @inlinable
  public func sleep<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.writeByte(address, register: Register.mode1, Mode.autoIncrement | Mode.sleep)
  }

  /// Starts the oscillator. True when outputs were running as it went to sleep: wait `wakeTime`, then call `restart`.
  @inlinable
  public func wake<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) -> Bool {
    let mode = try bus.readByte(address, register: Register.mode1)
    try bus.writeByte(address, register: Register.mode1, Mode.autoIncrement)
    return mode & Mode.restart != 0
  }

  /// Goes on with the pulses the outputs had before `sleep`.
  @inlinable
  public func restart<Bus: I2CBus>(on bus: inout Bus) throws(I2CError) {
    try bus.writeByte(address, register: Register.mode1, Mode.autoIncrement | Mode.restart)
  }
}
