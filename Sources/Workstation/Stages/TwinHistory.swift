import Foundation

/// One fit or update of a device's twin.
public struct TwinHistoryEntry: Codable, Equatable, Sendable {
  /// The twin's name in the catalog.
  public var twin: String
  public var date: Date
  public var run: String
  public var kind: TwinSidecar.Kind
  public var verdict: String
  public var likelihood: Double
  public var oneStepError: Double
  public var meanError: Double?
  public var sdError: Double?
  public var residualSd: Double
  public var fitSeconds: Double
  /// How far it is from the twin before, where there was one.
  public var change: TwinChange?
}

/// An earlier twin and a new one over the same new recording.
public struct TwinChange: Codable, Equatable, Sendable {
  /// The earlier twin's name in the catalog.
  public var from: String
  /// Steps compared: repeats that neither twin was fitted to where there are any, else all.
  public var steps: Int
  /// Root mean square difference of the predicted one-step mean, over the response's standard deviation.
  public var mean: Double
  /// Of the predicted one-step standard deviation, likewise.
  public var sd: Double
  /// The earlier twin's standardised residuals here, the worst observable's; a right twin has 0 and 1.
  public var earlierResidualMean: Double
  public var earlierResidualSd: Double
  /// By how much a sample and observable the new twin's log-likelihood is better.
  public var gain: Double
  /// Whether the earlier twin still explains the device.
  public var stillExplained: Bool
}
