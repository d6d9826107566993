import WireFormat

/// A payload. A later minor version may append fields: readers leave what follows the last field they know.
public protocol WireMessage: Equatable, Sendable {
  func encode(to writer: inout ByteWriter)
  init(from reader: inout ByteReader) throws(WireError)
}

extension WireMessage {
  /// The payload's bytes.
  public var payload: [UInt8] {
    var writer = ByteWriter()
    encode(to: &writer)
    return writer.bytes
  }

  /// Reads a payload.
  public init(payload: [UInt8]) throws(WireError) {
    var reader = ByteReader(payload)
    try self.init(from: &reader)
  }
}

extension ByteReader {
  /// Reads a `UInt16` count and that many messages; what they are must fit in what is left.
  mutating func takeMessages<Message: WireMessage>(
    _ type: Message.Type, smallest: Int
  ) throws(WireError) -> [Message] {
    let count = Int(try take(UInt16.self))
    guard count * smallest <= remaining else { throw .truncated(offset: offset) }
    var messages: [Message] = []
    messages.reserveCapacity(count)
    for _ in 0..<count { messages.append(try Message(from: &self)) }
    return messages
  }
}

extension ByteWriter {
  /// Appends a `UInt16` count and the messages.
  mutating func put<Message: WireMessage>(messages: [Message]) {
    put(UInt16(truncatingIfNeeded: messages.count))
    for message in messages { message.encode(to: &self) }
  }
}
