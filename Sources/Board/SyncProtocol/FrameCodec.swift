import WireFormat

/// One frame as it was read.
struct WireFrame: Equatable {
  let type: MessageType
  let request: UInt32
  let payload: [UInt8]
}

/// How a frame lies on the wire; docs/protocol.md has the layout.
public enum FrameCodec {
  /// The two bytes a frame starts with. They never follow each other in UTF-8 text.
  static let sync: (UInt8, UInt8) = (0xED, 0xB0)
  /// Bytes before the payload.
  public static let headerSize = 12
  /// Bytes around the payload.
  public static let overhead = 16
  /// The largest payload of any frame.
  public static let maximumPayload = 1 << 20
  /// The largest payload of a hello, and of anything before one.
  static let maximumHello = 4096
  /// The smallest value an end may give as the largest payload it takes.
  static let smallestMaximum = 4096

  /// A whole frame.
  static func encode(_ type: MessageType, request: UInt32, payload: [UInt8], to writer: inout ByteWriter) {
    var frame = ByteWriter(reserving: payload.count + overhead)
    frame.put(sync.0)
    frame.put(sync.1)
    frame.put(type.rawValue)
    frame.put(request)
    frame.put(UInt32(payload.count))
    frame.append(payload)
    frame.putChecksum()
    writer.append(frame.bytes)
  }
}
