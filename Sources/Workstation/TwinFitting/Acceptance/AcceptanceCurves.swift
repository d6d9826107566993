/// What the report page draws of one twin.
public struct AcceptanceCurves: Sendable, Equatable, Codable {
  /// One held-out input.
  public struct Input: Sendable, Equatable, Codable {
    /// Row-major `[steps][driveCount]`.
    public var drives: [Float]
    public var driveCount: Int
    public var observables: [Band]
  }
  /// One observable under one input, a value a step.
  public struct Band: Sendable, Equatable, Codable {
    public var deviceMean: [Float]
    public var deviceDeviation: [Float]
    public var twinMean: [Float]
    public var twinDeviation: [Float]
  }
  /// One observable over all inputs.
  public struct Observable: Sendable, Equatable, Codable {
    /// Normalised autocovariance over repeats, averaged over times, at lags 0, 1, ...
    public var deviceAutocovariance: [Float]
    public var twinAutocovariance: [Float]
    /// Residuals: counts in bins of equal width from `histogramLow` to -`histogramLow`, the outermost hold all beyond.
    public var histogram: [Int]
    public var histogramLow: Float
    /// Of the residuals, at lags 1, 2, ...
    public var residualAutocorrelation: [Float]
    /// Points (x(t-1), x(t)), flat pairs.
    public var devicePortrait: [Float]
    public var twinPortrait: [Float]
    public var noise: NoiseCurve?
  }
  /// Noise of one step against the first drive, in the units of the response.
  public struct NoiseCurve: Sendable, Equatable, Codable {
    /// Grid of drives and the twin's predicted standard deviation at typical responses.
    public var drive: [Float]
    public var twinDeviation: [Float]
    /// Bins of held-out steps: mean drive, standard deviation of measured minus predicted, and their number.
    public var binDrive: [Float]
    public var binDeviation: [Float]
    public var binCount: [Int]
  }

  /// At most four.
  public var inputs: [Input]
  public var observables: [Observable]
}
