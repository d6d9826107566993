import WireFormat

/// What a workstation asks of a board.
public enum Request: Equatable, Sendable {
  case status
  case listRuns(ListRuns)
  case listSegments(ListSegments)
  case readSegment(ReadSegment)
  case putBegin(PutBegin)
  case putChunk(PutChunk)
  /// Complete the upload of this name.
  case putCommit(Digest)
  case activate(Digest)
  /// Start the uploaded run request of this name.
  case startRun(Digest)
  /// The same, in a particular way.
  case startRunWith(StartRun)
  case stopRun
  case safe
  case deleteRun(Identifier)

  /// Its number on the wire.
  public var type: MessageType {
    switch self {
    case .status: .status
    case .listRuns: .listRuns
    case .listSegments: .listSegments
    case .readSegment: .readSegment
    case .putBegin: .putBegin
    case .putChunk: .putChunk
    case .putCommit: .putCommit
    case .activate: .activate
    case .startRun: .startRun
    case .startRunWith: .startRunWith
    case .stopRun: .stopRun
    case .safe: .safe
    case .deleteRun: .deleteRun
    }
  }

  var payload: [UInt8] {
    switch self {
    case .status, .stopRun, .safe: []
    case .listRuns(let message): message.payload
    case .listSegments(let message): message.payload
    case .readSegment(let message): message.payload
    case .putBegin(let message): message.payload
    case .putChunk(let message): message.payload
    case .putCommit(let digest), .activate(let digest), .startRun(let digest): DigestMessage(digest).payload
    case .startRunWith(let message): message.payload
    case .deleteRun(let run): RunMessage(run).payload
    }
  }

  /// The request of a payload; `nil` for a type this version does not know.
  init?(type: MessageType, from reader: inout ByteReader) throws(WireError) {
    switch type {
    case .status: self = .status
    case .listRuns: self = .listRuns(try ListRuns(from: &reader))
    case .listSegments: self = .listSegments(try ListSegments(from: &reader))
    case .readSegment: self = .readSegment(try ReadSegment(from: &reader))
    case .putBegin: self = .putBegin(try PutBegin(from: &reader))
    case .putChunk: self = .putChunk(try PutChunk(from: &reader))
    case .putCommit: self = .putCommit(try DigestMessage(from: &reader).digest)
    case .activate: self = .activate(try DigestMessage(from: &reader).digest)
    case .startRun: self = .startRun(try DigestMessage(from: &reader).digest)
    case .startRunWith: self = .startRunWith(try StartRun(from: &reader))
    case .stopRun: self = .stopRun
    case .safe: self = .safe
    case .deleteRun: self = .deleteRun(try RunMessage(from: &reader).run)
    default: return nil
    }
  }
}
