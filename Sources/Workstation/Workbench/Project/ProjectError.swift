/// Why a project folder or its catalog could not be used: what, why, and what to do.
public struct ProjectError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Kind: String, Equatable, Sendable {
    case notAProject, alreadyAProject, unwritable, unreadable, full, newerSchema, damaged, unknownBoard, invalidName
  }

  public var kind: Kind
  /// The folder or file.
  public var path: String
  public var what: String
  public var why: String
  public var remedy: String

  public init(_ kind: Kind, path: String, what: String, why: String, remedy: String) {
    self.kind = kind
    self.path = path
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  public var description: String { "\(path): \(what). \(why). \(remedy)" + (remedy.hasSuffix("?") ? "" : ".") }

  /// The error for a system call on `path` that failed with `code`.
  package static func system(_ path: String, _ what: String, _ code: Int32) -> ProjectError {
    let kind: Kind
    let remedy: String
    switch code {
    case 28, 122:  // ENOSPC, EDQUOT
      (kind, remedy) = (.full, "Make room on the disk; nothing stored before is lost")
    case 1, 13, 30:  // EPERM, EACCES, EROFS
      (kind, remedy) = (.unwritable, "Give yourself the right to write there, or choose another folder")
    case 2, 20: (kind, remedy) = (.unreadable, "Check the path")  // ENOENT, ENOTDIR
    default: (kind, remedy) = (.unwritable, "Check the disk and the permissions")
    }
    return ProjectError(kind, path: path, what: what, why: FileFault.text(code), remedy: remedy)
  }
}
