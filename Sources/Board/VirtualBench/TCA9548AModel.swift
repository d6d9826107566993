/// The simulated TCA9548A: one control register, written and read without a pointer.
struct TCA9548AModel {
  static let control = 0

  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) { state = core.chip(chip) }

  func powerOn() { state.words[Self.control] = 0 }

  /// The last byte counts.
  func write(_ bytes: UnsafeRawBufferPointer) {
    if let last = bytes.last { state.words[Self.control] = UInt16(last) }
  }

  func read(_ bytes: UnsafeMutableRawBufferPointer) {
    let value = UInt8(truncatingIfNeeded: state.words[Self.control])
    for index in 0..<bytes.count { bytes[index] = value }
  }
}
