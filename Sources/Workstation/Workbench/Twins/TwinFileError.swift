/// Why a twin's file could not be used: what, why, and what to do.
public struct TwinFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file; empty where only its bytes are known.
  public var path: String
  public var what: String
  public var why: String
  public var remedy: String

  public init(
    path: String = "", what: String, why: String, remedy: String = "Copy the file again, or fit the twin anew"
  ) {
    self.path = path
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  public var description: String { (path.isEmpty ? "" : "\(path): ") + "\(what). \(why). \(remedy)." }

  func at(_ path: String) -> TwinFileError {
    var copy = self
    copy.path = path
    return copy
  }
}
