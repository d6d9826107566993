import WireFormat

/// The bundle a board runs, or would.
public struct BundleStatus: WireMessage {
  /// 0 none, 1 A, 2 B.
  public let slot: UInt8
  /// 0 empty, 1 staged, 2 on probation, 3 committed.
  public let phase: UInt8
  public let counter: UInt64
  /// SHA-256 of the bundle that runs; zeros when there is none.
  public let digest: Digest
  /// The highest counter the board has accepted.
  public let highestCounter: UInt64

  public init(slot: UInt8, phase: UInt8, counter: UInt64, digest: Digest, highestCounter: UInt64) {
    self.slot = slot
    self.phase = phase
    self.counter = counter
    self.digest = digest
    self.highestCounter = highestCounter
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(slot)
    writer.put(phase)
    writer.put(counter)
    writer.put(digest)
    writer.put(highestCounter)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    slot = try reader.take(UInt8.self)
    phase = try reader.take(UInt8.self)
    counter = try reader.take(UInt64.self)
    digest = try reader.takeDigest()
    highestCounter = try reader.take(UInt64.self)
  }
}

/// The run that goes on, or the last one that did.
public struct RunStatus: WireMessage {
  /// Zeros when there is none.
  public let run: Identifier
  /// As the run request numbers it; 0 when there is no run.
  public let mode: UInt8
  public let stepsDone: UInt64
  /// 0 when the run has no end of its own.
  public let stepsTotal: UInt64
  public let missedDeadlines: UInt64
  /// Samples the journal could not take in time.
  public let droppedSamples: UInt64
  public let quarantinedNodes: UInt32
  /// Every step before this one is on flash.
  public let committedStep: UInt64

  /// No run.
  public static let none = RunStatus(run: .none, mode: 0)

  public init(
    run: Identifier, mode: UInt8, stepsDone: UInt64 = 0, stepsTotal: UInt64 = 0, missedDeadlines: UInt64 = 0,
    droppedSamples: UInt64 = 0, quarantinedNodes: UInt32 = 0, committedStep: UInt64 = 0
  ) {
    self.run = run
    self.mode = mode
    self.stepsDone = stepsDone
    self.stepsTotal = stepsTotal
    self.missedDeadlines = missedDeadlines
    self.droppedSamples = droppedSamples
    self.quarantinedNodes = quarantinedNodes
    self.committedStep = committedStep
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(run)
    writer.put(mode)
    writer.put(stepsDone)
    writer.put(stepsTotal)
    writer.put(missedDeadlines)
    writer.put(droppedSamples)
    writer.put(quarantinedNodes)
    writer.put(committedStep)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    run = try reader.takeIdentifier()
    mode = try reader.take(UInt8.self)
    stepsDone = try reader.take(UInt64.self)
    stepsTotal = try reader.take(UInt64.self)
    missedDeadlines = try reader.take(UInt64.self)
    droppedSamples = try reader.take(UInt64.self)
    quarantinedNodes = try reader.take(UInt32.self)
    committedStep = try reader.take(UInt64.self)
  }
}

/// How the last run ended.
public enum RunOutcome: UInt8, Sendable {
  /// There was none.
  case none = 0
  case finished = 1
  /// Ended on request.
  case stopped = 2
  case failed = 3
  /// The program or the board went down under it.
  case interrupted = 4
}

/// Everything a board says of itself.
public struct BoardStatus: WireMessage {
  public let board: Identifier
  public let name: String
  /// The program and its version.
  public let program: String
  public let bundle: BundleStatus
  /// The run that goes on; `RunStatus.none` when the board is idle.
  public let run: RunStatus
  public let lastRun: RunStatus
  public let lastOutcome: RunOutcome
  /// Why the last run failed; else empty.
  public let lastError: String
  /// Bytes the journal can still take.
  public let freeBytes: UInt64
  /// Since the board's program started, ns.
  public let uptime: UInt64
  /// How each node stood with its twin when the run was last looked at, as words of the board's status page; empty where
  /// none is watched, or the board's program is too old to say.
  public let nodes: [UInt32]
  public let service: ServiceStatus
  /// How the steps keep their time, of the run that goes on or the last one.
  public let times: StepTimes

  public init(
    board: Identifier, name: String, program: String, bundle: BundleStatus, run: RunStatus = .none,
    lastRun: RunStatus = .none, lastOutcome: RunOutcome = .none, lastError: String = "", freeBytes: UInt64,
    uptime: UInt64, nodes: [UInt32] = [], service: ServiceStatus = ServiceStatus(),
    times: StepTimes = StepTimes()
  ) {
    self.board = board
    self.name = name
    self.program = program
    self.bundle = bundle
    self.run = run
    self.lastRun = lastRun
    self.lastOutcome = lastOutcome
    self.lastError = lastError
    self.freeBytes = freeBytes
    self.uptime = uptime
    self.nodes = nodes
    self.service = service
    self.times = times
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(board)
    bundle.encode(to: &writer)
    run.encode(to: &writer)
    lastRun.encode(to: &writer)
    writer.put(lastOutcome.rawValue)
    writer.put(freeBytes)
    writer.put(uptime)
    writer.put(string: name)
    writer.put(string: program)
    writer.put(string: lastError)
    writer.put(UInt16(min(nodes.count, Int(UInt16.max))))
    for node in nodes.prefix(Int(UInt16.max)) { writer.put(node) }
    service.encode(to: &writer)
    times.encode(to: &writer)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    board = try reader.takeIdentifier()
    bundle = try BundleStatus(from: &reader)
    run = try RunStatus(from: &reader)
    lastRun = try RunStatus(from: &reader)
    let outcome = reader.offset
    guard let lastOutcome = RunOutcome(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: outcome, field: "run outcome")
    }
    self.lastOutcome = lastOutcome
    freeBytes = try reader.take(UInt64.self)
    uptime = try reader.take(UInt64.self)
    name = try reader.takeString()
    program = try reader.takeString()
    lastError = try reader.takeString()
    var nodes: [UInt32] = []
    if reader.remaining > 0 {
      for _ in 0..<(try reader.take(UInt16.self)) { nodes.append(try reader.take(UInt32.self)) }
    }
    self.nodes = nodes
    service = reader.remaining > 0 ? try ServiceStatus(from: &reader) : ServiceStatus()
    times = reader.remaining > 0 ? try StepTimes(from: &reader) : StepTimes()
  }
}
