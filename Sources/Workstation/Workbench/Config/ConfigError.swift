/// Why a configuration file could not be used: where, what is wrong, why it may be, and what to do.
public struct ConfigError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What rule the file breaks.
  public enum Kind: String, Equatable, Sendable {
    case unreadable, syntax, unknownKey, missingKey, wrongType, outOfRange, unknownName, duplicate, newerSchema
    case inconsistent
  }

  public var kind: Kind
  /// Path of the file.
  public var file: String
  /// Line of the file from 1, where it is known.
  public var line: Int?
  /// Path of the key, such as `node[3].drive.channel`; items of a list count from 1.
  public var key: String
  public var what: String
  public var why: String
  public var remedy: String

  public init(
    _ kind: Kind, file: String, line: Int? = nil, key: String = "", what: String, why: String, remedy: String
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.key = key
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if !key.isEmpty { place += ", \(key)" }
    return "\(place): \(what). \(why). \(remedy)" + (remedy.hasSuffix("?") ? "" : ".")
  }
}
