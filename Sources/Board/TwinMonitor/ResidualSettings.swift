import WireFormat

/// When a node's residuals count as out of their range, and what happens then.
public struct ResidualSettings: Equatable, Sendable {
  public static let thresholds: ClosedRange<Float> = 3...20
  public static let windows: ClosedRange<Int> = 16...4096
  /// A twin that passed its acceptance may have residuals of sd 0.7 to 1.4 and mean 0.2: in 128 steps these are
  /// statistics of up to 6 standard deviations.
  public static let standard = ResidualSettings(threshold: 8, window: 128, action: .flag)

  /// Standard deviations of a statistic of white unit residuals.
  public let threshold: Float
  /// Control steps a statistic looks back.
  public let window: Int
  public let action: ResidualAction

  /// Values outside `thresholds` and `windows` are refused by `firstFault`.
  public init(threshold: Float, window: Int, action: ResidualAction) {
    self.threshold = threshold
    self.window = window
    self.action = action
  }

  /// The first value that is out of range, or nil.
  public func firstFault() -> StaticName? {
    guard threshold >= Self.thresholds.lowerBound, threshold <= Self.thresholds.upperBound else { return "threshold" }
    guard window >= Self.windows.lowerBound, window <= Self.windows.upperBound else { return "window" }
    return nil
  }
}
