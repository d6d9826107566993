/// The simulated TCA9548A: one control register, written and read without a pointer; it takes effect at the stop.
struct TCA9548AModel {
  static let control = 0
  /// What was written, for the stop.
  private static let written = 1

  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) { state = core.chip(chip) }

  func powerOn() {}

  /// The last byte counts.
  func write(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count != 1 { state.violate() }
    if let last = bytes.last { state.words[Self.written] = UInt16(last) }
  }

  func stop() { state.words[Self.control] = state.words[Self.written] }

  func read(_ bytes: UnsafeMutableRawBufferPointer) {
    if bytes.count != 1 { state.violate() }
    let value = UInt8(truncatingIfNeeded: state.words[Self.written])
    for index in 0..<bytes.count { bytes[index] = value }
  }
}
