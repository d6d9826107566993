/// The simulated TMP117 at the bench's temperature. Its EEPROM is never unlocked by anything that should speak to it.
struct TMP117Model {
  private static let temperature = 0
  private static let configuration = 1
  private static let high = 2
  private static let low = 3
  private static let unlock = 4
  private static let offset = 7
  private static let identity = 15
  private static let pointer = 16
  private static let ready = 17
  private static let converting = 18
  /// Place in `times`: the end of the conversion under way.
  private static let end = 0
  private static let longest: UInt64 = 20_000_000_000
  private static let average = 15_500_000.0
  private static let modes: UInt16 = 0x0C00
  private static let oneShot: UInt16 = 0x0C00
  private static let shutdown: UInt16 = 0x0400

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn(_ time: UInt64) {
    state.words[Self.temperature] = 0x8000
    state.words[Self.high] = 0x6000
    state.words[Self.low] = 0x8000
    state.words[Self.identity] = 0x0117
    configure(0x0220, time)
  }

  /// A pointer byte, then at most one word for it; half a word changes nothing.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let pointer = bytes.first else { return }
    let known = pointer <= 8 || pointer == Self.identity
    if !known || (bytes.count != 1 && bytes.count != 3) { state.violate() }
    state.words[Self.pointer] = UInt16(pointer & 15)
    guard bytes.count >= 3 else { return }
    let word = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    switch Int(pointer) {
    case Self.configuration:
      settle(time)
      if word & 1 != 0 { state.violate() }
      if word & 2 != 0 { powerOn(time) } else { configure(word & 0x0FFC, time) }
    case Self.high, Self.low, Self.offset: state.words[Int(pointer)] = word
    case Self.unlock, 5, 6, 8:
      state.violate()
      state.wearMemory()
    default: state.violate()
    }
  }

  private func configure(_ word: UInt16, _ time: UInt64) {
    state.words[Self.configuration] = word
    state.words[Self.ready] = 0
    state.words[Self.converting] = word & Self.modes == Self.shutdown ? 0 : 1
    state.times[Self.end] = time &+ conversionTime(word)
  }

  // 1, 8, 32 or 64 averages.
  private func conversionTime(_ word: UInt16) -> UInt64 {
    let averages: Double
    switch (word >> 5) & 3 {
    case 0: averages = 1
    case 1: averages = 8
    case 2: averages = 32
    default: averages = 64
    }
    return UInt64(averages * Self.average * core.tables.pointee.chips[index].periodScale)
  }

  // Conversions follow one another at the pace of the conversion cycle bits, or as fast as they can.
  private func cycle(_ word: UInt16) -> UInt64 {
    let pause: UInt64
    switch (word >> 7) & 7 {
    case 0: pause = 15_500_000
    case 1: pause = 125_000_000
    case 2: pause = 250_000_000
    case 3: pause = 500_000_000
    case 4: pause = 1_000_000_000
    case 5: pause = 4_000_000_000
    case 6: pause = 8_000_000_000
    default: pause = 16_000_000_000
    }
    return max(pause, conversionTime(word))
  }

  private func settle(_ time: UInt64) {
    guard state.words[Self.converting] != 0 else { return }
    var end = state.times[Self.end]
    if end > time &+ Self.longest { end = time }
    guard end <= time else { return }
    let settings = state.words[Self.configuration]
    let step = cycle(settings)
    let once = settings & Self.modes == Self.oneShot
    if !once { end &+= (time &- end) / step &* step }
    let celsius = core.ambient(end) + core.tables.pointee.chips[index].offset
    let code = (celsius * 128).rounded(.toNearestOrEven) + Double(Int16(bitPattern: state.words[Self.offset]))
    state.words[Self.temperature] = UInt16(bitPattern: Int16(min(max(code, -32768), 32767)))
    state.words[Self.ready] = 1
    state.times[Self.end] = end &+ step
    guard once else { return }
    state.words[Self.converting] = 0
    state.words[Self.configuration] = settings & ~Self.modes | Self.shutdown
  }

  /// The pointer's word, again and again; reading temperature or configuration clears the ready flag.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    settle(time)
    if bytes.count != 2 { state.violate() }
    let pointer = Int(state.words[Self.pointer] & 15)
    var word = state.words[pointer]
    if pointer == Self.configuration, state.words[Self.ready] != 0 { word |= 0x2000 }
    if pointer <= Self.configuration { state.words[Self.ready] = 0 }
    for position in 0..<bytes.count {
      bytes[position] = UInt8(truncatingIfNeeded: position & 1 == 0 ? word >> 8 : word)
    }
  }
}
