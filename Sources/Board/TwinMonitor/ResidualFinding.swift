/// What the monitor has found out about a node: that its residuals left their range, or came back.
public struct ResidualFinding: Equatable, Sendable {
  /// The numbers stand in journals.
  public enum Change: UInt8, CaseIterable, Sendable {
    case flagged = 1
    case cleared = 2
    /// Flagged, and left out from the next step on.
    case leftOut = 3
  }

  /// Which statistic; the numbers stand in journals.
  public enum Statistic: UInt8, CaseIterable, Sendable {
    /// The mean of the residuals: a level or gain that has moved.
    case mean = 1
    /// Their mean square: too much noise, or none.
    case meanSquare = 2
  }

  public let change: Change
  /// The one that is furthest out, and its observable.
  public let statistic: Statistic
  public let observable: Int
  /// Of that observable, in standard deviations of the statistic.
  public let mean: Float
  public let meanSquare: Float
}
