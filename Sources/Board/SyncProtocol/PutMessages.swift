import WireFormat

/// What is sent to a board.
public enum PutKind: UInt8, Sendable {
  case bundle = 1
  case runRequest = 2
}

/// Begins an upload, or takes one up again.
public struct PutBegin: WireMessage {
  public let kind: PutKind
  public let length: UInt64
  /// SHA-256 of the whole; also the upload's name.
  public let digest: Digest

  public init(kind: PutKind, length: UInt64, digest: Digest) {
    self.kind = kind
    self.length = length
    self.digest = digest
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(kind.rawValue)
    writer.put(length)
    writer.put(digest)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    let offset = reader.offset
    guard let kind = PutKind(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: offset, field: "upload kind")
    }
    self.kind = kind
    length = try reader.take(UInt64.self)
    digest = try reader.takeDigest()
  }
}

/// How much of an upload the board has.
public struct PutProgress: WireMessage {
  public let received: UInt64
  public init(received: UInt64) { self.received = received }
  public func encode(to writer: inout ByteWriter) { writer.put(received) }
  public init(from reader: inout ByteReader) throws(WireError) { received = try reader.take(UInt64.self) }
}

/// The next bytes of an upload.
public struct PutChunk: WireMessage {
  /// Bytes of an empty payload.
  public static let overhead = 44
  public let digest: Digest
  public let offset: UInt64
  public let data: [UInt8]

  public init(digest: Digest, offset: UInt64, data: [UInt8]) {
    self.digest = digest
    self.offset = offset
    self.data = data
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(digest)
    writer.put(offset)
    writer.put(blob: data)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    digest = try reader.takeDigest()
    offset = try reader.take(UInt64.self)
    data = try reader.takeBlob()
  }
}

/// Names an upload or a bundle: to complete, activate or start it.
public struct DigestMessage: WireMessage {
  public let digest: Digest
  public init(_ digest: Digest) { self.digest = digest }
  public func encode(to writer: inout ByteWriter) { writer.put(digest) }
  public init(from reader: inout ByteReader) throws(WireError) { digest = try reader.takeDigest() }
}

/// Names a run.
public struct RunMessage: WireMessage {
  public let run: Identifier
  public init(_ run: Identifier) { self.run = run }
  public func encode(to writer: inout ByteWriter) { writer.put(run) }
  public init(from reader: inout ByteReader) throws(WireError) { run = try reader.takeIdentifier() }
}

/// A line of talk from the board.
public struct Notice: WireMessage {
  /// As in syslog: 3 error, 4 warning, 6 information, 7 debugging.
  public let level: UInt8
  public let text: String

  public init(level: UInt8, text: String) {
    self.level = level
    self.text = text
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(level)
    writer.put(string: text)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    level = try reader.take(UInt8.self)
    text = try reader.takeString()
  }
}
