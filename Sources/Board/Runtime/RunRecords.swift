import PhysicalNetwork
import WireFormat

/// What stands at the head of a run's journal: all that is needed to read its codes. Bits: docs/journal.md.
public struct RunStart: Equatable, Sendable {
  public static let formatVersion: UInt16 = 1

  public var mode: RunMode
  /// Times are a virtual bench's, not a clock's.
  public var virtualTime: Bool
  /// SHA-256 of the bundle the run used; zeros when there was none.
  public var bundleHash: [UInt8]
  /// SHA-256 of the run request.
  public var requestHash: [UInt8]
  /// Nanoseconds since 1970 at step 0; 0 in virtual time.
  public var wallClock: UInt64
  /// Nanoseconds of the loop's clock at step 0.
  public var startTime: UInt64
  public var label: String
  public var runtimeVersion: String
  /// The board description in force: calibration, channels, nodes, step period.
  public var board: BoardDescription
  /// Control steps a frame is held, and steps of settling; 0 when no network runs.
  public var hold: UInt16
  public var settleSteps: UInt16

  public init(
    mode: RunMode, virtualTime: Bool, bundleHash: [UInt8], requestHash: [UInt8], wallClock: UInt64,
    startTime: UInt64, label: String, runtimeVersion: String, board: BoardDescription, hold: UInt16,
    settleSteps: UInt16
  ) {
    self.mode = mode
    self.virtualTime = virtualTime
    self.bundleHash = bundleHash
    self.requestHash = requestHash
    self.wallClock = wallClock
    self.startTime = startTime
    self.label = label
    self.runtimeVersion = runtimeVersion
    self.board = board
    self.hold = hold
    self.settleSteps = settleSteps
  }

  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 2048)
    out.put(Self.formatVersion)
    out.put(mode.rawValue)
    out.put(virtualTime)
    out.append(bundleHash)
    out.append(requestHash)
    out.put(wallClock)
    out.put(startTime)
    out.put(hold)
    out.put(settleSteps)
    out.put(string: label)
    out.put(string: runtimeVersion)
    out.put(blob: board.encoded())
    return out.bytes
  }

  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let mode = RunMode(rawValue: try reader.take(UInt8.self)) else { throw .invalid(offset: 2, field: "mode") }
    let virtualTime = try reader.takeBool("virtual time")
    let bundleHash = try reader.takeBytes(32)
    let requestHash = try reader.takeBytes(32)
    let wallClock = try reader.take(UInt64.self)
    let startTime = try reader.take(UInt64.self)
    let hold = try reader.take(UInt16.self)
    let settle = try reader.take(UInt16.self)
    let label = try reader.takeString()
    let version = try reader.takeString()
    let board = try BoardDescription(decoding: try reader.takeBlob())
    try reader.end()
    self.init(
      mode: mode, virtualTime: virtualTime, bundleHash: bundleHash, requestHash: requestHash, wallClock: wallClock,
      startTime: startTime, label: label, runtimeVersion: version, board: board, hold: hold, settleSteps: settle)
  }
}

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
