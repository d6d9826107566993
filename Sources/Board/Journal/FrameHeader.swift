import WireFormat

/// The 32 bytes before each payload. Little-endian; the layout stands in docs/journal.md.
public struct FrameHeader: Equatable, Sendable {
  /// Bytes of a header.
  public static let size = 32
  /// The bytes `E5 4A 4E 4C`, as a little-endian number. `E5 4A` is not valid UTF-8, so no text in a payload holds it.
  public static let sync: UInt32 = 0x4C4E_4AE5
  /// The largest payload any reader needs to accept.
  public static let maximumPayload = 1 << 24

  public let type: FrameType
  /// See `FrameFlags`; unknown bits are ignored.
  public let flags: UInt16
  /// Bytes of the payload.
  public let length: Int
  /// Ties the frame to its run and segment: see `tag(run:segment:)`.
  public let tag: UInt32
  /// The frame's number in its run, from 0.
  public let sequence: UInt64
  /// CRC-32C of the payload.
  public let payloadChecksum: UInt32

  /// What frames of this segment carry, so that stale bytes of other files on the card are never taken for them:
  /// CRC-32C of the run's sixteen bytes and the little-endian segment index.
  public static func tag(run: Identifier, segment: UInt32) -> UInt32 {
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 8) { area in
      area.storeBytes(of: run.high.bigEndian, toByteOffset: 0, as: UInt64.self)
      area.storeBytes(of: run.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      area.storeBytes(of: segment.littleEndian, toByteOffset: 16, as: UInt32.self)
      return CRC32C.checksum(UnsafeRawBufferPointer(area))
    }
  }

  /// The header at the start of `bytes`; `nil` unless its sync word, checksum and length are good.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.size, Self.load(bytes, 0, UInt32.self) == Self.sync,
      Self.load(bytes, 28, UInt32.self) == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[0..<28]))
    else { return nil }
    let length = Self.load(bytes, 8, UInt32.self)
    guard length <= UInt32(Self.maximumPayload) else { return nil }
    type = FrameType(rawValue: Self.load(bytes, 4, UInt16.self))
    flags = Self.load(bytes, 6, UInt16.self)
    self.length = Int(length)
    tag = Self.load(bytes, 12, UInt32.self)
    sequence = Self.load(bytes, 16, UInt64.self)
    payloadChecksum = Self.load(bytes, 24, UInt32.self)
  }

  init(type: FrameType, flags: UInt16, tag: UInt32, sequence: UInt64, payload: UnsafeRawBufferPointer) {
    self.type = type
    self.flags = flags
    self.tag = tag
    self.sequence = sequence
    length = payload.count
    payloadChecksum = CRC32C.checksum(payload)
  }

  /// Writes the 32 bytes at `target`.
  func store(to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: Self.sync.littleEndian, toByteOffset: 0, as: UInt32.self)
    target.storeBytes(of: type.rawValue.littleEndian, toByteOffset: 4, as: UInt16.self)
    target.storeBytes(of: flags.littleEndian, toByteOffset: 6, as: UInt16.self)
    target.storeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian, toByteOffset: 8, as: UInt32.self)
    target.storeBytes(of: tag.littleEndian, toByteOffset: 12, as: UInt32.self)
    target.storeBytes(of: sequence.littleEndian, toByteOffset: 16, as: UInt64.self)
    target.storeBytes(of: payloadChecksum.littleEndian, toByteOffset: 24, as: UInt32.self)
    let checksum = CRC32C.checksum(UnsafeRawBufferPointer(start: UnsafeRawPointer(target), count: 28))
    target.storeBytes(of: checksum.littleEndian, toByteOffset: 28, as: UInt32.self)
  }

  @inline(__always)
  private static func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ type: T.Type
  ) -> T {
    T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
