import HardwareInterface

/// Why a bank of lines could not be opened: the error, which line it met, and who has that line.
public struct LineOpenError: Error, Equatable, Sendable {
  /// Names the line by its index, or `LineError.noLine`.
  public var error: LineError
  /// The line as it was asked for; empty when none is concerned.
  public var place: String
  /// Who has a busy line: the name it was requested under; empty where the kernel does not say.
  public var holder: String

  public init(_ error: LineError, place: String, holder: String = "") {
    self.error = error
    self.place = place
    self.holder = holder
  }

  /// What, where, who, and what to do.
  public var text: String {
    var text = place.utf8.count == 0 ? "GPIO: " : "line " + place + ": "
    text += error.kind == .other ? "error \(error.errno)" : error.kind.hint.description
    if holder.utf8.count > 0 { text += "; it is held by \"" + holder + "\"" }
    return text
  }
}
