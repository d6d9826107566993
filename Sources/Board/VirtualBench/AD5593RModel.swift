/// The simulated AD5593R on a 5 V supply.
///
/// Registers are the ones of the data sheet's table, by their pointer's low four bits.
struct AD5593RModel {
  private enum Register {
    static let adcSequence = 2
    static let generalControl = 3
    static let adcPins = 4
    static let dacPins = 5
    static let pullDown = 6
    static let loadMode = 7
    static let gpioOutputs = 8
    static let gpioData = 9
    static let gpioInputs = 10
    static let powerReference = 11
    static let openDrain = 12
    static let threeState = 13
    static let reset = 15
  }
  // Words after the 16 registers.
  private static let input = 16
  private static let dac = 24
  private static let pointer = 32
  private static let position = 33
  /// A pointer was written and no stop has come since.
  private static let pointed = 34
  private static let channels = 8
  private static let reference = 2.5
  private static let repeating: UInt16 = 0x0200
  private static let temperature: UInt16 = 0x0100
  /// 25 °C: 0.5 V of offset over a 2.5 V range.
  private static let temperatureCode: UInt16 = 819

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    for word in 0...Self.pointed { state.words[word] = 0 }
    state.words[Register.pullDown] = 0xFF
  }

  /// A pointer byte, then words for it; half a word changes nothing. The data sheet has at most one word.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let pointer = bytes.first else { return }
    state.words[Self.pointer] = UInt16(pointer)
    state.words[Self.pointed] = 1
    if bytes.count != 1 && bytes.count != 3 { state.violate() }
    if !Self.isPointer(pointer, data: bytes.count > 1) { state.violate() }
    var offset = 1
    while offset + 1 < bytes.count {
      let word = UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
      switch pointer >> 4 {
      case 0: writeRegister(Int(pointer & 0x0F), word, time)
      case 1:
        if word >> 12 != 8 | UInt16(pointer & 7) { state.violate() }
        writeDAC(Int(pointer & 7), word & 0x0FFF, time)
      default: break
      }
      offset += 2
    }
  }

  // Mode in the upper half, register or channel in the lower.
  private static func isPointer(_ pointer: UInt8, data: Bool) -> Bool {
    switch pointer >> 4 {
    case 0: return pointer != 0x01 && pointer != 0x0E
    case 1: return pointer & 0x08 == 0
    case 4: return !data && pointer == 0x40
    case 5: return !data && pointer & 0x08 == 0
    case 6: return !data && pointer == 0x60
    case 7: return !data
    default: return false
    }
  }

  // The bits each register has.
  private static func bits(_ register: Int) -> UInt16 {
    switch register {
    case Register.adcSequence: return 0x03FF
    case Register.generalControl: return 0x03F0
    case Register.loadMode: return 3
    case Register.powerReference: return 0x07FF & ~0x0100
    case Register.reset: return 0x0DAC
    case 0: return 0xFFFF
    default: return 0x00FF
    }
  }

  private func writeRegister(_ register: Int, _ word: UInt16, _ time: UInt64) {
    let locked = state.words[Register.generalControl] & 0x0080 != 0
    if word & ~Self.bits(register) != 0 { state.violate() }
    switch register {
    case Register.adcSequence:
      state.words[register] = word & 0x03FF
      state.words[Self.position] = 0
    case Register.generalControl:
      state.words[register] = word & 0x03F0 | (locked ? 0x0080 : 0)
    case Register.adcPins, Register.dacPins, Register.pullDown, Register.gpioOutputs, Register.gpioInputs,
      Register.openDrain, Register.threeState:
      guard !locked else { return state.violate() }
      state.words[register] = word & 0x00FF
    case Register.gpioData:
      state.words[register] = word & 0x00FF
    case Register.loadMode:
      state.words[register] = word & 3
      guard word & 3 == 2 else { return }
      for channel in 0..<Self.channels { state.words[Self.dac + channel] = state.words[Self.input + channel] }
    case Register.powerReference:
      state.words[register] = word & 0x06FF
    case Register.reset:
      guard word == 0x0DAC || word == 0x05AC else { return }
      powerOn()
    default: return
    }
    for channel in 0..<Self.channels { core.drive(chip: index, channel: channel, volts: volts(channel), time) }
  }

  private func writeDAC(_ channel: Int, _ code: UInt16, _ time: UInt64) {
    let all = state.words[Register.generalControl] & 0x0040 != 0
    for target in 0..<Self.channels where all || target == channel {
      state.words[Self.input + target] = code
      guard state.words[Register.loadMode] == 0 else { continue }
      state.words[Self.dac + target] = code
      core.drive(chip: index, channel: target, volts: volts(target), time)
    }
  }

  /// The output of a pin, volts; 0 where it is no DAC or has no power or reference.
  func volts(_ channel: Int) -> Double {
    let power = state.words[Register.powerReference]
    let bit = UInt16(1) << UInt16(channel)
    guard state.words[Register.dacPins] & bit != 0, power & 0x0200 != 0, power & (0x0400 | bit) == 0 else { return 0 }
    let wide = state.words[Register.generalControl] & 0x0010 != 0
    return Double(state.words[Self.dac + channel]) * (Self.reference / 4096) * (wide ? 2 : 1)
  }

  /// A stop on the bus: the pointer is taken over.
  func stop() { state.words[Self.pointed] = 0 }

  /// Words from wherever the pointer stands, most significant byte first. A pointer that no stop has followed gives
  /// nothing to rely on.
  func read(_ bytes: UnsafeMutableRawBufferPointer, bus: Int, start: UInt64, bits: UInt64) {
    let pointer = state.words[Self.pointer]
    if pointer < 0x40 || bytes.count & 1 != 0 || bytes.count == 0 { state.violate() }
    guard state.words[Self.pointed] == 0 else {
      state.violate()
      for index in 0..<bytes.count { bytes[index] = 0xFF }
      return
    }
    var offset = 0
    while offset < bytes.count {
      let word: UInt16
      switch pointer >> 4 {
      case 4: word = nextConversion(start &+ core.duration(bus: bus, bits: bits &+ 9 &* UInt64(offset)))
      case 5: word = 0x8000 | (pointer & 7) << 12 | state.words[Self.dac + Int(pointer & 7)]
      case 7: word = state.words[Int(pointer & 0x0F)]
      default: word = 0
      }
      bytes[offset] = UInt8(truncatingIfNeeded: word >> 8)
      if offset + 1 < bytes.count { bytes[offset + 1] = UInt8(truncatingIfNeeded: word) }
      offset += 2
    }
  }

  // Position 0 to 7 is a channel, 8 the temperature, 9 the end of the sequence.
  private func nextConversion(_ time: UInt64) -> UInt16 {
    let sequence = state.words[Register.adcSequence]
    let mask = sequence & 0x01FF
    guard mask != 0 else { return 0 }
    var left = mask >> min(state.words[Self.position], 9)
    var position = Int(min(state.words[Self.position], 9))
    if left == 0 {
      guard sequence & Self.repeating != 0 else { return 0 }
      left = mask
      position = 0
    }
    position += left.trailingZeroBitCount
    state.words[Self.position] = UInt16(position + 1)
    let wide = state.words[Register.generalControl] & 0x0020 != 0
    if UInt16(1) << UInt16(position) == Self.temperature {
      return 0x8000 | (wide ? Self.temperatureCode / 2 : Self.temperatureCode)
    }
    return UInt16(position) << 12 | convert(position, wide, time)
  }

  private func convert(_ channel: Int, _ wide: Bool, _ time: UInt64) -> UInt16 {
    let bit = UInt16(1) << UInt16(channel)
    let power = state.words[Register.powerReference]
    guard state.words[Register.adcPins] & bit != 0, power & 0x0400 == 0 else { return 0 }
    let pin =
      state.words[Register.dacPins] & bit != 0 ? volts(channel) : core.pinVolts(chip: index, channel: channel, time)
    guard power & 0x0200 != 0 else { return pin > 0 ? 4095 : 0 }
    let code = pin * (4096 / (wide ? 2 * Self.reference : Self.reference))
    return code > 0.5 ? (code < 4095 ? UInt16(code + 0.5) : 4095) : 0
  }
}
