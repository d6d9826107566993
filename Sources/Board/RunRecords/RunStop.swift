import WireFormat

/// How a run ended; the numbers stand in journals.
public enum RunOutcome: UInt8, Equatable, Sendable {
  /// All steps were made.
  case completed = 1
  /// It was asked to stop.
  case stopped = 2
  /// It ended by an error.
  case failed = 3
}

/// What stands at the end of a run's journal: what only the end knows. Bits: docs/journal.md.
public struct RunStop: Equatable, Sendable {
  public static let formatVersion: UInt16 = 1
  public static let bucketCount = 40

  public var outcome: RunOutcome
  public var steps: UInt64
  public var missedDeadlines: UInt64
  /// Samples that the journal could not take in time.
  public var droppedSamples: UInt64
  /// Chips left out at the end.
  public var quarantinedChips: UInt16
  /// Chips that did not take their safe values.
  public var safeFailures: UInt16
  /// Longest and summed busy time of a step, nanoseconds.
  public var longestStep: UInt64
  public var busyTime: UInt64
  /// Steps whose busy time lay in [2^k, 2^(k+1)) nanoseconds.
  public var histogram: [UInt32]

  public init(
    outcome: RunOutcome, steps: UInt64, missedDeadlines: UInt64, droppedSamples: UInt64, quarantinedChips: UInt16,
    safeFailures: UInt16, longestStep: UInt64, busyTime: UInt64, histogram: [UInt32]
  ) {
    self.outcome = outcome
    self.steps = steps
    self.missedDeadlines = missedDeadlines
    self.droppedSamples = droppedSamples
    self.quarantinedChips = quarantinedChips
    self.safeFailures = safeFailures
    self.longestStep = longestStep
    self.busyTime = busyTime
    self.histogram = histogram
  }

  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 256)
    out.put(Self.formatVersion)
    out.put(outcome.rawValue)
    out.put(steps)
    out.put(missedDeadlines)
    out.put(droppedSamples)
    out.put(quarantinedChips)
    out.put(safeFailures)
    out.put(longestStep)
    out.put(busyTime)
    out.put(UInt16(histogram.count))
    for count in histogram { out.put(count) }
    return out.bytes
  }

  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let outcome = RunOutcome(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 2, field: "outcome")
    }
    let steps = try reader.take(UInt64.self)
    let missed = try reader.take(UInt64.self)
    let dropped = try reader.take(UInt64.self)
    let quarantined = try reader.take(UInt16.self)
    let safeFailures = try reader.take(UInt16.self)
    let longest = try reader.take(UInt64.self)
    let busy = try reader.take(UInt64.self)
    let count = try reader.take(UInt16.self)
    var histogram: [UInt32] = []
    for _ in 0..<count { histogram.append(try reader.take(UInt32.self)) }
    try reader.end()
    self.init(
      outcome: outcome, steps: steps, missedDeadlines: missed, droppedSamples: dropped, quarantinedChips: quarantined,
      safeFailures: safeFailures, longestStep: longest, busyTime: busy, histogram: histogram)
  }
}
