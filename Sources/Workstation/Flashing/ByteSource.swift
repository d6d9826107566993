import Foundation

/// Bytes at places: an image as a file, or a part of one in memory.
package protocol ByteSource {
  /// How many bytes there are.
  var size: UInt64 { get }
  /// `count` bytes from `offset`; fewer where it ends before.
  func bytes(at offset: UInt64, count: Int) throws(FlashError) -> [UInt8]
}

/// A file's bytes.
package final class FileSource: ByteSource {
  package let path: String
  package let size: UInt64
  private let descriptor: Int32

  package init(_ path: String) throws(FlashError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .system(path, "the image cannot be read", errno, remedy: "correct the path, or its permissions")
    }
    let end = lseek(descriptor, 0, SEEK_END)
    self.path = path
    size = end < 0 ? 0 : UInt64(end)
  }

  deinit { close(descriptor) }

  package func bytes(at offset: UInt64, count: Int) throws(FlashError) -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: Int(min(UInt64(count), size - offset)))
    var filled = 0
    while filled < buffer.count {
      let got = buffer.withUnsafeMutableBytes { raw in
        pread(descriptor, raw.baseAddress.map { $0 + filled }, raw.count - filled, off_t(offset) + off_t(filled))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .system(path, "reading failed", errno, remedy: "check the disk it is on") }
      if got == 0 { break }
      filled += got
    }
    return Array(buffer.prefix(filled))
  }
}

/// Little-endian numbers inside bytes; `nil` past the end.
enum Little {
  static func u16(_ bytes: [UInt8], _ at: Int) -> Int? { number(bytes, at, 2).map { Int($0) } }
  static func u32(_ bytes: [UInt8], _ at: Int) -> UInt32? { number(bytes, at, 4).map { UInt32($0) } }
  static func u64(_ bytes: [UInt8], _ at: Int) -> UInt64? { number(bytes, at, 8) }

  private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64? {
    guard at >= 0, at <= bytes.count - count else { return nil }
    var value: UInt64 = 0
    for i in 0..<count { value |= UInt64(bytes[at + i]) << UInt64(8 * i) }
    return value
  }
}
