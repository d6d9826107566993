/// The simulated TMP105 at the bench's temperature.
struct TMP105Model {
  private static let temperature = 0
  private static let configuration = 1
  private static let low = 2
  private static let high = 3
  private static let pointer = 4
  private static let converting = 5
  /// Place in `times`: the end of the conversion under way.
  private static let end = 0
  /// 9 bits; each further bit doubles it.
  private static let shortest = 27_500_000.0
  private static let longest: UInt64 = 400_000_000

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    state.words[Self.low] = 0x4B00
    state.words[Self.high] = 0x5000
    configure(0, 0)
  }

  /// A pointer byte, then one byte of configuration or two of a limit.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let pointer = bytes.first else { return }
    if pointer > 3 { state.violate() }
    state.words[Self.pointer] = UInt16(pointer & 3)
    guard bytes.count > 1 else { return }
    switch Int(pointer & 3) {
    case Self.configuration:
      if bytes.count != 2 { state.violate() }
      settle(time)
      configure(UInt16(bytes[1]), time)
    case Self.low, Self.high:
      guard bytes.count == 3 else { return state.violate() }
      if bytes[2] & 0x0F != 0 { state.violate() }
      state.words[Int(pointer & 3)] = UInt16(bytes[1]) << 8 | UInt16(bytes[2] & 0xF0)
    default: state.violate()
    }
  }

  private func configure(_ byte: UInt16, _ time: UInt64) {
    state.words[Self.configuration] = byte & 0x7F
    // Asleep, a one-shot bit starts a conversion.
    state.words[Self.converting] = byte & 0x81 == 0x01 ? 0 : 1
    state.times[Self.end] = time &+ step(byte)
  }

  private func step(_ byte: UInt16) -> UInt64 {
    let doublings = Double(1 << Int((byte >> 5) & 3))
    return UInt64(Self.shortest * doublings * core.tables.pointee.chips[index].periodScale)
  }

  private func settle(_ time: UInt64) {
    guard state.words[Self.converting] != 0 else { return }
    var end = state.times[Self.end]
    if end > time &+ Self.longest { end = time }
    guard end <= time else { return }
    let settings = state.words[Self.configuration]
    let asleep = settings & 1 != 0
    let step = step(settings)
    if !asleep { end &+= (time &- end) / step &* step }
    let celsius = core.ambient(end) + core.tables.pointee.chips[index].offset
    let sixteenths = Int16(min(max((celsius * 16).rounded(.toNearestOrEven), -2048), 2047))
    // Fewer bits: the low ones are zero.
    let kept = ~UInt16(0) << UInt16(7 - Int((settings >> 5) & 3))
    state.words[Self.temperature] = UInt16(bitPattern: sixteenths << 4) & kept
    state.times[Self.end] = end &+ step
    if asleep { state.words[Self.converting] = 0 }
  }

  /// The pointer's register, again and again.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    settle(time)
    let pointer = Int(state.words[Self.pointer] & 3)
    let short = pointer == Self.configuration
    if bytes.count > (short ? 1 : 2) || bytes.count == 0 { state.violate() }
    let word = state.words[pointer]
    for position in 0..<bytes.count {
      let upper = !short && position & 1 == 0
      bytes[position] = UInt8(truncatingIfNeeded: upper ? word >> 8 : word)
    }
  }
}
