import WireFormat

/// Why bytes are not frames.
public enum FramingError: Error, Equatable, Sendable {
  /// A frame does not start where one must.
  case sync
  /// A frame announces more bytes than this end takes.
  case oversized(UInt32)
  /// A frame's checksum is wrong.
  case checksum

  /// What is wrong.
  public var message: String {
    switch self {
    case .sync: "the connection carries bytes that are no frame: something else writes to it"
    case .oversized(let bytes): "a frame announces \(bytes) bytes, more than this end takes"
    case .checksum: "a frame was damaged on its way: its checksum is wrong"
    }
  }
}

/// Puts frames together from bytes in pieces of any size; holds at most one frame.
struct FrameAssembler {
  /// The largest payload taken.
  var maximumPayload: Int
  private var buffer: [UInt8] = []

  init(maximumPayload: Int) { self.maximumPayload = maximumPayload }

  /// Whether it holds a part of a frame.
  var isInsideFrame: Bool { !buffer.isEmpty }

  /// Takes bytes from the front of `bytes` until a frame is whole or they are used up.
  mutating func take(_ bytes: inout UnsafeRawBufferPointer) throws(FramingError) -> WireFrame? {
    fill(to: FrameCodec.headerSize, from: &bytes)
    if let first = buffer.first, first != FrameCodec.sync.0 { throw .sync }
    if buffer.count > 1, buffer[1] != FrameCodec.sync.1 { throw .sync }
    guard buffer.count >= FrameCodec.headerSize else { return nil }
    let length = field(8, UInt32.self)
    guard UInt64(length) <= UInt64(maximumPayload) else { throw .oversized(length) }
    let end = FrameCodec.headerSize + Int(length)
    fill(to: end + 4, from: &bytes)
    guard buffer.count == end + 4 else { return nil }
    let stated = field(end, UInt32.self)
    let found = buffer.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    guard stated == found else { throw .checksum }
    let frame = WireFrame(
      type: MessageType(rawValue: field(2, UInt16.self)), request: field(4, UInt32.self),
      payload: Array(buffer[FrameCodec.headerSize..<end]))
    buffer.removeAll(keepingCapacity: buffer.capacity <= 4 * FrameCodec.maximumHello)
    return frame
  }

  private mutating func fill(to size: Int, from bytes: inout UnsafeRawBufferPointer) {
    let missing = size - buffer.count
    guard missing > 0 else { return }
    let piece = Swift.min(missing, bytes.count)
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<piece]))
    bytes = UnsafeRawBufferPointer(rebasing: bytes[piece...])
  }

  private func field<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
    var value: T = 0
    for index in 0..<T.bitWidth / 8 { value |= T(truncatingIfNeeded: buffer[offset + index]) << T(8 * index) }
    return value
  }
}
