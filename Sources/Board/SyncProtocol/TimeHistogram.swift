import WireFormat

/// How long something took, counted: bucket k holds times from 2^k to 2^(k+1) nanoseconds, bucket 0 all shorter ones too.
public struct TimeHistogram: WireMessage {
  public static let bucketCount = 40
  /// `bucketCount` counts.
  public let buckets: [UInt32]

  /// None counted.
  public init() { buckets = [UInt32](repeating: 0, count: Self.bucketCount) }

  /// - Parameter counts: those of the first buckets; more than there are do not count.
  public init(_ counts: [UInt32]) {
    buckets =
      Array(counts.prefix(Self.bucketCount))
      + [UInt32](repeating: 0, count: max(0, Self.bucketCount - counts.count))
  }

  /// How many were counted.
  public var count: UInt64 {
    var sum: UInt64 = 0
    for bucket in buckets { sum += UInt64(bucket) }
    return sum
  }

  /// The time below which this part of those counted lie, nanoseconds: exact at the edges of buckets, even between them.
  /// 0 when nothing was counted.
  ///
  /// - Parameter thousandths: of the part; 500 for the median.
  public func quantile(thousandths: UInt64) -> UInt64 {
    let total = count
    guard total > 0 else { return 0 }
    let wanted = (total * min(thousandths, 1000) + 999) / 1000
    var below: UInt64 = 0
    for (index, bucket) in buckets.enumerated() where bucket > 0 {
      let inside = UInt64(bucket)
      if below + inside >= wanted {
        let low: UInt64 = index == 0 ? 0 : 1 << UInt64(index)
        let width = (UInt64(1) << UInt64(index + 1)) - low
        // Widths reach 2^39 and counts 2^32: divided first where the product would not fit.
        let part = wanted - below
        return low + (width < 1 << 31 ? width * part / inside : width / inside * part)
      }
      below += inside
    }
    return longest
  }

  /// An upper bound of the longest time, nanoseconds.
  public var longest: UInt64 {
    guard let last = buckets.lastIndex(where: { $0 > 0 }) else { return 0 }
    return 1 << UInt64(last + 1)
  }

  public func encode(to writer: inout ByteWriter) {
    let first = buckets.firstIndex { $0 > 0 } ?? 0
    let end = (buckets.lastIndex { $0 > 0 } ?? -1) + 1
    writer.put(UInt8(first))
    writer.put(UInt8(max(end - first, 0)))
    for index in first..<max(end, first) { writer.put(buckets[index]) }
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    let offset = reader.offset
    let first = Int(try reader.take(UInt8.self))
    let count = Int(try reader.take(UInt8.self))
    guard first + count <= Self.bucketCount else { throw .invalid(offset: offset, field: "histogram") }
    var counts = [UInt32](repeating: 0, count: first)
    for _ in 0..<count { counts.append(try reader.take(UInt32.self)) }
    self.init(counts)
  }
}

/// How the steps of a run keep their time.
public struct StepTimes: WireMessage {
  /// From a step's beginning to its end.
  public let busy: TimeHistogram
  /// From when a step was due to its beginning.
  public let lateness: TimeHistogram
  /// What a step left of its period.
  public let slack: TimeHistogram

  public init(
    busy: TimeHistogram = TimeHistogram(), lateness: TimeHistogram = TimeHistogram(),
    slack: TimeHistogram = TimeHistogram()
  ) {
    self.busy = busy
    self.lateness = lateness
    self.slack = slack
  }

  public func encode(to writer: inout ByteWriter) {
    busy.encode(to: &writer)
    lateness.encode(to: &writer)
    slack.encode(to: &writer)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    busy = try TimeHistogram(from: &reader)
    lateness = try TimeHistogram(from: &reader)
    slack = try TimeHistogram(from: &reader)
  }
}
