/// What stands for the spread of an ensemble when two are compared.
public enum SpreadMeasure: Sendable, Equatable {
  /// log of the standard deviation: all times weigh the same, however quiet, and a factor in noise costs the same
  /// up or down.
  case logDeviation
  /// The standard deviation, in units of the pooled measured one.
  case deviation
  /// The variance, in units of the pooled measured one.
  case variance
}

/// How the moments of simulated and measured ensembles are compared.
public struct MomentOptions: Sendable, Equatable {
  /// Weights of the three terms, each a mean of squares without unit: 1 is a pooled standard deviation, or a factor e.
  public var mean = 1.0
  public var spread = 1.0
  public var autocovariance = 1.0
  public var spreadMeasure = SpreadMeasure.logDeviation
  /// Lags in samples of the autocovariance term, each from 1 to steps - 1; none leaves the term out.
  public var lags: [Int] = []
  /// Takes out what finite numbers of measured repeats and simulated copies add on average, for Gaussian ensembles
  /// whose members are independent: the bias of a sample's deviation, and the squared differences chance alone makes
  /// (which else pull the noise down, as 1/copies). The loss of a perfect twin is then 0 on average and may be negative.
  /// What is left is of the order of 1/(inputs x repeats): the pooled variance is measured too.
  public var corrected = true
  /// Standard deviation below which spreads count as equal; normalised units.
  public var floor = 1e-3

  public init() {}

  func check() throws(CriticError) {
    let weights = [(mean, "mean"), (spread, "spread"), (autocovariance, "autocovariance")]
    for (weight, name) in weights where !(weight >= 0 && weight.isFinite) { throw .badOption(name) }
    guard floor > 0, floor.isFinite else { throw .badOption("floor") }
    guard lags.count <= 64, lags.allSatisfy({ $0 >= 1 }) else { throw .badOption("lags") }
  }
}

/// A moment loss and its parts before weighting.
public struct MomentValue: Sendable, Equatable {
  public var loss = 0.0
  public var mean = 0.0
  public var spread = 0.0
  public var autocovariance = 0.0

  public init() {}
}
