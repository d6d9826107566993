import CBoard

/// Whole files, read with a bound and replaced atomically.
enum StateFiles {
  /// The file's bytes; nil when there is no such file.
  static func read(_ path: String, limit: Int64 = 64 << 20) throws(CommandError) -> [UInt8]? {
    let descriptor = cboard_open(path, UInt32(CBOARD_READ), 0)
    if descriptor == -CBOARD_ENOENT { return nil }
    guard descriptor >= 0 else { throw fault("read", path, -descriptor) }
    defer { _ = cboard_close(descriptor) }
    var size: Int64 = 0
    let sized = cboard_file_size(descriptor, &size)
    guard sized == 0 else { throw fault("read", path, -sized) }
    guard size <= limit else {
      throw CommandError(CommandError.Code.failed, "\(path) has \(size) bytes, more than the \(limit) it may have")
    }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    let count = bytes.withUnsafeMutableBytes { cboard_pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count >= 0 else { throw fault("read", path, Int32(-count)) }
    return count == size ? bytes : Array(bytes[0..<Int(count)])
  }

  /// Replaces `path`: after a power cut it holds the old bytes or the new ones.
  static func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o640) throws(CommandError) {
    let temporary = path + ".new"
    let descriptor = cboard_open(temporary, UInt32(CBOARD_WRITE | CBOARD_CREATE | CBOARD_TRUNCATE), mode)
    guard descriptor >= 0 else { throw fault("write", path, -descriptor) }
    var result = bytes.withUnsafeBytes { cboard_pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    if result == 0 { result = cboard_fsync(descriptor) }
    let closed = cboard_close(descriptor)
    if result == 0 { result = closed }
    if result == 0 { result = cboard_rename(temporary, path) }
    guard result == 0 else {
      _ = cboard_unlink(temporary)
      throw fault("write", path, -result)
    }
    _ = cboard_fsync_directory(parent(of: path))
  }

  static func makeDirectory(_ path: String) throws(CommandError) {
    let result = cboard_make_directories(path, 0o750)
    guard result == 0 else { throw fault("create", path, -result) }
  }

  static func parent(of path: String) -> String {
    var bytes = Array(path.utf8)
    while let last = bytes.popLast(), last != UInt8(ascii: "/") {}
    return bytes.isEmpty ? "." : String(decoding: bytes, as: UTF8.self)
  }

  /// A command's error for a failed file operation, with the likely remedy.
  static func fault(_ verb: StaticString, _ path: String, _ errno: Int32) -> CommandError {
    let word = verb.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
    let remedy: String
    switch errno {
    case CBOARD_EACCES, CBOARD_EPERM: remedy = "run as the user that owns it, or change its owner"
    case CBOARD_ENOSPC, CBOARD_EDQUOT: remedy = "the file system is full: pull and delete old runs"
    case CBOARD_EROFS: remedy = "the file system is read-only: the card may be failing, or is write-protected"
    case CBOARD_ENOENT: remedy = "a folder on the way does not exist"
    case CBOARD_ENOTDIR: remedy = "something on the way is not a folder"
    default: remedy = "check the card and its connection"
    }
    return CommandError(CommandError.Code.failed, "cannot \(word) \(path): \(errorText(errno)); \(remedy)")
  }

  static func errorText(_ errno: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    cboard_error_text(errno, &text, text.count)
    return text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return "error \(errno)" }
      return String(cString: base)
    }
  }
}
