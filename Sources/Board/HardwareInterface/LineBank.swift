/// The GPIO lines of a board, by their index in its description; 64 at most.
///
/// Levels are logical: of a line that is active low, 1 means a low voltage.
public protocol LineBank {
  /// Sets the outputs of `mask` to the bits of `levels`, in as few calls as the lines' chips allow.
  ///
  /// - Throws: `LineError`; outputs of other chips than the failing line's may have been set.
  mutating func set(mask: UInt64, levels: UInt64) throws(LineError)

  /// The levels of the lines of `mask`; other bits are 0.
  mutating func levels(mask: UInt64) throws(LineError) -> UInt64

  /// The time of the first edge of an input later than `after`; waits for it until `deadline`. All three are nanoseconds
  /// of the monotonic clock. Earlier edges are forgotten.
  ///
  /// - Throws: `LineError` of kind `timeout` when none came.
  mutating func waitForEdge(line: Int, after: UInt64, until deadline: UInt64) throws(LineError) -> UInt64

  /// Forgets edges that were not asked for.
  mutating func discardEdges(line: Int)
}

/// No lines at all.
public struct NoLines: LineBank {
  public init() {}

  /// - Throws: `noSuchLine` for the first line of `mask`.
  public mutating func set(mask: UInt64, levels: UInt64) throws(LineError) {
    if mask != 0 { throw Self.missing(mask.trailingZeroBitCount) }
  }

  /// - Throws: `noSuchLine` for the first line of `mask`.
  public mutating func levels(mask: UInt64) throws(LineError) -> UInt64 {
    if mask != 0 { throw Self.missing(mask.trailingZeroBitCount) }
    return 0
  }

  /// - Throws: `noSuchLine`, always.
  public mutating func waitForEdge(
    line: Int, after: UInt64, until deadline: UInt64
  ) throws(LineError) -> UInt64 {
    throw Self.missing(line)
  }

  public mutating func discardEdges(line: Int) {}

  private static func missing(_ line: Int) -> LineError {
    LineError(.noSuchLine, line: UInt8(exactly: line) ?? LineError.noLine)
  }
}
