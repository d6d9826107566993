import WireFormat

/// The payload of a sealed segment's last frame.
public struct SegmentEnd: Equatable, Sendable {
  /// Bytes of the payload as this version writes it.
  public static let size = 16

  /// Frames of the segment, this one left out.
  public let frames: UInt32
  /// Whether the run ends here; otherwise another segment follows.
  public let last: Bool
  /// The first step not recorded up to the end of this segment.
  public let endStep: UInt64

  public init(frames: UInt32, last: Bool, endStep: UInt64) {
    self.frames = frames
    self.last = last
    self.endStep = endStep
  }

  /// Reads a payload; throws when it is short.
  public init(payload: [UInt8]) throws(WireError) {
    var reader = ByteReader(payload)
    frames = try reader.take(UInt32.self)
    last = try reader.take(UInt32.self) & 1 == 1
    endStep = try reader.take(UInt64.self)
  }

  /// Writes the payload at `target`, which has room for `size` bytes.
  func store(to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: frames.littleEndian, toByteOffset: 0, as: UInt32.self)
    target.storeBytes(of: UInt32(last ? 1 : 0).littleEndian, toByteOffset: 4, as: UInt32.self)
    target.storeBytes(of: endStep.littleEndian, toByteOffset: 8, as: UInt64.self)
  }
}
