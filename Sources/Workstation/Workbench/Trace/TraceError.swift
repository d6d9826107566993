/// Why a run's segments could not be used: where, what, why, and what to do.
public struct TraceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Kind: String, Equatable, Sendable {
    case noSegments, unreadable, foreign, newerFormat, shape
  }

  public var kind: Kind
  /// The folder or segment.
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

  public var description: String { "\(path): \(what). \(why). \(remedy)." }
}
