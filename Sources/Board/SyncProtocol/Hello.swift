import WireFormat

/// What each end says first: which protocol it speaks, who it is, and how much it takes at once.
public struct Hello: WireMessage {
  public static let major: UInt16 = 1
  public static let minor: UInt16 = 1
  /// The board is simulated.
  public static let virtualFlag: UInt32 = 1

  public let major: UInt16
  public let minor: UInt16
  /// See `virtualFlag`; unknown bits are ignored.
  public let flags: UInt32
  /// The largest payload this end takes, in bytes.
  public let maximumPayload: UInt32
  /// The board's identity; zeros from a workstation.
  public let board: Identifier
  /// The board's name; a workstation may leave it empty.
  public let name: String
  /// The program and its version, such as `edged 0.1.0`.
  public let program: String

  public var isVirtual: Bool { flags & Self.virtualFlag != 0 }

  public init(
    board: Identifier = .none, name: String = "", program: String, virtual: Bool = false,
    maximumPayload: UInt32 = UInt32(FrameCodec.maximumPayload), major: UInt16 = Hello.major,
    minor: UInt16 = Hello.minor
  ) {
    self.major = major
    self.minor = minor
    flags = virtual ? Self.virtualFlag : 0
    self.maximumPayload = maximumPayload
    self.board = board
    self.name = name
    self.program = program
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(major)
    writer.put(minor)
    writer.put(flags)
    writer.put(maximumPayload)
    writer.put(board)
    writer.put(string: name)
    writer.put(string: program)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    major = try reader.take(UInt16.self)
    minor = try reader.take(UInt16.self)
    flags = try reader.take(UInt32.self)
    maximumPayload = try reader.take(UInt32.self)
    board = try reader.takeIdentifier()
    name = try reader.takeString()
    program = try reader.takeString()
  }
}
