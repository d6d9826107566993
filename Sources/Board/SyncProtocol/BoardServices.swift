import WireFormat

/// What a board does when asked; `SyncServer` calls it with checked requests. Digests are SHA-256.
public protocol BoardServices {
  mutating func status() throws(ServiceError) -> BoardStatus
  /// Runs after `after` in the order of their names, at most `limit`, and whether there are more.
  mutating func listRuns(after: Identifier, limit: Int) throws(ServiceError) -> RunList
  /// Segments of a run from index `from` on, at most `limit`, and whether there are more.
  mutating func listSegments(run: Identifier, from: UInt32, limit: Int) throws(ServiceError) -> SegmentList
  /// At most `maximum` bytes of a segment from `offset` on; none when there are none.
  mutating func readSegment(
    run: Identifier, segment: UInt32, offset: UInt64, maximum: Int
  ) throws(ServiceError) -> SegmentData
  /// Begins or takes up an upload; returns how many of its bytes are there already.
  mutating func putBegin(kind: PutKind, length: UInt64, digest: Digest) throws(ServiceError) -> UInt64
  /// Adds bytes at `offset`, the end of what is there; returns the new end.
  mutating func putChunk(digest: Digest, offset: UInt64, data: [UInt8]) throws(ServiceError) -> UInt64
  /// Checks a complete upload and takes it: a bundle is verified and staged, a run request kept.
  mutating func putCommit(digest: Digest) throws(ServiceError)
  /// Lets the staged bundle run, on probation.
  mutating func activate(digest: Digest) throws(ServiceError)
  /// Starts the run of an uploaded request, with the flags of `StartRun`; returns its name.
  mutating func startRun(digest: Digest, flags: UInt8) throws(ServiceError) -> Identifier
  /// Asks the run to end, a standing one for good; it has ended when the status says so.
  mutating func stopRun() throws(ServiceError)
  /// Ends any run and puts every output at its safe value.
  mutating func safe() throws(ServiceError)
  /// Removes a run from the journal for good.
  mutating func deleteRun(_ run: Identifier) throws(ServiceError)
}
