import WireFormat

/// What a board answers.
public enum Reply: Equatable, Sendable {
  case status(BoardStatus)
  case runs(RunList)
  case segments(SegmentList)
  case data(SegmentData)
  /// To `putBegin` and `putChunk`: the bytes that are there.
  case progress(UInt64)
  /// To `startRun` and `startRunWith`.
  case run(Identifier)
  /// To everything else: it is done.
  case done

  var payload: [UInt8] {
    switch self {
    case .status(let message): message.payload
    case .runs(let message): message.payload
    case .segments(let message): message.payload
    case .data(let message): message.payload
    case .progress(let received): PutProgress(received: received).payload
    case .run(let run): RunMessage(run).payload
    case .done: []
    }
  }

  /// The reply to a request of type `type`.
  init(to type: MessageType, from reader: inout ByteReader) throws(WireError) {
    switch type {
    case .status: self = .status(try BoardStatus(from: &reader))
    case .listRuns: self = .runs(try RunList(from: &reader))
    case .listSegments: self = .segments(try SegmentList(from: &reader))
    case .readSegment: self = .data(try SegmentData(from: &reader))
    case .putBegin, .putChunk: self = .progress(try PutProgress(from: &reader).received)
    case .startRun, .startRunWith: self = .run(try RunMessage(from: &reader).run)
    default: self = .done
    }
  }
}

extension BoardServices {
  /// Carries out a request; replies are kept to `maximum` bytes of payload.
  mutating func answer(_ request: Request, maximum: Int) throws(ServiceError) -> Reply {
    switch request {
    case .status: return .status(try status())
    case .listRuns(let list): return .runs(try listRuns(after: list.after, limit: (maximum - 3) / 17))
    case .listSegments(let list):
      return .segments(try listSegments(run: list.run, from: list.from, limit: (maximum - 3) / 13))
    case .readSegment(let read):
      let limit = Swift.min(maximum - SegmentData.overhead, Int(clamping: read.maximum))
      return .data(
        try readSegment(run: read.run, segment: read.segment, offset: read.offset, maximum: limit))
    case .putBegin(let put): return .progress(try putBegin(kind: put.kind, length: put.length, digest: put.digest))
    case .putChunk(let put): return .progress(try putChunk(digest: put.digest, offset: put.offset, data: put.data))
    case .putCommit(let digest): try putCommit(digest: digest)
    case .activate(let digest): try activate(digest: digest)
    case .startRun(let digest): return .run(try startRun(digest: digest, flags: 0))
    case .startRunWith(let start): return .run(try startRun(digest: start.digest, flags: start.flags))
    case .stopRun: try stopRun()
    case .safe: try safe()
    case .deleteRun(let run): try deleteRun(run)
    }
    return .done
  }
}
