import Bundle
import CBoard
import Journal
import PhysicalNetwork
import RunRecords
import SyncProtocol
import WireFormat

/// Carries out what a workstation asks. Everything it knows is in the board's files, so any number of sessions may run.
struct BoardServer: BoardServices {
  /// The most bytes of a bundle or run request.
  static let largestUpload: UInt64 = 64 << 20

  let state: BoardState
  let realTime: Bool
  private var journal: JournalStore
  private var incoming: IncomingStore<BoardFiles>
  /// Uploads this session has begun: what they are and how long.
  private var uploads: [(digest: Digest, kind: PutKind, length: UInt64)] = []
  private let started: UInt64

  init(_ state: BoardState, realTime: Bool) {
    self.state = state
    self.realTime = realTime
    journal = JournalStore(directory: state.journalDirectory)
    incoming = IncomingStore(directory: state.directory + "/incoming", limit: Self.largestUpload, files: BoardFiles())
    started = cboard_monotonic_ns()
  }

  // MARK: - Status

  mutating func status() throws(ServiceError) -> BoardStatus {
    let slots: ActivationState
    do throws(CommandError) { slots = try ActiveBundle.look(state) } catch { throw Self.service(error) }
    let record = slots.runningRecord
    let bundle = BundleStatus(
      slot: slots.running?.rawValue ?? 0, phase: slots.phase.rawValue, counter: record?.counter ?? 0,
      digest: record?.digest ?? .none, highestCounter: slots.highestCounter)
    var run = SyncProtocol.RunStatus.none
    var last = SyncProtocol.RunStatus.none
    var outcome = SyncProtocol.RunOutcome.none
    var error = ""
    var nodes: [UInt32] = []
    var times = StepTimes()
    if let loop = StatusCommand.current(state) {
      let described = Self.describe(loop)
      nodes = loop.nodes
      times = loop.times
      if loop.phase == .ended {
        last = described
        outcome = Self.outcome(loop)
        error = loop.text
      } else {
        run = described
      }
    }
    var free: UInt64 = 0
    _ = cboard_free_bytes(state.directory, &free)
    return BoardStatus(
      board: Identifier(bytes: state.boardID) ?? .none, name: state.name, program: "edged " + Version.text,
      bundle: bundle, run: run, lastRun: last, lastOutcome: outcome, lastError: error, freeBytes: free,
      uptime: cboard_monotonic_ns() - started, nodes: nodes, service: service, times: times)
  }

  private var service: ServiceStatus {
    let served = ServiceSocket.isServed(state)
    guard StandingRun.isKept(state) else { return ServiceStatus(isServed: served) }
    guard served, let page = try? RunSession.openPage(state, readOnly: true) else {
      return ServiceStatus(isServed: served, standing: .kept)
    }
    defer { page.unmap() }
    let running = page.get(StatusPage.Word.standing) == StatusPage.StandingPhase.running.rawValue
    return ServiceStatus(
      isServed: true, standing: running ? .running : .waiting, restarts: page.get(StatusPage.Word.restarts))
  }

  private static func describe(_ loop: LoopStatus) -> SyncProtocol.RunStatus {
    SyncProtocol.RunStatus(
      run: Identifier(bytes: loop.runID) ?? .none, mode: loop.mode, stepsDone: loop.steps, stepsTotal: loop.totalSteps,
      missedDeadlines: loop.missedDeadlines, droppedSamples: loop.droppedSamples,
      quarantinedNodes: loop.quarantinedChips, committedStep: loop.committedSteps)
  }

  private static func outcome(_ loop: LoopStatus) -> SyncProtocol.RunOutcome {
    switch RunRecords.RunOutcome(rawValue: loop.outcome) {
    case .completed: return .finished
    case .stopped: return .stopped
    default: return loop.exitCode == 0 ? .interrupted : .failed
    }
  }

  private var activeRun: Identifier? {
    guard let loop = StatusCommand.current(state), loop.phase != .ended, loop.phase != .none else { return nil }
    return Identifier(bytes: loop.runID)
  }

  // MARK: - Journal

  mutating func listRuns(after: Identifier, limit: Int) throws(ServiceError) -> RunList {
    let active = activeRun
    var entries: [RunEntry] = []
    var more = false
    for run in try journalCall({ (store) throws(JournalError) in try store.runs() })
    where after == .none || after.precedes(run) {
      guard entries.count < limit else {
        more = true
        break
      }
      entries.append(RunEntry(run: run, active: run == active))
    }
    return RunList(runs: entries, more: more)
  }

  mutating func listSegments(run: Identifier, from: UInt32, limit: Int) throws(ServiceError) -> SegmentList {
    let all = try journalCall { (store) throws(JournalError) in try store.segments(of: run) }
    var entries: [SegmentEntry] = []
    var more = false
    for segment in all where segment.index >= from {
      guard entries.count < limit else {
        more = true
        break
      }
      entries.append(SegmentEntry(index: segment.index, validLength: segment.validLength, sealed: segment.sealed))
    }
    return SegmentList(segments: entries, more: more)
  }

  mutating func readSegment(
    run: Identifier, segment: UInt32, offset: UInt64, maximum: Int
  ) throws(ServiceError) -> SegmentData {
    let info = try journalCall { (store) throws(JournalError) in try store.segment(segment, of: run) }
    let data = try journalCall { (store) throws(JournalError) in
      try store.read(run, segment: segment, offset: offset, maximum: maximum)
    }
    return SegmentData(validLength: info.validLength, sealed: info.sealed, data: data)
  }

  mutating func deleteRun(_ run: Identifier) throws(ServiceError) {
    guard run != activeRun else {
      throw ServiceError(.busy, "run \(run.description) is being recorded", remedy: "stop it first")
    }
    try journalCall { (store) throws(JournalError) in try store.delete(run) }
  }

  private mutating func journalCall<T>(
    _ body: (inout JournalStore) throws(JournalError) -> T
  ) throws(ServiceError) -> T {
    do throws(JournalError) {
      return try body(&journal)
    } catch {
      throw ServiceError(error == .notFound ? .notFound : error == .noSpace ? .noSpace : .failed, error.message)
    }
  }

  // MARK: - Uploads

  mutating func putBegin(kind: PutKind, length: UInt64, digest: Digest) throws(ServiceError) -> UInt64 {
    let have = try incomingCall { (store) throws(IncomingError) in try store.begin(digest, length: length) }
    uploads.removeAll { $0.digest == digest }
    if uploads.count >= 4 { uploads.removeFirst() }
    uploads.append((digest, kind, length))
    return have
  }

  mutating func putChunk(digest: Digest, offset: UInt64, data: [UInt8]) throws(ServiceError) -> UInt64 {
    try incomingCall { (store) throws(IncomingError) in try store.add(digest, offset: offset, data) }
  }

  mutating func putCommit(digest: Digest) throws(ServiceError) {
    guard let upload = uploads.first(where: { $0.digest == digest }) else {
      throw ServiceError(.usage, "this upload was not begun in this session", remedy: "begin it again")
    }
    let bytes = try incomingCall { (store) throws(IncomingError) in try store.finish(digest, length: upload.length) }
    do throws(ServiceError) {
      switch upload.kind {
      case .bundle: try stage(bytes)
      case .runRequest: try keep(bytes, digest)
      }
    } catch {
      try incomingCall { (store) throws(IncomingError) in try store.remove(digest) }
      throw error
    }
    try incomingCall { (store) throws(IncomingError) in try store.remove(digest) }
    uploads.removeAll { $0.digest == digest }
  }

  private func stage(_ bytes: [UInt8]) throws(ServiceError) {
    guard let board = Identifier(bytes: state.boardID) else { return }
    do throws(CommandError) {
      let keys = try ActiveBundle.trustedKeys(state)
      try ActiveBundle.withStore(state) { (slots) throws(CommandError) in
        let bundle: SignedBundle
        do throws(SlotError) {
          bundle = try slots.stage(bytes, trustedKeys: keys, board: board)
        } catch {
          throw CommandError(Self.code(error), error.message)
        }
        do throws(CommandError) {
          // A bundle this program cannot run is refused now, not at the next start.
          _ = try ActiveBundle(bundle)
        } catch {
          if slots.state.phase == .staged { try? slots.discard() }
          throw error
        }
      }
    } catch {
      throw Self.service(error)
    }
  }

  private static func code(_ error: SlotError) -> Int32 {
    switch error {
    case .bundle: return CommandError.Code.refused
    case .activation(.onProbation): return CommandError.Code.busy
    case .activation(.oldCounter): return CommandError.Code.refused
    default: return CommandError.Code.failed
    }
  }

  private func keep(_ bytes: [UInt8], _ digest: Digest) throws(ServiceError) {
    do throws(WireError) {
      _ = try RunRequest(decoding: bytes)
    } catch {
      throw ServiceError(.usage, "the run request cannot be read (\(error.text))", remedy: "send it again")
    }
    do throws(CommandError) {
      RequestFolder.prune(state)
      try StateFiles.write(state.requestDirectory, digest.description, bytes)
    } catch {
      throw Self.service(error)
    }
  }

  private mutating func incomingCall<T>(
    _ body: (inout IncomingStore<BoardFiles>) throws(IncomingError) -> T
  ) throws(ServiceError) -> T {
    do throws(IncomingError) {
      return try body(&incoming)
    } catch {
      switch error {
      case .file(.noSpace): throw ServiceError(.noSpace, FileError.noSpace.message)
      case .file(let cause): throw ServiceError(cause == .notFound ? .notFound : .failed, cause.message)
      case .tooLarge(let limit):
        throw ServiceError(.usage, "an upload may have \(limit) bytes at most", remedy: "send less at once")
      case .offset(let expected):
        throw ServiceError(.usage, "the upload goes on at byte \(expected)", remedy: "begin it again")
      case .incomplete(let have):
        throw ServiceError(.usage, "only \(have) bytes of the upload are there", remedy: "begin it again")
      case .digest:
        throw ServiceError(.failed, "the upload is not what its checksum says", remedy: "send it again")
      }
    }
  }

  static func service(_ error: CommandError) -> ServiceError {
    ServiceError(ServiceCode(rawValue: UInt16(clamping: error.code)), error.message)
  }
}
