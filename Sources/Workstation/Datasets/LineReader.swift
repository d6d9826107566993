import Foundation

/// Lines of a text file, one at a time, so that memory is bounded by the longest line.
///
/// Line ends are LF or CR LF; a byte order mark is dropped.
final class LineReader {
  private let file: UnsafeMutablePointer<FILE>
  private let path: String
  private var buffer: UnsafeMutablePointer<CChar>?
  private var capacity = 0
  /// Number of the line last read, from 1.
  private(set) var number = 0

  /// Throws `unreadable` where the file cannot be opened.
  init(path: String) throws(DatasetError) {
    guard let file = fopen(path, "rb") else { throw Self.failure(path, errno) }
    self.file = file
    self.path = path
  }

  deinit {
    free(buffer)
    fclose(file)
  }

  /// The next line without its end, or nil after the last.
  func next() throws(DatasetError) -> [UInt8]? {
    errno = 0
    var count = getline(&buffer, &capacity, file)
    guard count >= 0, let buffer else {
      if ferror(file) != 0 { throw Self.failure(path, errno) }
      return nil
    }
    number += 1
    var start = 0
    if number == 1, count >= 3, UInt8(bitPattern: buffer[0]) == 0xEF, UInt8(bitPattern: buffer[1]) == 0xBB,
      UInt8(bitPattern: buffer[2]) == 0xBF
    {
      start = 3
    }
    while count > start, buffer[count - 1] == 10 || buffer[count - 1] == 13 { count -= 1 }
    return [UInt8](UnsafeRawBufferPointer(start: buffer + start, count: count - start))
  }

  private static func failure(_ path: String, _ code: Int32) -> DatasetError {
    DatasetError(
      .unreadable, file: path, what: "the file cannot be read", why: String(cString: strerror(code)),
      remedy: "Check the path and the permissions")
  }
}
