/// How a node stands with its twin, as one word of 32 bits: bits 0-2 the state, bit 3 whether it was flagged in this run,
/// bits 4-17 and 18-31 the mean and mean square statistics in sixteenths, signed.
public struct NodeWatch: Equatable, Sendable {
  public enum State: UInt8, CaseIterable, Sendable {
    case unwatched = 0
    /// Not enough residuals yet.
    case warmingUp = 1
    case inRange = 2
    case flagged = 3
    case leftOut = 4
  }

  public var state: State
  /// Flagged at some time in this run.
  public var wasFlagged: Bool
  /// Standard deviations, those of the worst observable, in steps of 1/16 to ±511.
  public var mean: Float
  public var meanSquare: Float

  public init(state: State, wasFlagged: Bool, mean: Float, meanSquare: Float) {
    self.state = state
    self.wasFlagged = wasFlagged
    self.mean = mean
    self.meanSquare = meanSquare
  }

  /// A state this version does not know counts as unwatched.
  public init(word: UInt32) {
    state = State(rawValue: UInt8(word & 7)) ?? .unwatched
    wasFlagged = word & 8 != 0
    mean = Self.value(word >> 4)
    meanSquare = Self.value(word >> 18)
  }

  public var word: UInt32 {
    UInt32(state.rawValue) | (wasFlagged ? 8 : 0) | Self.field(mean) << 4 | Self.field(meanSquare) << 18
  }

  private static func field(_ value: Float) -> UInt32 {
    let kept: Float = value == value ? min(max(value, -511), 511) : 0
    return UInt32(bitPattern: Int32(kept * 16)) & 0x3FFF
  }

  private static func value(_ field: UInt32) -> Float {
    Float(Int32(bitPattern: field << 18) >> 18) / 16
  }
}
