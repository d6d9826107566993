import CBoard
import Foundation

/// A segment's file on the workstation, which only ever grows: a pull that was broken off goes on where it stopped.
final class SegmentFile {
  private let descriptor: Int32
  private let path: String
  private(set) var length: UInt64

  init(path: String) throws {
    self.path = path
    descriptor = cboard_open(path, UInt32(CBOARD_READ | CBOARD_WRITE | CBOARD_CREATE), 0o644)
    guard descriptor >= 0 else { throw Self.fault(path, -descriptor) }
    var size: Int64 = 0
    let result = cboard_file_size(descriptor, &size)
    guard result == 0 else { throw Self.fault(path, -result) }
    length = UInt64(size)
  }

  func append(_ bytes: [UInt8]) throws {
    let result = bytes.withUnsafeBytes { cboard_pwrite(descriptor, $0.baseAddress, $0.count, Int64(length)) }
    guard result == 0 else {
      // Half a chunk would look like data on the next pull.
      _ = cboard_truncate(descriptor, Int64(length))
      throw Self.fault(path, -result)
    }
    length += UInt64(bytes.count)
  }

  func synchronize() throws {
    let result = cboard_fdatasync(descriptor)
    guard result == 0 else { throw Self.fault(path, -result) }
  }

  func close() { _ = cboard_close(descriptor) }

  private static func fault(_ path: String, _ errno: Int32) -> StageError {
    let remedy =
      errno == CBOARD_ENOSPC || errno == CBOARD_EDQUOT || errno == CBOARD_EFBIG
      ? "the disk is full: make room and pull again; what was pulled before is kept"
      : "check the folder's owner and the disk, then pull again"
    return StageError("cannot write \(path): \(String(cString: strerror(errno))); \(remedy)")
  }
}
