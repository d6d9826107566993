/// How a twin's own runs compare with the device's repeats of held-out inputs: science's acceptance triple.
///
/// All three are 0 for an unlimited number of repeats of a perfect twin. The device's finite repeats alone give each
/// its `floor`; `excess` is sqrt(max(0, value^2 - floor^2)) for the first two, which add to the floor in squares, and
/// max(0, value - floor) for the third, which is a square already. The root is exact where the errors scatter over
/// times and inputs as a Gaussian does; of an error that is the same everywhere it may miss up to a fifth.
public struct AcceptanceTriple: Sendable, Equatable, Codable {
  /// Mean over inputs, times and observables of |mean(twin) - mean(device)| over the response's standard deviation.
  public var mean: Estimate
  /// sum w |sd(twin) - sd(device)| over sum w sd(device), w = (sd + sd) / sum over inputs, averaged over times.
  public var deviation: Estimate
  /// sum w (C(twin) - C(device))^2 / sum w over inputs and pairs t < t', C the correlation of t and t' over repeats,
  /// w the product of the two times' sums of deviations.
  public var autocovariance: Estimate
  /// The values observable by observable.
  public var perObservable: [Values]
  /// Inputs compared, and repeats an input (the least and the mean).
  public var inputs: Int
  public var leastRepeats: Int
  public var meanRepeats: Double
  /// Runs of the twin an input.
  public var copies: Int

  /// Plain values of one observable.
  public struct Values: Sendable, Equatable, Codable {
    public var mean: Double
    public var deviation: Double
    public var autocovariance: Double
  }
}
