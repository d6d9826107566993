import CBoard
import WireFormat

/// Why the journal could not be written or read.
public enum JournalError: Error, Equatable, Sendable {
  /// The file system, a quota or a file size limit is full. What was committed is safe.
  case noSpace
  /// The folder does not allow writing: read-only, or another owner's.
  case notWritable
  /// The kernel reported this errno.
  case io(Int32)
  /// There is a run of this name already; a run is never resumed.
  case runExists
  /// There is no such run or segment.
  case notFound
  /// A frame does not fit: its payload may have at most `limit` bytes.
  case frameTooLarge(limit: Int)
  /// A samples frame whose codes are not steps x channels.
  case shape
  /// The writer was closed, or failed before with another error.
  case closed

  /// The error that belongs to a negative errno.
  init(result: Int32) {
    switch -result {
    case CBOARD_ENOSPC, CBOARD_EDQUOT, CBOARD_EFBIG: self = .noSpace
    case CBOARD_EACCES, CBOARD_EPERM, CBOARD_EROFS: self = .notWritable
    case CBOARD_ENOENT: self = .notFound
    default: self = .io(-result)
    }
  }

  /// What went wrong, in words, and what to do.
  public var message: String {
    switch self {
    case .noSpace: "the journal's file system is full: pull and delete old runs, then start again"
    case .notWritable: "the journal folder is not writable: check its owner and that the card is not read-only"
    case .io(let code): "the journal's file system reports error \(code): check the card and its connection"
    case .runExists: "a run of this name is in the journal already: start the run under a new name"
    case .notFound: "no such run or segment in the journal: list the runs again"
    case .frameTooLarge(let limit): "a journal frame is larger than \(limit) bytes: raise the buffer and segment size"
    case .shape: "a samples frame does not hold steps x channels codes"
    case .closed: "the journal of this run is closed: start a new run"
    }
  }
}

/// Throws the error of a negative result.
@inline(__always)
func check(_ result: Int32) throws(JournalError) {
  if result < 0 { throw JournalError(result: result) }
}
