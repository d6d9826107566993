/// The simulated AD5272 as a divider of the supply: its output is position / 1024 of it. Its one-time memory stays empty;
/// commands that would write it take their time and are counted.
struct AD5272Model {
  private static let position = 0
  private static let control = 1
  /// What a read gives.
  private static let answer = 2
  private static let asked = 3
  private static let shutdown = 4
  /// Place in `times`: until when the chip answers nothing.
  private static let busy = 0
  private static let midscale: UInt16 = 512
  private static let programmingTime: UInt64 = 350_000_000

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() { state.words[Self.position] = Self.midscale }

  /// Writing its memory.
  func isBusy(_ time: UInt64) -> Bool {
    let until = state.times[Self.busy]
    return time < until && until <= time &+ Self.programmingTime
  }

  /// Two bytes: 00, four bits of command, ten of data.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard bytes.count == 2 else { return state.violate() }
    let word = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    if word >> 14 != 0 { state.violate() }
    let data = word & 0x03FF
    switch (word >> 10) & 0x0F {
    case 0: break
    case 1:
      // Locked until bit 1 of the control register is set.
      guard state.words[Self.control] & 2 != 0 else { return state.violate() }
      state.words[Self.position] = data
    case 2: reply(state.words[Self.position])
    case 3:
      state.violate()
      state.wearMemory()
      state.times[Self.busy] = time &+ Self.programmingTime
    case 4:
      state.words[Self.position] = Self.midscale
      state.words[Self.shutdown] = 0
    case 5, 6: reply(0)
    case 7:
      // Bit 0 would let the memory be written.
      if data & ~7 != 0 || data & 1 != 0 { state.violate() }
      state.words[Self.control] = data & 7
    case 8: reply(state.words[Self.control])
    case 9:
      if data > 1 { state.violate() }
      state.words[Self.shutdown] = data & 1
    default: state.violate()
    }
    update(time)
  }

  private func reply(_ word: UInt16) {
    state.words[Self.answer] = word
    state.words[Self.asked] = 1
  }

  /// Tells the device what the output is.
  func update(_ time: UInt64) {
    let fraction = Double(state.words[Self.position] & 0x03FF) * (1.0 / 1024)
    let on = state.words[Self.shutdown] == 0
    core.drive(
      chip: index, channel: 0, volts: on ? fraction * core.tables.pointee.chips[index].supplyVolts : 0, time)
  }

  /// The answer to the last command that asked for one.
  func read(_ bytes: UnsafeMutableRawBufferPointer) {
    if bytes.count != 2 || state.words[Self.asked] == 0 { state.violate() }
    let word = state.words[Self.answer]
    for position in 0..<bytes.count {
      bytes[position] = UInt8(truncatingIfNeeded: position & 1 == 0 ? word >> 8 : word)
    }
  }
}
