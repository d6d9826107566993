import CBoard

/// Small files of the kernel's.
enum Sysfs {
  /// Writes a word; false when it is refused.
  static func write(_ path: String, _ word: String) -> Bool {
    let file = path.withCString { cboard_open($0, CBOARD_WRITE, 0) }
    guard file >= 0 else { return false }
    defer { cboard_close(file) }
    let bytes = Array(word.utf8)
    return bytes.withUnsafeBytes { cboard_write(file, $0.baseAddress, $0.count) } == Int64(bytes.count)
  }

  /// The first byte of a file; nil when it cannot be read.
  static func first(_ path: String) -> UInt8? {
    let file = path.withCString { cboard_open($0, CBOARD_READ, 0) }
    guard file >= 0 else { return nil }
    defer { cboard_close(file) }
    var byte: UInt8 = 0
    return cboard_read(file, &byte, 1) == 1 ? byte : nil
  }
}
