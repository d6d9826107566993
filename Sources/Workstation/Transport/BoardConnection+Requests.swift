import CBoard
import SyncProtocol
import WireFormat

extension BoardConnection {
  private var unexpected: TransportError {
    .protocolFault("the board sent another reply than was asked for; install the same version on both ends")
  }

  /// What the board says of itself now.
  public func status() throws(TransportError) -> BoardStatus {
    guard case .status(let status) = try ask(.status) else { throw unexpected }
    return status
  }

  /// Every run in the board's journal.
  public func runs() throws(TransportError) -> [RunEntry] {
    var entries: [RunEntry] = []
    while true {
      guard case .runs(let list) = try ask(.listRuns(ListRuns(after: entries.last?.run ?? .none))) else {
        throw unexpected
      }
      entries += list.runs
      guard list.more, !list.runs.isEmpty else { return entries }
    }
  }

  /// Every segment of a run.
  public func segments(of run: Identifier) throws(TransportError) -> [SegmentEntry] {
    var entries: [SegmentEntry] = []
    while true {
      let from = entries.last.map { $0.index + 1 } ?? 0
      guard case .segments(let list) = try ask(.listSegments(ListSegments(run: run, from: from))) else {
        throw unexpected
      }
      entries += list.segments
      guard list.more, !list.segments.isEmpty else { return entries }
    }
  }

  /// Bytes of a segment from `offset` on.
  public func read(_ run: Identifier, segment: UInt32, offset: UInt64) throws(TransportError) -> SegmentData {
    let request = ReadSegment(run: run, segment: segment, offset: offset, maximum: UInt32(Self.chunk))
    guard case .data(let data) = try ask(.readSegment(request)) else { throw unexpected }
    return data
  }

  /// Sends a blob, from where an earlier try stopped, and has the board take it.
  ///
  /// - Returns: its SHA-256.
  @discardableResult
  public func put(
    _ kind: PutKind, _ bytes: [UInt8], progress: (Double) -> Void = { _ in }
  ) throws(TransportError) -> Digest {
    let digest = Self.sha256(bytes)
    let begin = PutBegin(kind: kind, length: UInt64(bytes.count), digest: digest)
    guard case .progress(var have) = try ask(.putBegin(begin)) else { throw unexpected }
    while have < UInt64(bytes.count) {
      let end = min(Int(have) + Self.chunk, bytes.count)
      let chunk = PutChunk(digest: digest, offset: have, data: Array(bytes[Int(have)..<end]))
      guard case .progress(let now) = try ask(.putChunk(chunk)), now > have else { throw unexpected }
      have = now
      progress(Double(have) / Double(max(bytes.count, 1)))
    }
    guard case .done = try ask(.putCommit(digest)) else { throw unexpected }
    return digest
  }

  /// Lets a staged bundle run, on probation.
  public func activate(_ digest: Digest) throws(TransportError) { _ = try ask(.activate(digest)) }

  /// Starts the run of an uploaded request, with the flags of `StartRun`; boards of older programs know none.
  public func startRun(_ digest: Digest, flags: UInt8 = 0) throws(TransportError) -> Identifier {
    let request = flags == 0 ? Request.startRun(digest) : .startRunWith(StartRun(digest, flags: flags))
    guard case .run(let run) = try ask(request) else { throw unexpected }
    return run
  }

  /// Asks the run to end, a standing one for good.
  public func stopRun() throws(TransportError) { _ = try ask(.stopRun) }

  /// Ends any run and has every output put at its safe value.
  public func safe() throws(TransportError) { _ = try ask(.safe) }

  /// Removes a run from the board's journal.
  public func delete(_ run: Identifier) throws(TransportError) { _ = try ask(.deleteRun(run)) }

  /// SHA-256 of `bytes`.
  public static func sha256(_ bytes: [UInt8]) -> Digest {
    var raw = [UInt8](repeating: 0, count: 32)
    bytes.withUnsafeBytes { cboard_sha256($0.baseAddress, $0.count, &raw) }
    return Digest(bytes: raw) ?? .none
  }
}
