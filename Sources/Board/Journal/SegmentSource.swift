import CBoard
import WireFormat

/// A segment's bytes, in memory or in a file, as the scanner needs to see them.
public protocol SegmentSource {
  /// Bytes of the segment.
  var count: Int { get }
  /// The header of a frame at `offset`, when a good one is there.
  mutating func header(at offset: Int) -> FrameHeader?
  /// CRC-32C of `length` bytes from `offset`; `nil` when they cannot be read.
  mutating func checksum(at offset: Int, length: Int) -> UInt32?
  /// The first offset from `offset` on whose byte is `value`, or `nil`.
  mutating func firstByte(_ value: UInt8, from offset: Int) -> Int?
  /// The first offset from `offset` on whose byte is not zero, or `nil`.
  mutating func firstNonZero(from offset: Int) -> Int?
}

/// A segment in memory, which must outlive this.
public struct MemorySegment: SegmentSource {
  private let bytes: UnsafeRawBufferPointer

  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  public var count: Int { bytes.count }

  public func header(at offset: Int) -> FrameHeader? {
    guard bytes.count - offset >= FrameHeader.size else { return nil }
    return FrameHeader(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + FrameHeader.size]))
  }

  public func checksum(at offset: Int, length: Int) -> UInt32? {
    guard bytes.count - offset >= length else { return nil }
    return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
  }

  public func firstByte(_ value: UInt8, from offset: Int) -> Int? {
    ByteSearch.first(value, in: bytes, from: offset)
  }

  public func firstNonZero(from offset: Int) -> Int? { ByteSearch.firstNonZero(in: bytes, from: offset) }
}

/// A segment's file, read a few kilobytes at a time. Bytes that cannot be read count as damaged.
public final class FileSegment: SegmentSource {
  private static let window = 8192
  private let descriptor: Int32
  private let area = UnsafeMutableRawBufferPointer.allocate(byteCount: window, alignment: 16)
  public let count: Int

  /// Opens the file at `path`; it may be one that is being written.
  public init(path: String) throws(JournalError) {
    descriptor = cboard_open(path, CBOARD_READ, 0)
    try check(descriptor)
    var size: Int64 = 0
    let result = cboard_file_size(descriptor, &size)
    count = Int(clamping: size)
    try check(result)
  }

  deinit {
    if descriptor >= 0 { _ = cboard_close(descriptor) }
    area.deallocate()
  }

  /// Copies up to `target.count` bytes from `offset`; returns how many there were.
  public func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(JournalError) -> Int {
    let got = cboard_pread(descriptor, target.baseAddress, target.count, Int64(clamping: offset))
    if got < 0 { throw JournalError(result: Int32(truncatingIfNeeded: got)) }
    return Int(got)
  }

  private func load(_ offset: Int, _ length: Int) -> UnsafeRawBufferPointer? {
    let wanted = UnsafeMutableRawBufferPointer(rebasing: area[..<Swift.min(length, Self.window)])
    guard let got = try? read(at: UInt64(offset), into: wanted), got == wanted.count else { return nil }
    return UnsafeRawBufferPointer(wanted)
  }

  public func header(at offset: Int) -> FrameHeader? {
    guard count - offset >= FrameHeader.size, let bytes = load(offset, FrameHeader.size) else { return nil }
    return FrameHeader(bytes)
  }

  public func checksum(at offset: Int, length: Int) -> UInt32? {
    guard count - offset >= length else { return nil }
    var crc = CRC32C()
    var done = 0
    while done < length {
      guard let bytes = load(offset + done, length - done) else { return nil }
      crc.update(bytes)
      done += bytes.count
    }
    return crc.value
  }

  public func firstByte(_ value: UInt8, from offset: Int) -> Int? {
    search(from: offset) { ByteSearch.first(value, in: $0, from: 0) }
  }

  public func firstNonZero(from offset: Int) -> Int? {
    search(from: offset) { ByteSearch.firstNonZero(in: $0, from: 0) }
  }

  private func search(from offset: Int, _ find: (UnsafeRawBufferPointer) -> Int?) -> Int? {
    var start = offset
    while start < count {
      guard let bytes = load(start, count - start) else { return nil }
      if let found = find(bytes) { return start + found }
      start += bytes.count
    }
    return nil
  }
}
