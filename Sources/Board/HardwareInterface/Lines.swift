/// What went wrong with a GPIO line.
public enum LineErrorKind: UInt8, Equatable, Sendable {
  case noSuchChip = 1
  case noSuchLine = 2
  /// Another process holds the line.
  case busy = 3
  case permission = 4
  case timeout = 5
  case unsupported = 6
  case other = 7
}

/// A GPIO failure and the system's own number for it (0 when there is none).
public struct LineError: Error, Equatable, Sendable {
  public var kind: LineErrorKind
  public var errno: Int32

  public init(_ kind: LineErrorKind, errno: Int32 = 0) {
    self.kind = kind
    self.errno = errno
  }
}

/// A GPIO line this process drives.
public protocol OutputLine {
  mutating func set(_ level: Bool) throws(LineError)
}

/// A GPIO line this process reads.
public protocol InputLine {
  mutating func level() throws(LineError) -> Bool

  /// Waits for the next requested edge; its time in the monotonic clock's nanoseconds.
  ///
  /// - Throws: `LineError` of kind `timeout` when none came in `timeout` nanoseconds.
  mutating func waitForEdge(timeout: UInt64) throws(LineError) -> UInt64
}
