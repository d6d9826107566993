import WireFormat

/// What kind of failure a board reports.
public struct ServiceCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let failed = ServiceCode(rawValue: 1)
  /// A run is going on, or another program holds the board.
  public static let busy = ServiceCode(rawValue: 11)
  /// A signature, an identity or a counter was refused.
  public static let refused = ServiceCode(rawValue: 12)
  /// The request itself is wrong.
  public static let usage = ServiceCode(rawValue: 64)
  /// There is no such run, segment or bundle.
  public static let notFound = ServiceCode(rawValue: 101)
  /// The board's file system is full.
  public static let noSpace = ServiceCode(rawValue: 102)
  /// The bytes of the connection are not the protocol; it is closed.
  public static let protocolBroken = ServiceCode(rawValue: 103)
  /// The board does not know requests of this type.
  public static let unsupported = ServiceCode(rawValue: 104)
  /// The two ends speak different major versions; the connection is closed.
  public static let version = ServiceCode(rawValue: 105)

  /// The exit code a command line tool ends with.
  public var exitCode: Int32 { rawValue < 100 ? Int32(rawValue) : 1 }
}

/// Why a board did not do what it was asked.
public struct ServiceError: Error, Equatable, Sendable {
  public let code: ServiceCode
  /// What failed, on which device.
  public let message: String
  /// What to do; may be empty.
  public let remedy: String

  public init(_ code: ServiceCode, _ message: String, remedy: String = "") {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

extension ServiceError: WireMessage {
  public func encode(to writer: inout ByteWriter) {
    writer.put(code.rawValue)
    writer.put(string: message)
    writer.put(string: remedy)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    code = ServiceCode(rawValue: try reader.take(UInt16.self))
    message = try reader.takeString()
    remedy = try reader.takeString()
  }
}
