import CBoard
import WireFormat

/// Why a file operation failed.
public enum FileError: Error, Equatable, Sendable {
  case notFound
  /// The file system, a quota or a size limit is full.
  case noSpace
  /// Read-only, or another owner's.
  case notWritable
  /// The file is larger than the caller allows.
  case tooLarge
  /// The kernel reported this errno.
  case io(Int32)

  init(result: Int32) {
    switch -result {
    case CBOARD_ENOENT: self = .notFound
    case CBOARD_ENOSPC, CBOARD_EDQUOT, CBOARD_EFBIG: self = .noSpace
    case CBOARD_EACCES, CBOARD_EPERM, CBOARD_EROFS: self = .notWritable
    default: self = .io(-result)
    }
  }

  /// What went wrong, and what to do.
  public var message: String {
    switch self {
    case .notFound: "a file of the board's state is missing: check that its folder is mounted"
    case .noSpace: "the board's file system is full: pull and delete old runs, then try again"
    case .notWritable:
      "the board's state folder may not be read or written: check its owner and that the card is not read-only"
    case .tooLarge: "a file is larger than its format allows"
    case .io(let code): "the board's file system reports error \(code): check the card and its connection"
    }
  }
}

/// The file operations that slots and uploads are made of, so that a test can stop after any of them. A change is certain
/// to survive a power cut only after `synchronize` (contents) and `synchronizeDirectory` (names).
public protocol FileSystem {
  /// The whole file; throws `tooLarge` rather than read more than `maximum` bytes.
  mutating func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8]
  /// Bytes of the file.
  mutating func size(_ path: String) throws(FileError) -> UInt64
  /// An empty file at `path`, whatever was there.
  mutating func create(_ path: String) throws(FileError)
  /// Writes into an existing file.
  mutating func write(_ path: String, _ bytes: [UInt8], at offset: UInt64) throws(FileError)
  mutating func synchronize(_ path: String) throws(FileError)
  /// Moves a file, in one step, over what may be there.
  mutating func rename(_ from: String, to: String) throws(FileError)
  /// Removes a file; one that is not there is no error.
  mutating func remove(_ path: String) throws(FileError)
  mutating func synchronizeDirectory(_ path: String) throws(FileError)
  /// The directory with all its parents; one that is there is no error.
  mutating func makeDirectory(_ path: String) throws(FileError)
  /// The names in a directory.
  mutating func list(_ path: String) throws(FileError) -> [String]
}

extension FileSystem {
  /// Replaces `directory/name` so that a power cut at any point leaves exactly the old or the new contents.
  public mutating func replace(_ directory: String, _ name: String, _ bytes: [UInt8]) throws(FileError) {
    let path = directory + "/" + name
    try prepare(path + ".new", bytes)
    try rename(path + ".new", to: path)
    try synchronizeDirectory(directory)
  }

  /// Writes a whole file and makes its contents certain.
  mutating func prepare(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    do throws(FileError) {
      try create(path)
      try write(path, bytes, at: 0)
      try synchronize(path)
    } catch {
      try? remove(path)
      throw error
    }
  }
}
