/// The simulated ADS1115 and ADS1015: a conversion takes its data rate's time on the unit's own clock, plus 25 µs to wake, and
/// samples the input at its end.
///
/// In continuous mode conversions follow one another; a configuration written meanwhile counts from the next. The register
/// holds the last one that has ended. The ready output falls at each end, for 8 µs in continuous mode.
struct ADS1x15Model {
  private static let conversion = 0
  private static let configuration = 1
  private static let low = 2
  private static let high = 3
  private static let pointer = 4
  private static let converting = 5
  /// The configuration the conversion under way was started with.
  private static let started = 6
  /// A conversion has ended that nobody has read.
  private static let unread = 7
  /// Places in `times`: the end of the conversion under way, of the last one that has ended, and of the first of an
  /// unbroken row of continuous ones.
  private static let end = 0
  private static let ended = 1
  private static let rowStart = 2

  private static let wakeTime: UInt64 = 25_000
  private static let longestConversion: UInt64 = 140_000_000
  private static let pulse: UInt64 = 8_000
  private static let startBit: UInt16 = 0x8000
  private static let singleShot: UInt16 = 0x0100

  private let core: BenchCore
  private let index: Int
  private let state: ChipState
  private let narrow: Bool

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
    narrow = core.tables.pointee.chips[chip].kind == .ads1015
  }

  func powerOn() {
    state.words[Self.configuration] = 0x0583
    state.words[Self.low] = 0x8000
    state.words[Self.high] = 0x7FFF
  }

  /// A pointer byte, then at most one word for it; half a word changes nothing.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let pointer = bytes.first else { return }
    state.words[Self.pointer] = UInt16(pointer & 3)
    if pointer > 3 || (bytes.count != 1 && bytes.count != 3) { state.violate() }
    guard bytes.count >= 3 else { return }
    let word = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    switch Int(pointer & 3) {
    case Self.configuration: configure(word, time)
    case Self.low: state.words[Self.low] = word
    case Self.high: state.words[Self.high] = word
    default: state.violate()
    }
  }

  private func configure(_ word: UInt16, _ time: UInt64) {
    settle(time)
    state.words[Self.configuration] = word & ~Self.startBit
    let continuous = word & Self.singleShot == 0
    if state.words[Self.converting] != 0 {
      // What is under way goes on; a start bit is lost.
      if word & Self.startBit != 0 { state.violate() }
      return
    }
    guard continuous || word & Self.startBit != 0 else { return }
    start(word & ~Self.startBit, time &+ Self.wakeTime)
  }

  private func start(_ configuration: UInt16, _ time: UInt64) {
    state.words[Self.started] = configuration
    state.words[Self.converting] = 1
    state.times[Self.end] = time &+ period(configuration)
    state.times[Self.rowStart] = state.times[Self.end]
  }

  /// Time a conversion takes on this unit's clock, nanoseconds.
  private func period(_ configuration: UInt16) -> UInt64 {
    let rate = Int(configuration >> 5) & 7
    let hertz: Double
    if narrow {
      switch rate {
      case 0: hertz = 128
      case 1: hertz = 250
      case 2: hertz = 490
      case 3: hertz = 920
      case 4: hertz = 1600
      case 5: hertz = 2400
      default: hertz = 3300
      }
    } else {
      switch rate {
      case 5: hertz = 250
      case 6: hertz = 475
      case 7: hertz = 860
      default: hertz = Double(8 << rate)
      }
    }
    return UInt64(1e9 / hertz * core.tables.pointee.chips[index].periodScale + 0.5)
  }

  /// Finishes the conversions that have ended by `time`; only the last of them can still be seen.
  func settle(_ time: UInt64) {
    while state.words[Self.converting] != 0 {
      // An end further off than any conversion lasts is no end of ours: damaged state must not keep the chip busy for ever.
      var end = state.times[Self.end]
      if end > time &+ Self.longestConversion { end = time }
      guard end <= time else { return }
      let settings = state.words[Self.started]
      let next = state.words[Self.configuration]
      let step = period(settings)
      let unbroken = settings & Self.singleShot == 0 && settings == next
      if unbroken { end &+= (time &- end) / step &* step }
      // Cleared first: reading the device asks for `settle` again.
      state.words[Self.converting] = 0
      state.words[Self.conversion] = convert(settings, end)
      state.words[Self.unread] = 1
      state.times[Self.ended] = end
      if unbroken {
        state.times[Self.end] = end &+ step
        state.words[Self.converting] = 1
        return
      }
      if next & Self.singleShot == 0 { start(next, end) }
    }
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
    let range: Double
    switch (configuration >> 9) & 7 {
    case 0: range = 6.144
    case 1: range = 4.096
    case 2: range = 2.048
    case 3: range = 1.024
    case 4: range = 0.512
    default: range = 0.256
    }
    let full: Double = narrow ? 2048 : 32768
    let exact = volts * (full / range)
    let code = exact >= full - 1 ? full - 1 : (exact <= -full ? -full : (exact >= 0 ? exact + 0.5 : exact - 0.5))
    return UInt16(bitPattern: Int16(code)) << (narrow ? 4 : 0)
  }

  private func pin(_ channel: Int, _ time: UInt64) -> Double { core.pinVolts(chip: index, channel: channel, time) }

  /// The pointer's word, again and again.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    settle(time)
    if bytes.count != 1 && bytes.count != 2 { state.violate() }
    let pointer = Int(state.words[Self.pointer] & 3)
    var word = state.words[pointer]
    if pointer == Self.configuration, state.words[Self.converting] == 0 { word |= Self.startBit }
    if pointer == Self.conversion {
      state.countRead(fresh: state.words[Self.unread] != 0)
      state.words[Self.unread] = 0
    }
    for position in 0..<bytes.count {
      bytes[position] = UInt8(truncatingIfNeeded: position & 1 == 0 ? word >> 8 : word)
    }
  }

  /// The output shows ends of conversions: the thresholds are the wrong way round and the comparator is on.
  private var showsReady: Bool {
    state.words[Self.high] & 0x8000 != 0 && state.words[Self.low] & 0x8000 == 0
      && state.words[Self.configuration] & 3 != 3
  }

  /// The ready output's voltage is high, as its pull-up has it while nothing happens.
  func readyLevel(_ time: UInt64) -> Bool {
    settle(time)
    guard showsReady else { return true }
    let asserted: Bool
    if state.words[Self.configuration] & Self.singleShot == 0 {
      asserted = state.times[Self.ended] != 0 && time &- state.times[Self.ended] < Self.pulse
    } else {
      asserted = state.times[Self.ended] != 0 && state.words[Self.converting] == 0
    }
    let activeHigh = state.words[Self.configuration] & 0x0008 != 0
    return asserted == activeHigh
  }

  /// The first moment after `time` at which the ready output says that a conversion has ended, past or to come as things
  /// stand; nil when there is none.
  func ready(after time: UInt64, now: UInt64) -> UInt64? {
    settle(now)
    guard showsReady else { return nil }
    let ended = state.times[Self.ended]
    let step = period(state.words[Self.started])
    if ended > time {
      // One of the row it ends, if that began before.
      let first = min(state.times[Self.rowStart], ended)
      let wanted = time < first ? first : time &+ 1
      return ended &- (ended &- wanted) / step &* step
    }
    guard state.words[Self.converting] != 0 else { return nil }
    let end = state.times[Self.end]
    guard end <= time else { return end }
    let next = state.words[Self.configuration]
    guard next & Self.singleShot == 0 else { return nil }
    let later = period(next)
    return end &+ ((time &- end) / later &+ 1) &* later
  }
}
