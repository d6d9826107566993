// The state block: header, chips, devices, one after another. Plain fixed-width words and nothing else, so that it may lie
// in memory several processes share, and means something whatever moment a process dies at: every value in it is checked
// or masked where it is used as an index.

/// What stands at the start of the block.
struct BenchHeader {
  static let magic: UInt64 = 0x3148_434E_4542_5445

  /// Written last when the block is set up.
  var magic: UInt64
  /// CRC-32C of the description the block belongs to.
  var description: UInt64
  /// The latest time seen, nanoseconds.
  var now: UInt64
  /// What the real clock said at time 0, plus 1; 0 when nobody has asked it yet.
  var realOrigin: UInt64
}

/// The registers of one chip; what each word is, the chip's own model says.
struct ChipState {
  static let wordCount = 48
  static let unplugged = 47

  /// The chip's registers, `wordCount` of them.
  let words: UnsafeMutablePointer<UInt16>
  /// When a conversion ends, nanoseconds.
  let times: UnsafeMutablePointer<UInt64>

  static let stride = wordCount * 2 + 2 * 8

  init(_ block: UnsafeMutableRawPointer, _ index: Int) {
    let start = block + index * Self.stride
    times = start.assumingMemoryBound(to: UInt64.self)
    words = (start + 16).assumingMemoryBound(to: UInt16.self)
  }
}

/// The physics of one device: up to `quantum` it has been integrated, with these values then.
struct DeviceState {
  var quantum: UInt64
  var driveVolts: Double
  var x: Double
  var y: Double
  var z: Double
  var w: Double
}
