import Numerics

/// The moment loss of one ensemble against another, row by row, with slopes by the first's moments.
struct MomentTerms: Sendable {
  let options: MomentOptions
  /// Of the simulated and of the measured ensemble.
  let simulated: SampleBias
  let measured: SampleBias

  init(options: MomentOptions, copies: Int, repeats: Int) {
    self.options = options
    simulated = options.corrected ? SampleBias(samples: copies) : .none
    measured = options.corrected ? SampleBias(samples: repeats) : .none
  }

  /// ((m - M)^2 - v/K - V/R) / pooled, and its slopes by m and v.
  @inline(__always)
  func mean(_ m: Double, _ v: Double, _ target: Double, _ targetVariance: Double, pooled: Double)
    -> (value: Double, byMean: Double, byVariance: Double)
  {
    let error = m - target
    let chance = v * simulated.meanVariance + targetVariance * measured.meanVariance
    return ((error * error - chance) / pooled, 2 * error / pooled, -simulated.meanVariance / pooled)
  }

  /// The spread term of variances v against V, and its slope by v.
  @inline(__always)
  func spread(_ v: Double, _ target: Double, pooled: Double) -> (value: Double, byVariance: Double) {
    let floor = options.floor * options.floor
    switch options.spreadMeasure {
    case .logDeviation:
      let bias = simulated.logDeviation - measured.logDeviation
      let error = 0.5 * Maths.log((v + floor) / (target + floor)) - bias
      return (error * error - simulated.logVariance - measured.logVariance, error / (v + floor))
    case .deviation:
      let (a, b) = (simulated.deviation, measured.deviation)
      let s = (v + floor).squareRoot()
      let error = s / a - (target + floor).squareRoot() / b
      let (excess, other) = (1 / (a * a) - 1, 1 / (b * b) - 1)
      let value = error * error - excess * (v + floor) - other * (target + floor)
      return (value / pooled, (error / (a * s) - excess) / pooled)
    case .variance:
      let (a, b) = (simulated.varianceSquare, measured.varianceSquare)
      let square = pooled * pooled
      return ((a * v * v - 2 * v * target + b * target * target) / square, (2 * a * v - 2 * target) / square)
    }
  }

  /// The autocovariance term of c against C, and its slopes by c and by the product of the two variances.
  @inline(__always)
  func covariance(_ c: Double, product: Double, _ target: Double, targetProduct: Double, pooled: Double)
    -> (value: Double, byCovariance: Double, byProduct: Double)
  {
    let (a, b) = (simulated.covarianceSquare, measured.covarianceSquare)
    let square = pooled * pooled
    let own = a.own * c * c + a.product * product
    let other = b.own * target * target + b.product * targetProduct
    return ((own - 2 * c * target + other) / square, (2 * a.own * c - 2 * target) / square, a.product / square)
  }
}
