import Foundation

/// Files written so that a power cut leaves the old contents or the new, never a mixture.
public enum AtomicFile {
  /// Writes `bytes` to a temporary file beside `path`, brings it to the disk, and renames it over `path`.
  public static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(ProjectError) {
    try write(to: path, mode: mode) { (put: ([UInt8]) throws(ProjectError) -> Void) throws(ProjectError) in
      try put(bytes)
    }
  }

  /// Writes `text` as UTF-8; otherwise as `write(_:to:mode:)`.
  public static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(ProjectError) {
    try write(Array(text.utf8), to: path, mode: mode)
  }

  /// As `write(_:to:mode:)` in pieces: `body` is given a function that appends bytes. Where it throws, nothing changes.
  public static func write(
    to path: String, mode: mode_t = 0o644,
    body: (_ put: ([UInt8]) throws(ProjectError) -> Void) throws(ProjectError) -> Void
  ) throws(ProjectError) {
    let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .system(path, "the file cannot be written", errno) }
    do throws(ProjectError) {
      try body { (bytes: [UInt8]) throws(ProjectError) in
        var offset = 0
        while offset < bytes.count {
          let written = bytes.withUnsafeBytes { raw in
            Foundation.write(descriptor, raw.baseAddress.map { $0 + offset }, bytes.count - offset)
          }
          if written < 0, errno == EINTR { continue }
          guard written > 0 else { throw .system(path, "the file cannot be written", errno) }
          offset += written
        }
      }
      guard fsync(descriptor) == 0 else { throw ProjectError.system(path, "the file cannot be written", errno) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    // A deferred write error may show here alone.
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw .system(path, "the file cannot be written", code)
    }
    syncFolder(of: path)
  }

  private static func syncFolder(of path: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
