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
