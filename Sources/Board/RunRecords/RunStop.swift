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

/// What was counted of a chip in a run.
public struct ChipTally: Equatable, Sendable {
  /// Transactions that were completed.
  public var transfers: UInt64
  public var retries: UInt32
  /// How often it was left out, and came back.
  public var faults: UInt32
  public var recoveries: UInt32

  public init(transfers: UInt64 = 0, retries: UInt32 = 0, faults: UInt32 = 0, recoveries: UInt32 = 0) {
    self.transfers = transfers
    self.retries = retries
    self.faults = faults
    self.recoveries = recoveries
  }
}

/// What stands at the end of a run's journal: what only the end knows. Bits: docs/runs.md.
public struct RunStop: Equatable, Sendable {
  /// Version 1 ends after the first histogram.
  public static let formatVersion: UInt16 = 2
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
  /// Steps that began so late, and that left so much of their period, nanoseconds; buckets as in `histogram`. Empty where
  /// the run's program did not count them.
  public var jitter: [UInt32]
  public var slack: [UInt32]
  /// What was counted of each chip of the board.
  public var chips: [ChipTally]

  public init(
    outcome: RunOutcome, steps: UInt64, missedDeadlines: UInt64, droppedSamples: UInt64, quarantinedChips: UInt16,
    safeFailures: UInt16, longestStep: UInt64, busyTime: UInt64, histogram: [UInt32], jitter: [UInt32] = [],
    slack: [UInt32] = [], chips: [ChipTally] = []
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
    self.jitter = jitter
    self.slack = slack
    self.chips = chips
  }

  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 1024)
    out.put(Self.formatVersion)
    out.put(outcome.rawValue)
    out.put(steps)
    out.put(missedDeadlines)
    out.put(droppedSamples)
    out.put(quarantinedChips)
    out.put(safeFailures)
    out.put(longestStep)
    out.put(busyTime)
    Self.put(histogram, to: &out)
    Self.put(jitter, to: &out)
    Self.put(slack, to: &out)
    out.put(UInt16(truncatingIfNeeded: chips.count))
    for chip in chips {
      out.put(chip.transfers)
      out.put(chip.retries)
      out.put(chip.faults)
      out.put(chip.recoveries)
    }
    return out.bytes
  }

  private static func put(_ counts: [UInt32], to out: inout ByteWriter) {
    out.put(UInt16(truncatingIfNeeded: counts.count))
    for count in counts { out.put(count) }
  }

  private static func takeCounts(_ reader: inout ByteReader) throws(WireError) -> [UInt32] {
    var counts: [UInt32] = []
    for _ in 0..<(try reader.take(UInt16.self)) { counts.append(try reader.take(UInt32.self)) }
    return counts
  }

  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    let version = try reader.take(UInt16.self)
    guard version == 1 || version == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let outcome = RunOutcome(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 2, field: "outcome")
    }
    self.outcome = outcome
    steps = try reader.take(UInt64.self)
    missedDeadlines = try reader.take(UInt64.self)
    droppedSamples = try reader.take(UInt64.self)
    quarantinedChips = try reader.take(UInt16.self)
    safeFailures = try reader.take(UInt16.self)
    longestStep = try reader.take(UInt64.self)
    busyTime = try reader.take(UInt64.self)
    histogram = try Self.takeCounts(&reader)
    jitter = []
    slack = []
    chips = []
    if version > 1 {
      jitter = try Self.takeCounts(&reader)
      slack = try Self.takeCounts(&reader)
      for _ in 0..<(try reader.take(UInt16.self)) {
        chips.append(
          ChipTally(
            transfers: try reader.take(UInt64.self), retries: try reader.take(UInt32.self),
            faults: try reader.take(UInt32.self), recoveries: try reader.take(UInt32.self)))
      }
    }
    try reader.end()
  }
}
