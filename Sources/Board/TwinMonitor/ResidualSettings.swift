import Numerics
import WireFormat

/// When a node's residuals count as out of their range, and what happens then.
public struct ResidualSettings: Equatable, Sendable {
  public static let thresholds: ClosedRange<Float> = 3...20
  public static let windows: ClosedRange<Int> = 16...4096
  /// A twin that passed its acceptance may have residuals of sd 0.8 to 1.25 and mean 0.1: in 256 steps these are
  /// statistics of up to 6 standard deviations, and more where a sequence stays in what the twin knows least. What these
  /// values find and what they flag wrongly was measured: docs/runs.md.
  public static let standard = ResidualSettings(threshold: 10, window: 256, action: .flag)

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

  /// How often a node that its twin describes rightly is flagged, a control step, at most: both ends of both statistics
  /// cross h at 4 phi(h) / sqrt(pi n), since a window's sum changes by sqrt(2 / n) sd a step. (S. O. Rice, "Mathematical
  /// analysis of random noise", Bell System Technical Journal 24, 46 (1945), for steps instead of a smooth path.)
  public var falseAlarmRate: Double {
    let h = Double(threshold)
    let density = Maths.exp(-0.5 * h * h) * 0.3989422804014327
    return 4 * density / (3.141592653589793 * Double(window)).squareRoot()
  }

  /// What the mean square statistic comes to at most, where every residual of the window counts as much as any can: a
  /// higher threshold finds no gain or noise that has grown, however much.
  public var highestMeanSquare: Float { ResidualLimits(self, observables: 1).highestSquareStatistic }

  /// The first value that is out of range, or nil.
  public func firstFault() -> StaticName? {
    guard threshold >= Self.thresholds.lowerBound, threshold <= Self.thresholds.upperBound else { return "threshold" }
    guard window >= Self.windows.lowerBound, window <= Self.windows.upperBound else { return "window" }
    return nil
  }
}
