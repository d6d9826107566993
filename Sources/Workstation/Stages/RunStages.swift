import CBoard
import Foundation
import Numerics
import PhysicalNetwork
import SyncProtocol
import Transport
import WireFormat
import Workbench

/// Running things on a board and fetching what it recorded.
extension Workspace {
  /// A run's outcome as the board reported it.
  public struct RunResult: Equatable {
    /// The run's identifier, hexadecimal.
    public var run: String
    public var steps: Int
    public var missedDeadlines: Int
    public var droppedSamples: Int
    public var quarantined: Int
    public var outcome: String
    public var message: String
    /// Nodes that were flagged by their residuals and not left out.
    public var flagged: [String] = []
    /// Nodes that their residuals have left out.
    public var leftOut: [String] = []
    /// What the residual monitor told, a line each, where the run has been pulled.
    public var residuals: [String] = []
  }

  /// A fresh run identifier; one that follows from `seed` and `label` where a seed is given.
  public func makeRunID(seed: UInt64?, label: String) -> [UInt8] {
    var id = [UInt8](repeating: 0, count: 16)
    if let seed {
      let digest = BoardConnection.sha256(Array("run \(seed) \(label)".utf8)).bytes
      return Array(digest[0..<16])
    }
    id.withUnsafeMutableBytes { cboard_random($0.baseAddress, $0.count) }
    return id
  }

  /// The most bytes of a run request that a board takes.
  static let largestRequest = 64 << 20

  /// Sends a request, starts it and waits for its end, showing how far it is.
  ///
  /// - Parameter partial: with the chips that answer, where some do not; else the board refuses.
  public func perform(_ request: RunRequest, on board: BoardEntry, partial: Bool = false) throws -> RunResult {
    try withConnection(board) { connection in
      let run = try start(request, connection, flags: partial ? StartRun.partial : 0)
      let names = (try? description(board).nodes.map(\.name)) ?? []
      return try follow(connection, run: run, name: request.label, nodes: names)
    }
  }

  /// Sends and starts a run that the board starts again by itself until it is stopped; the run's identifier.
  public func performStanding(_ request: RunRequest, on board: BoardEntry, partial: Bool) throws -> StandingStart {
    try withConnection(board) { connection in
      let run = try start(request, connection, flags: StartRun.standing | (partial ? StartRun.partial : 0))
      return StandingStart(run: run.description, isServed: try connection.status().service.isServed)
    }
  }

  /// A standing run that was started.
  public struct StandingStart: Equatable {
    /// Its first run's identifier, hexadecimal.
    public var run: String
    /// A daemon looks after it; else it waits for one after its first end.
    public var isServed: Bool
  }

  private func start(_ request: RunRequest, _ connection: BoardConnection, flags: UInt8) throws -> Identifier {
    let bytes = request.encoded()
    guard bytes.count <= Self.largestRequest else {
      throw StageError(
        "this run would send \(bytes.count >> 20) MiB to the board, which takes \(Self.largestRequest >> 20) MiB at once: "
          + "run fewer recordings, or characterise for fewer steps, and repeat")
    }
    return try connection.startRun(try connection.put(.runRequest, bytes), flags: flags)
  }

  private func follow(_ connection: BoardConnection, run: Identifier, name: String, nodes: [String]) throws -> RunResult
  {
    var wait = 0.005
    while true {
      if Interrupt.raised {
        console.done()
        try? connection.stopRun()
        throw StageError(
          "interrupted; the run \(run) on the board was asked to stop: 'edgesync pull' fetches what it recorded",
          code: ExitCode.interrupted)
      }
      let status = try connection.status()
      if status.run.run == run {
        let now = status.run
        if now.stepsTotal > 0 {
          console.progress(
            name, Double(now.stepsDone) / Double(now.stepsTotal), "\(now.stepsDone) of \(now.stepsTotal) steps")
        }
      } else if status.lastRun.run == run {
        let last = status.lastRun
        console.progress(name, 1, "\(last.stepsDone) steps, \(last.missedDeadlines) late")
        console.done()
        let watched = NodeReport.all(status.nodes, names: nodes)
        let result = RunResult(
          run: run.description, steps: Int(clamping: last.stepsDone),
          missedDeadlines: Int(clamping: last.missedDeadlines), droppedSamples: Int(clamping: last.droppedSamples),
          quarantined: Int(last.quarantinedNodes), outcome: "\(status.lastOutcome)", message: status.lastError,
          flagged: watched.filter { $0.was_flagged && $0.state != "left_out" }.map(\.name),
          leftOut: watched.filter { $0.was_flagged && $0.state == "left_out" }.map(\.name))
        guard status.lastOutcome == .finished || status.lastOutcome == .stopped else {
          throw StageError("the run on the board failed after \(last.stepsDone) steps: \(status.lastError)")
        }
        return result
      } else {
        throw StageError(
          "the board no longer knows run \(run): it may have been restarted; pull what it recorded and run again")
      }
      Thread.sleep(forTimeInterval: wait)
      wait = min(wait * 1.5, 0.2)
    }
  }

  /// What a pull fetched.
  public struct Pulled: Equatable {
    public var run: String
    public var segments: [String]
    public var bytes: Int
    public var fresh: Int
    public var lossy: Bool
    /// Why the run is of no use, though its bytes are here; empty for a good one.
    public var problem = ""
    /// The run went on when it was pulled: more of it is to come.
    public var running = false
    /// What its residual monitor told, a line each.
    public var residuals: [String] = []
  }

  /// Fetches runs that are on the board and not here in full; what is here already is not sent again.
  ///
  /// - Parameter wanted: only this run; nil for all.
  public func pull(_ board: BoardEntry, run wanted: String? = nil, origins: [CatalogItem] = []) throws -> [Pulled] {
    let record = try record(board)
    return try withConnection(board) { connection in
      let entries = try connection.runs().filter { wanted == nil || $0.run.description == wanted }
      if let wanted, entries.isEmpty {
        throw StageError("board '\(board.name)' has no run \(wanted): 'edgesync status' lists what it has")
      }
      var pulled: [Pulled] = []
      var newcomers: [RecordedRun] = []
      for entry in entries {
        let (item, recorded) = try pull(entry, of: record, board, connection, origins)
        pulled.append(item)
        if let recorded { newcomers.append(recorded) }
      }
      try order(newcomers)
      return pulled
    }
  }

  /// Fetches one run; what was recorded comes back where the catalog did not know the run before.
  private func pull(
    _ entry: RunEntry, of record: BoardRecord, _ board: BoardEntry, _ connection: BoardConnection,
    _ origins: [CatalogItem]
  ) throws -> (Pulled, RecordedRun?) {
    let run = entry.run.description
    let folder = project.tracePath(board: board.name, run: run)
    let segments = try connection.segments(of: entry.run)
    let names = segments.map { String(format: "traces/\(board.name)/\(run)/%06d.seg", $0.index) }
    try dropDamaged(run)
    let (have, fresh) = try fetch(entry.run, segments, into: folder, connection)
    let known = try project.catalog.find(run, RunRecord.self)
    if fresh == 0, let known, RecordedRun.endings.contains(known.state) {
      try project.catalog.link(CatalogItem(.run, run), from: origins)
      return (Pulled(run: run, segments: names, bytes: have, fresh: 0, lossy: known.lossy), nil)
    }
    let recorded: RecordedRun
    do {
      recorded = try RecordedRun.read(folder)
    } catch {
      // A run that was cut off before its start was written must not stand in the way of the others.
      let problem = (error as? StageError)?.message ?? "\(error)"
      return (Pulled(run: run, segments: [], bytes: have, fresh: fresh, lossy: true, problem: problem), nil)
    }
    let trace = recorded.trace
    try project.catalog.save(
      run: RunRecord(
        id: run, board: record.id, mode: recorded.modeName, label: recorded.start.label, steps: trace.steps,
        missedDeadlines: Int(clamping: recorded.stop?.missedDeadlines ?? 0),
        state: recorded.stop == nil ? (entry.active ? "running" : "interrupted") : recorded.outcomeName,
        lossy: trace.lossy, path: "traces/\(board.name)/\(run)", added: known?.added ?? now()),
      segments: try zip(segments, names).map { segment, name in
        SegmentRecord(
          run: run, number: Int(segment.index), path: name, bytes: Int(clamping: segment.validLength),
          sha256: try Self.hash(project.root + "/" + name, first: Int(clamping: segment.validLength)))
      }, from: origins)
    let item = Pulled(
      run: run, segments: names, bytes: have, fresh: fresh, lossy: trace.lossy, running: entry.active,
      residuals: recorded.residualLines)
    return (item, known == nil ? recorded : nil)
  }

  /// Fetches what a run's segments have grown by; the bytes that are here then, and how many of them are new.
  private func fetch(
    _ run: Identifier, _ segments: [SegmentEntry], into folder: String, _ connection: BoardConnection
  ) throws -> (have: Int, fresh: Int) {
    try Project.makeFolder(folder)
    let total = segments.reduce(0) { $0 + Int(clamping: $1.validLength) }
    var have = 0
    var fresh = 0
    for segment in segments {
      let file = try SegmentFile(path: folder + String(format: "/%06d.seg", segment.index))
      defer { file.close() }
      have += Int(min(file.length, segment.validLength))
      while file.length < segment.validLength {
        try Interrupt.check()
        let data = try connection.read(run, segment: segment.index, offset: file.length)
        guard !data.data.isEmpty else { break }
        try file.append(data.data)
        fresh += data.data.count
        have += data.data.count
        console.progress("pull", Double(have) / Double(max(total, 1)), "\(have / 1024) KiB")
      }
      try file.synchronize()
    }
    console.done()
    return (have, fresh)
  }

  /// The board lists runs by name; the catalog's newest must be the one that was recorded last.
  private func order(_ newcomers: [RecordedRun]) throws {
    guard newcomers.count > 1 else { return }
    let sorted = newcomers.sorted {
      ($0.start.wallClock, $0.start.startTime) < ($1.start.wallClock, $1.start.startTime)
    }
    let base = now()
    for (place, run) in sorted.enumerated() {
      guard var record = try project.catalog.find(run.trace.run.description, RunRecord.self) else { continue }
      record.added = base.addingTimeInterval(Double(place) * 0.001)
      try project.catalog.save(record)
    }
  }
}
