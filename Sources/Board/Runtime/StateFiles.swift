import Bundle
import CBoard
import WireFormat

/// Whole files, read with a bound and replaced atomically.
enum StateFiles {
  /// The file's bytes; nil when there is no such file.
  static func read(_ path: String, limit: Int = 64 << 20) throws(CommandError) -> [UInt8]? {
    var files = BoardFiles()
    do throws(FileError) {
      return try files.read(path, maximum: limit)
    } catch {
      if error == .notFound { return nil }
      throw CommandError(CommandError.Code.failed, "cannot read \(path): " + error.message)
    }
  }

  /// Replaces `folder/name`: after a power cut it holds the old bytes or the new ones.
  static func write(_ folder: String, _ name: String, _ bytes: [UInt8]) throws(CommandError) {
    var files = BoardFiles()
    do throws(FileError) {
      try files.replace(folder, name, bytes)
    } catch {
      throw CommandError(CommandError.Code.failed, "cannot write \(folder)/\(name): " + error.message)
    }
  }

  static func makeDirectory(_ path: String) throws(CommandError) {
    let result = cboard_make_directories(path, 0o750)
    guard result == 0 else { throw fault("create", path, -result) }
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
