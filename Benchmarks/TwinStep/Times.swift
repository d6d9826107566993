import WireFormat

/// Times counted by the nanosecond; what takes longer than a millisecond counts as the last.
struct Times {
  private var counts = [UInt32](repeating: 0, count: 1 << 20)
  private var total = 0
  private(set) var worst: UInt64 = 0

  mutating func add(_ time: UInt64) {
    counts[time < 1 << 20 ? Int(time) : (1 << 20) - 1] += 1
    total += 1
    if time > worst { worst = time }
  }

  mutating func clear() {
    for index in 0..<counts.count { counts[index] = 0 }
    (total, worst) = (0, 0)
  }

  /// The time below which lie so many thousandths of all.
  func quantile(_ thousandths: Int) -> UInt64 {
    var left = Int64(total) * Int64(thousandths) / 1000
    for time in 0..<counts.count {
      left -= Int64(counts[time])
      if left < 0 { return UInt64(time) }
    }
    return UInt64(counts.count)
  }
}
