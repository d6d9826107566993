/// The simulated ADS1115: a conversion takes the nominal time of its data rate, plus 25 µs to wake, and samples the input at
/// its end. In continuous mode the register holds the input of the moment it is read, once a first conversion has ended.
struct ADS1115Model {
  private static let conversion = 0
  private static let configuration = 1
  private static let low = 2
  private static let high = 3
  private static let pointer = 4
  private static let converting = 5
  /// The configuration the conversion under way was started with.
  private static let started = 6
  private static let wakeTime: UInt64 = 25_000
  private static let longestConversion: UInt64 = 125_025_000
  private static let startBit: UInt16 = 0x8000
  private static let singleShot: UInt16 = 0x0100

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    for word in 0...Self.started { state.words[word] = 0 }
    state.words[Self.configuration] = 0x0583
    state.words[Self.low] = 0x8000
    state.words[Self.high] = 0x7FFF
    state.times[0] = 0
  }

  /// A pointer byte, then at most one word for it; half a word changes nothing.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let pointer = bytes.first else { return }
    state.words[Self.pointer] = UInt16(pointer & 3)
    guard bytes.count >= 3 else { return }
    let word = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    switch Int(pointer & 3) {
    case Self.configuration: configure(word, time)
    case Self.low: state.words[Self.low] = word
    case Self.high: state.words[Self.high] = word
    default: break
    }
  }

  private func configure(_ word: UInt16, _ time: UInt64) {
    settle(time)
    state.words[Self.configuration] = word & ~Self.startBit
    let continuous = word & Self.singleShot == 0
    guard state.words[Self.converting] == 0 || continuous, continuous || word & Self.startBit != 0 else { return }
    state.words[Self.started] = word
    state.times[0] = time &+ Self.conversionTime(word)
    state.words[Self.converting] = 1
  }

  private static func conversionTime(_ configuration: UInt16) -> UInt64 {
    let nanoseconds: UInt64
    switch (configuration >> 5) & 7 {
    case 0: nanoseconds = 125_000_000
    case 1: nanoseconds = 62_500_000
    case 2: nanoseconds = 31_250_000
    case 3: nanoseconds = 15_625_000
    case 4: nanoseconds = 7_812_500
    case 5: nanoseconds = 4_000_000
    case 6: nanoseconds = 2_105_263
    default: nanoseconds = 1_162_791
    }
    return nanoseconds + wakeTime
  }

  /// Finishes a conversion that has ended by `time`.
  func settle(_ time: UInt64) {
    guard state.words[Self.converting] != 0 else { return }
    // An end further off than any conversion lasts is no end of ours: damaged state must not keep the chip busy for ever.
    let end = state.times[0] <= time &+ Self.longestConversion ? state.times[0] : time
    guard end <= time else { return }
    let configuration = state.words[Self.started]
    let once = configuration & Self.singleShot != 0
    // Cleared first: reading the device asks for `settle` again.
    state.words[Self.converting] = 0
    state.words[Self.conversion] = convert(configuration, once ? end : time)
    if !once { state.words[Self.converting] = 1 }
  }

  private func convert(_ configuration: UInt16, _ time: UInt64) -> UInt16 {
    let mux = Int(configuration >> 12) & 7
    let volts: Double
    switch mux {
    case 0: volts = pin(0, time) - pin(1, time)
    case 1: volts = pin(0, time) - pin(3, time)
    case 2: volts = pin(1, time) - pin(3, time)
    case 3: volts = pin(2, time) - pin(3, time)
    default: volts = pin(mux & 3, time)
    }
    let codesPerVolt: Double
    switch (configuration >> 9) & 7 {
    case 0: codesPerVolt = 32768 / 6.144
    case 1: codesPerVolt = 32768 / 4.096
    case 2: codesPerVolt = 32768 / 2.048
    case 3: codesPerVolt = 32768 / 1.024
    case 4: codesPerVolt = 32768 / 0.512
    default: codesPerVolt = 32768 / 0.256
    }
    let code = volts * codesPerVolt
    if code >= 32767 { return 0x7FFF }
    if code <= -32768 { return 0x8000 }
    return UInt16(bitPattern: Int16(code >= 0 ? code + 0.5 : code - 0.5))
  }

  private func pin(_ channel: Int, _ time: UInt64) -> Double { core.pinVolts(chip: index, channel: channel, time) }

  /// The pointer's word, again and again.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    settle(time)
    let pointer = Int(state.words[Self.pointer] & 3)
    var word = state.words[pointer]
    if pointer == Self.configuration, state.words[Self.converting] == 0 { word |= Self.startBit }
    for position in 0..<bytes.count {
      bytes[position] = UInt8(truncatingIfNeeded: position & 1 == 0 ? word >> 8 : word)
    }
  }
}
