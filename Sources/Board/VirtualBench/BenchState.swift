// The state block: header, chips, devices, lines, memories, one after another. Plain fixed-width words and nothing else, so
// that it may lie in memory several processes share, and means something whatever moment a process dies at: every value in
// it is checked or masked where it is used as an index.

/// What stands at the start of the block.
struct BenchHeader {
  /// "ETBENCH2": the last digit is the layout's version, so state of another layout is refused.
  static let magic: UInt64 = 0x3248_434E_4542_5445

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
  /// 256 for chips whose registers have numbers of a byte, and some of the model's own.
  static let wordCount = 272
  static let unplugged = 271

  /// Moments, nanoseconds: ends of conversions, starts of waits.
  let times: UnsafeMutablePointer<UInt64>
  private let counters: UnsafeMutablePointer<UInt64>
  /// The chip's registers, `wordCount` of them.
  let words: UnsafeMutablePointer<UInt16>

  static let timeCount = 4
  static let counterCount = 4
  static let stride = (timeCount + counterCount) * 8 + wordCount * 2

  init(_ block: UnsafeMutableRawPointer, _ index: Int) {
    let start = block + index * Self.stride
    times = start.assumingMemoryBound(to: UInt64.self)
    counters = times + Self.timeCount
    words = (start + (Self.timeCount + Self.counterCount) * 8).assumingMemoryBound(to: UInt16.self)
  }

  /// What was sent or asked against the data sheet.
  var violations: UInt64 { counters[0] }
  /// Writes to memory that wears: EEPROM, one-time cells.
  var memoryWrites: UInt64 { counters[1] }
  /// Reads of a conversion nobody had read, and of one read before.
  var freshReads: UInt64 { counters[2] }
  var repeatedReads: UInt64 { counters[3] }

  func violate() { counters[0] &+= 1 }
  func wearMemory() { counters[1] &+= 1 }
  func countRead(fresh: Bool) { counters[fresh ? 2 : 3] &+= 1 }

  /// Every word 0 but the bench's own.
  func clear() {
    for word in 0..<Self.unplugged { words[word] = 0 }
    for time in 0..<Self.timeCount { times[time] = 0 }
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

/// One line.
struct LineState {
  /// 0 or 1.
  var level: UInt64
  /// When it last changed, nanoseconds; 0 before it did.
  var changed: UInt64
  /// How often it changed.
  var edges: UInt64
  /// When an input is to change to the other level; 0 for never.
  var scheduled: UInt64
}
