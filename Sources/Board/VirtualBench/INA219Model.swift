/// The simulated INA219: shunt (channel 0) and bus voltage (channel 1), converted in turn, 532 µs each on the unit's own clock.
struct INA219Model {
  private static let configuration = 0
  private static let shunt = 1
  private static let bus = 2
  private static let power = 3
  private static let calibration = 5
  private static let pointer = 6
  private static let converting = 7
  private static let ready = 8
  /// Place in `times`: the end of the pair of conversions under way.
  private static let end = 0
  private static let pair = 2.0 * 532_000
  private static let longestPair: UInt64 = 2_000_000

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() { configure(0x399F, 0) }

  /// A pointer byte, then at most one word for it; half a word changes nothing.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let pointer = bytes.first else { return }
    if pointer > 5 || (bytes.count != 1 && bytes.count != 3) { state.violate() }
    state.words[Self.pointer] = UInt16(pointer & 7)
    guard bytes.count >= 3 else { return }
    let word = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    switch Int(pointer) {
    case Self.configuration:
      if word & 0x4000 != 0 { state.violate() }
      settle(time)
      if word & 0x8000 != 0 { state.words[Self.calibration] = 0 }
      configure(word & 0x8000 != 0 ? 0x399F : word & 0x3FFF, time)
    case Self.calibration: state.words[Self.calibration] = word & 0xFFFE
    default: state.violate()
    }
  }

  private func configure(_ word: UInt16, _ time: UInt64) {
    state.words[Self.configuration] = word
    state.words[Self.ready] = 0
    // Modes 0 and 4 do nothing.
    state.words[Self.converting] = word & 3 == 0 ? 0 : 1
    state.times[Self.end] = time &+ period
  }

  private var period: UInt64 { UInt64(Self.pair * core.tables.pointee.chips[index].periodScale) }

  /// Finishes what has ended by `time`.
  func settle(_ time: UInt64) {
    guard state.words[Self.converting] != 0 else { return }
    var end = state.times[Self.end]
    if end > time &+ Self.longestPair { end = time }
    guard end <= time else { return }
    let step = period
    let settings = state.words[Self.configuration]
    let endless = settings & 4 != 0
    if endless { end &+= (time &- end) / step &* step }
    // Cleared first: reading the device asks for `settle` again.
    state.words[Self.converting] = 0
    if settings & 1 != 0 { convertShunt(settings, end) }
    if settings & 2 != 0 { convertBus(settings, end) }
    state.words[Self.ready] = 1
    state.times[Self.end] = end &+ step
    state.words[Self.converting] = endless ? 1 : 0
  }

  // 10 µV a code, clipped at 40 mV times the gain.
  private func convertShunt(_ settings: UInt16, _ time: UInt64) {
    let limit = Double(4000 << Int((settings >> 11) & 3))
    let exact = core.pinVolts(chip: index, channel: 0, time) * 100_000
    let code = exact > limit ? limit : (exact < -limit ? -limit : (exact >= 0 ? exact + 0.5 : exact - 0.5))
    state.words[Self.shunt] = UInt16(bitPattern: Int16(code))
  }

  // 4 mV a code, clipped at 16 or 32 V, above three bits of flags.
  private func convertBus(_ settings: UInt16, _ time: UInt64) {
    let limit: Double = settings & 0x2000 != 0 ? 8000 : 4000
    let exact = core.pinVolts(chip: index, channel: 1, time) * 250 + 0.5
    state.words[Self.bus] = UInt16(exact < 0 ? 0 : min(exact, limit)) << 3
  }

  /// The pointer's word, again and again.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    settle(time)
    if bytes.count != 2 { state.violate() }
    let pointer = Int(state.words[Self.pointer] & 7)
    var word = pointer <= Self.calibration ? state.words[pointer] : 0
    if pointer == Self.bus, state.words[Self.ready] != 0 { word |= 2 }
    if pointer == Self.power { state.words[Self.ready] = 0 }
    for position in 0..<bytes.count {
      bytes[position] = UInt8(truncatingIfNeeded: position & 1 == 0 ? word >> 8 : word)
    }
  }
}
