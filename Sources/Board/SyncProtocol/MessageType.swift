/// What a message is. Requests are 1 to 0x3FFF, a notice is 0x4000 to 0x7FFF, the reply to a request is its type with the
/// highest bit set, and 0xFFFF is the reply that says why a request failed.
public struct MessageType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let hello = MessageType(rawValue: 1)
  public static let status = MessageType(rawValue: 2)
  public static let listRuns = MessageType(rawValue: 3)
  public static let listSegments = MessageType(rawValue: 4)
  public static let readSegment = MessageType(rawValue: 5)
  public static let putBegin = MessageType(rawValue: 6)
  public static let putChunk = MessageType(rawValue: 7)
  public static let putCommit = MessageType(rawValue: 8)
  public static let activate = MessageType(rawValue: 9)
  public static let startRun = MessageType(rawValue: 10)
  public static let stopRun = MessageType(rawValue: 11)
  public static let safe = MessageType(rawValue: 12)
  public static let deleteRun = MessageType(rawValue: 13)
  public static let startRunWith = MessageType(rawValue: 14)
  /// A line of talk from the board, at any time; no reply.
  public static let notice = MessageType(rawValue: 0x4001)
  /// The reply that says why a request failed.
  public static let failure = MessageType(rawValue: 0xFFFF)

  /// The type of the reply to a request of this type.
  public var reply: MessageType { MessageType(rawValue: rawValue | 0x8000) }
  public var isRequest: Bool { (1..<0x4000).contains(rawValue) }
  public var isNotice: Bool { (0x4000..<0x8000).contains(rawValue) }
}
