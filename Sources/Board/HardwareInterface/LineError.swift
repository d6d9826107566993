/// What went wrong with a GPIO line.
public enum LineErrorKind: UInt8, Equatable, Sendable {
  case noSuchChip = 1
  case noSuchLine = 2
  /// Another process or a driver in the kernel holds the line.
  case busy = 3
  case permission = 4
  case timeout = 5
  case unsupported = 6
  case other = 7
  /// More than one line has the name, or more than one chip the label.
  case ambiguous = 8
  /// The chip has no such pull resistor.
  case biasUnsupported = 9
  /// An input was to be set, or edges awaited of a line that reports none.
  case wrongDirection = 10
}

/// A GPIO failure: what, of which line, and the system's own number for it (0 when there is none).
public struct LineError: Error, Equatable, Sendable {
  /// In place of a line's index, where no line is concerned.
  public static let noLine: UInt8 = 0xFF

  public var kind: LineErrorKind
  /// The line's index in its bank, or `noLine`.
  public var line: UInt8
  public var errno: Int32

  public init(_ kind: LineErrorKind, line: UInt8 = LineError.noLine, errno: Int32 = 0) {
    self.kind = kind
    self.line = line
    self.errno = errno
  }
}
