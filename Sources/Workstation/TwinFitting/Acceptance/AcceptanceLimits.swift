/// What a twin must keep to. A figure fails when its excess is over the limit and its 95 % interval does not reach
/// below.
public struct AcceptanceLimits: Sendable, Equatable, Codable {
  /// Of `AcceptanceTriple.mean`, over the response's standard deviation.
  public var mean = 0.10
  /// Of `AcceptanceTriple.deviation`, over the device's standard deviation.
  public var deviation = 0.25
  public var autocovariance = 0.05
  /// Of the mean of the standardised residuals, either way.
  public var residualMean = 0.1
  /// Of the standard deviation of the standardised residuals.
  public var residualDeviation = 0.8...1.25
  /// Of the largest autocorrelation, beyond the bound that white residuals keep.
  public var whiteness = 0.2
  /// The one-step error must be below this share of persistence's.
  public var persistence = 1.0
  /// Least repeats an input for the triple to count.
  public var leastRepeats = 3

  public init() {}
}
