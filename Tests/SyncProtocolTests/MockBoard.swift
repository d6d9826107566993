import SyncProtocol
import WireFormat

let testBoard = Identifier(high: 0x1011_1213_1415_1617, low: 0x1819_1A1B_1C1D_1E1F)
let testRun = Identifier(high: 1, low: 2)
let testDigest = Digest(words: (1, 2, 3, 4))

/// A board in memory: one run of two segments, one upload.
struct MockBoard: BoardServices {
  var segment = (0..<9000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
  var upload: [UInt8] = []
  var calls: [String] = []
  var active = true

  mutating func status() throws(ServiceError) -> BoardStatus {
    calls.append("status")
    return BoardStatus(
      board: testBoard, name: "bench", program: "edged 0.1.0",
      bundle: BundleStatus(slot: 1, phase: 3, counter: 4, digest: testDigest, highestCounter: 5),
      run: RunStatus(
        run: testRun, mode: 2, stepsDone: 10, stepsTotal: 20, missedDeadlines: 1, droppedSamples: 2,
        quarantinedNodes: 3,
        committedStep: 8),
      lastOutcome: .failed, lastError: "node 3 answers nothing", freeBytes: 1 << 40, uptime: 77)
  }

  mutating func listRuns(after: Identifier, limit: Int) throws(ServiceError) -> RunList {
    let all = (1...600).map { RunEntry(run: Identifier(high: 0, low: UInt64($0)), active: $0 == 600) }
    let rest = all.filter { after.precedes($0.run) }
    return RunList(runs: Array(rest.prefix(limit)), more: rest.count > limit)
  }

  mutating func listSegments(run: Identifier, from: UInt32, limit: Int) throws(ServiceError) -> SegmentList {
    guard run == testRun else { throw ServiceError(.notFound, "no such run", remedy: "list the runs") }
    return SegmentList(segments: [SegmentEntry(index: from, validLength: 9000, sealed: true)], more: false)
  }

  mutating func readSegment(
    run: Identifier, segment: UInt32, offset: UInt64, maximum: Int
  ) throws(ServiceError) -> SegmentData {
    let start = min(Int(clamping: offset), self.segment.count)
    let data = Array(self.segment[start...].prefix(max(maximum, 0)))
    return SegmentData(validLength: 9000, sealed: true, data: data)
  }

  mutating func putBegin(kind: PutKind, length: UInt64, digest: Digest) throws(ServiceError) -> UInt64 {
    UInt64(upload.count)
  }

  mutating func putChunk(digest: Digest, offset: UInt64, data: [UInt8]) throws(ServiceError) -> UInt64 {
    guard offset == UInt64(upload.count) else { throw ServiceError(.usage, "out of order") }
    upload += data
    return UInt64(upload.count)
  }

  mutating func putCommit(digest: Digest) throws(ServiceError) { calls.append("commit") }
  mutating func activate(digest: Digest) throws(ServiceError) { throw ServiceError(.refused, "wrong board") }

  mutating func startRun(digest: Digest, flags: UInt8) throws(ServiceError) -> Identifier {
    if active { throw ServiceError(.busy, "a run goes on", remedy: "stop it first") }
    return testRun
  }

  mutating func stopRun() throws(ServiceError) { active = false }
  mutating func safe() throws(ServiceError) { calls.append("safe") }
  mutating func deleteRun(_ run: Identifier) throws(ServiceError) { calls.append("delete") }
}

let everyRequest: [Request] = [
  .status, .listRuns(ListRuns()), .listSegments(ListSegments(run: testRun)),
  .listSegments(ListSegments(run: testBoard)),
  .readSegment(ReadSegment(run: testRun, segment: 0, offset: 100, maximum: 2000)),
  .putBegin(PutBegin(kind: .bundle, length: 5, digest: testDigest)),
  .putChunk(PutChunk(digest: testDigest, offset: 0, data: [1, 2, 3])), .putCommit(testDigest), .activate(testDigest),
  .startRun(testDigest), .stopRun, .startRunWith(StartRun(testDigest, flags: 3)), .stopRun, .startRun(testDigest),
  .safe, .deleteRun(testRun),
]

/// Both ends and the wire between them.
struct Pair {
  var client: SyncClient
  var server: SyncServer<MockBoard>
  var events: [ClientEvent] = []

  init(clientMaximum: UInt32 = 1 << 20, serverMaximum: UInt32 = 65536, major: UInt16 = 1) {
    client = SyncClient(hello: Hello(program: "edgesync 0.1.0", maximumPayload: clientMaximum, major: major))
    server = SyncServer(
      services: MockBoard(),
      hello: Hello(
        board: testBoard, name: "bench", program: "edged 0.1.0", virtual: true, maximumPayload: serverMaximum))
  }

  /// Carries everything waiting both ways, in pieces that end where `cut` says.
  mutating func run(_ cut: (Int) -> Int = { $0 }) {
    while !client.output.isEmpty || !server.output.isEmpty {
      var toServer = client.output
      client.sent(toServer.count)
      while !toServer.isEmpty {
        let piece = Array(toServer.prefix(max(cut(toServer.count), 1)))
        let used = server.receive(piece)
        toServer.removeFirst(used)
        deliver(cut)
      }
      deliver(cut)
    }
  }

  private mutating func deliver(_ cut: (Int) -> Int) {
    var toClient = server.output
    server.sent(toClient.count)
    while !toClient.isEmpty {
      let piece = Array(toClient.prefix(max(cut(toClient.count), 1)))
      client.receive(piece)
      toClient.removeFirst(piece.count)
    }
    while let event = client.nextEvent() { events.append(event) }
  }
}
