/// The simulated AT24C: its memory lies in the bench's block of memories. After a write it acknowledges nothing for 5 ms.
struct AT24CModel {
  /// The place the next read begins at; two words, the low one first.
  private static let place = 0
  /// Place in `times`: the end of the write under way.
  private static let busy = 0
  private static let writeTime: UInt64 = 5_000_000

  private let state: ChipState
  private let memory: UnsafeMutablePointer<UInt8>
  private let size: Int
  private let address: UInt8

  init(_ core: BenchCore, _ chip: Int) {
    let table = core.tables.pointee.chips[chip]
    state = core.chip(chip)
    memory = core.tables.pointee.memory + table.memory
    size = table.memoryBytes
    address = table.address
  }

  func powerOn() { memory.update(repeating: 0xFF, count: size) }

  func isBusy(_ time: UInt64) -> Bool {
    let until = state.times[Self.busy]
    return time < until && until <= time &+ Self.writeTime
  }

  /// Bytes a write may take.
  private var page: Int {
    switch size {
    case ...256: return 8
    case ...2048: return 16
    case ...8192: return 32
    case ...32768: return 64
    default: return 128
    }
  }

  private var wide: Bool { size > 2048 }

  // The 256 bytes a device address stands for.
  private func block(_ device: UInt8) -> Int { wide ? 0 : Int(device &- address) << 8 }

  /// A place in one or two bytes, then bytes for it, which stay within its page.
  func write(_ bytes: UnsafeRawBufferPointer, _ device: UInt8, _ time: UInt64) {
    let head = wide ? 2 : 1
    guard bytes.count >= head else { return state.violate() }
    let place = (wide ? Int(bytes[0]) << 8 | Int(bytes[1]) : block(device) | Int(bytes[0])) & (size - 1)
    let count = bytes.count - head
    if count > page - place % page { state.violate() }
    let start = place / page * page
    for index in 0..<count { memory[start + (place + index) % page] = bytes[head + index] }
    setPlace(count == 0 ? place : start + (place + count) % page)
    guard count > 0 else { return }
    state.wearMemory()
    state.times[Self.busy] = time &+ Self.writeTime
  }

  private func setPlace(_ place: Int) {
    state.words[Self.place] = UInt16(truncatingIfNeeded: place)
    state.words[Self.place + 1] = UInt16(truncatingIfNeeded: place >> 16)
  }

  /// From where the last transfer ended, round and round.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ device: UInt8) {
    var place = (Int(state.words[Self.place]) | Int(state.words[Self.place + 1] & 1) << 16) & (size - 1)
    if !wide { place = place & 0xFF | block(device) & (size - 1) }
    for index in 0..<bytes.count {
      bytes[index] = memory[place]
      place = (place + 1) & (size - 1)
    }
    setPlace(place)
  }
}
