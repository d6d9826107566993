/// Why recordings could not be used: where, what is wrong, why it may be, and what to do.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What rule the recording breaks.
  public enum Kind: String, Equatable, Sendable {
    case unreadable, noData, noCases, badHeader, noLabels, undeclaredLabel, unseenLabel
    case missingValue, notANumber, raggedChannels, emptyCase, wrongChannelCount, wrongLength, tooShort, nothingToLearn
  }

  public var kind: Kind
  /// Path of the file, or the name of generated data.
  public var file: String
  /// Line of the file from 1.
  public var line: Int?
  /// Channel or column from 1.
  public var channel: Int?
  /// Sample of the channel from 1.
  public var sample: Int?
  public var what: String
  public var why: String
  public var remedy: String

  public init(
    _ kind: Kind, file: String, line: Int? = nil, channel: Int? = nil, sample: Int? = nil, what: String, why: String,
    remedy: String
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.channel = channel
    self.sample = sample
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if let channel { place += ", channel \(channel)" }
    if let sample { place += ", sample \(sample)" }
    return "\(place): \(what). \(why). \(remedy)" + (remedy.hasSuffix("?") ? "" : ".")
  }
}
