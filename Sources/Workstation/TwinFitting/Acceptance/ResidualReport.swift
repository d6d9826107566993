/// Held-out one-step residuals, each measured minus predicted mean over the predicted standard deviation.
public struct ResidualReport: Sendable, Equatable, Codable {
  /// One observable's residuals; a right twin has mean 0, standard deviation 1, no autocorrelation and kurtosis 0.
  public struct Observable: Sendable, Equatable, Codable {
    public var count: Int
    public var mean: Estimate
    public var deviation: Estimate
    /// Largest |autocorrelation| over the lags, with the interval of that lag's.
    public var whiteness: Estimate
    public var whitenessLag: Int
    /// What `whiteness` stays below with 95 % for white residuals.
    public var whitenessBound: Double
    public var ljungBox: Double
    /// Chance of as large a `ljungBox` for white residuals.
    public var ljungBoxP: Double
    public var skewness: Estimate
    /// Excess kurtosis.
    public var kurtosis: Estimate
    /// Share beyond three standard deviations of their own; 0.0027 for a Gaussian.
    public var tails: Double
    public var shape: Shape
    /// Autocorrelation at lags 1, 2, ...
    public var autocorrelation: [Double]
  }
  /// What the residuals' distribution looks like, for the eye: no test.
  public enum Shape: String, Sendable, Equatable, Codable { case gaussian, heavyTailed, lightTailed, skewed, unknown }

  public var observables: [Observable]
  /// Index of the observable farthest from right, by the limits given; nil without any.
  public var worst: Int?
  /// RMS of the one-step error and of the guess that nothing changes, over the response's standard deviation, averaged
  /// over observables; nil where not given.
  public var oneStepError: Double?
  public var persistenceError: Double?
}
