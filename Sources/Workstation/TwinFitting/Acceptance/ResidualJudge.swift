import Numerics

/// Judges one-step standardised residuals on held-out data.
public struct ResidualJudge: Sendable {
  public var limits: AcceptanceLimits
  public var seed: UInt64
  /// Bootstrap resamples of blocks behind the intervals.
  public var resamples: Int
  /// Lags of the autocorrelation.
  public var lags: Int

  public init(limits: AcceptanceLimits = AcceptanceLimits(), seed: UInt64 = 1, resamples: Int = 200, lags: Int = 20) {
    self.limits = limits
    self.seed = seed
    self.resamples = resamples
    self.lags = lags
  }

  /// - Parameters:
  ///   - residuals: row-major `[samples][observables]`; ones that are not finite count as 1e6.
  ///   - segments: contiguous samples, so that no correlation is taken across a break; nil for one.
  ///   - oneStepError: root mean square of measured minus predicted mean, over the response's standard deviation.
  ///   - persistenceError: the same for the guess that nothing changes in a step.
  public func report(
    _ residuals: [Float], observables: Int = 1, segments: [Range<Int>]? = nil, oneStepError: Double? = nil,
    persistenceError: Double? = nil
  ) -> ResidualReport {
    let samples = observables > 0 ? residuals.count / observables : 0
    let pieces = (segments ?? [0..<samples]).map { $0.clamped(to: 0..<samples) }.filter { !$0.isEmpty }
    let count = pieces.reduce(0) { $0 + $1.count }
    let lags = usefulLags(pieces)
    let blocks = Self.blocks(pieces, count: count)
    let judged = samples > 0 ? observables : 0
    let list = (0..<max(0, judged)).map { observable in
      one(
        { sample in
          let value = residuals[sample * observables + observable]
          return value.isFinite ? min(1e6, max(-1e6, Double(value))) : 1e6
        }, pieces: pieces, blocks: blocks, lags: lags, count: count, observable: observable)
    }
    return ResidualReport(
      observables: list, worst: list.indices.max { distance(list[$0]) < distance(list[$1]) },
      oneStepError: oneStepError, persistenceError: persistenceError)
  }

  /// How far from right, 1 at a limit.
  func distance(_ observable: ResidualReport.Observable) -> Double {
    let low = Maths.log(max(1e-9, limits.residualDeviation.lowerBound))
    let high = Maths.log(max(1e-9, limits.residualDeviation.upperBound))
    let size = Maths.log(max(1e-9, observable.deviation.value))
    let spread = size < 0 ? size / min(low, -1e-9) : size / max(high, 1e-9)
    return max(
      abs(observable.mean.value) / max(limits.residualMean, 1e-9), spread,
      observable.whiteness.excess / max(limits.whiteness, 1e-9))
  }

  // Lags with at least 30 pairs, so that one or two chance products do not make an autocorrelation.
  private func usefulLags(_ pieces: [Range<Int>]) -> Int {
    var useful = 0
    while useful < max(0, lags), pieces.reduce(0, { $0 + max(0, $1.count - useful - 1) }) >= 30 { useful += 1 }
    return useful
  }

  // Blocks long beside the memory that residuals should not have, and enough of them for quantiles.
  private static func blocks(_ pieces: [Range<Int>], count: Int) -> [Range<Int>] {
    let length = max(1, min(200, max(20, count / 40), max(1, count / 8)))
    var blocks: [Range<Int>] = []
    for piece in pieces {
      let parts = max(1, (piece.count + length / 2) / length)
      for part in 0..<parts {
        let low = piece.lowerBound + piece.count * part / parts
        let high = piece.lowerBound + piece.count * (part + 1) / parts
        if high > low { blocks.append(low..<high) }
      }
    }
    return blocks
  }

  private func one(
    _ value: (Int) -> Double, pieces: [Range<Int>], blocks: [Range<Int>], lags: Int, count: Int, observable: Int
  ) -> ResidualReport.Observable {
    var parts: [ResidualSums] = []
    var piece = 0
    for block in blocks {
      while piece + 1 < pieces.count, !pieces[piece].contains(block.lowerBound) { piece += 1 }
      let end = pieces[piece].upperBound
      var sums = ResidualSums(lags: lags)
      for sample in block {
        let z = value(sample)
        sums.count += 1
        sums.powers.0 += z
        sums.powers.1 += z * z
        sums.powers.2 += z * z * z
        sums.powers.3 += z * z * z * z
        for lag in 0..<min(lags, end - sample - 1) {
          sums.products[lag] += z * value(sample + lag + 1)
          sums.pairs[lag] += 1
        }
      }
      parts.append(sums)
    }
    var total = ResidualSums(lags: lags)
    for part in parts { total.add(part) }
    let autocorrelation = (0..<lags).map { total.autocorrelation($0) }
    let worst = autocorrelation.indices.max { abs(autocorrelation[$0]) < abs(autocorrelation[$1]) }

    var samples = [[Double]](repeating: [], count: 5)
    for resample in 0..<max(0, resamples) where !parts.isEmpty {
      var random = RandomStream(
        seed: seed ^ (UInt64(observable) &* 0x9E37_79B9), stream: 0xE51D &+ UInt32(truncatingIfNeeded: resample))
      var sums = ResidualSums(lags: lags)
      var times = [Double](repeating: 0, count: parts.count)
      for _ in parts.indices { times[Int(random.below(UInt32(parts.count)))] += 1 }
      for (index, part) in parts.enumerated() where times[index] > 0 { sums.add(part, times: times[index]) }
      samples[0].append(sums.mean)
      samples[1].append(sums.deviation)
      samples[2].append(worst.map { sums.autocorrelation($0) } ?? 0)
      samples[3].append(sums.skewness)
      samples[4].append(sums.kurtosis)
    }
    func estimate(_ value: Double, _ index: Int) -> Estimate {
      let interval = Quantiles.interval(samples[index])
      return Estimate(value: value, low: min(value, interval.low), high: max(value, interval.high))
    }
    let deviation = total.deviation
    var tails = 0
    for piece in pieces { for sample in piece where abs(value(sample) - total.mean) > 3 * deviation { tails += 1 } }
    let skewness = estimate(total.skewness, 3)
    let kurtosis = estimate(total.kurtosis, 4)
    let (bound, ljungBox) = white(total, autocorrelation)
    return ResidualReport.Observable(
      count: count, mean: estimate(total.mean, 0), deviation: estimate(deviation, 1),
      whiteness: whiteness(worst.map { autocorrelation[$0] } ?? 0, samples[2], bound: bound),
      whitenessLag: (worst ?? -1) + 1, whitenessBound: bound, ljungBox: ljungBox,
      ljungBoxP: Self.chiSquareTail(ljungBox, degrees: lags), skewness: skewness, kurtosis: kurtosis,
      tails: Double(tails) / Double(max(1, count)), shape: Self.shape(skewness, kurtosis, count: count),
      autocorrelation: autocorrelation)
  }

  // The bound holds for the largest of all lags together (Sidak); the statistic is that of Ljung and Box (Biometrika
  // 65, 1978) with the pairs there are in the place of n - k.
  private func white(_ total: ResidualSums, _ autocorrelation: [Double]) -> (bound: Double, ljungBox: Double) {
    guard let least = total.pairs.min(), least > 0 else { return (1, 0) }
    let one = 1 - Maths.exp(Maths.log(0.95) / Double(autocorrelation.count))
    let bound = Normal.quantile(1 - one / 2) / least.squareRoot()
    var sum = 0.0
    for (lag, value) in autocorrelation.enumerated() { sum += total.pairs[lag] * value * value }
    return (min(1, bound), sum * (total.count + 2) / total.count)
  }

  private func whiteness(_ signed: Double, _ samples: [Double], bound: Double) -> Estimate {
    let interval = Quantiles.interval(samples.map { signed < 0 ? -$0 : $0 })
    let value = abs(signed)
    let low = samples.isEmpty ? value : max(0, min(value, interval.low))
    let high = samples.isEmpty ? value : max(value, interval.high)
    return Estimate(
      value: value, low: low, high: high, floor: bound, excess: max(0, value - bound), excessLow: max(0, low - bound),
      excessHigh: max(0, high - bound))
  }

  /// P(chi-square > x); exact for even degrees (a Poisson sum), the mean of the neighbours for odd ones.
  static func chiSquareTail(_ x: Double, degrees: Int) -> Double {
    guard degrees > 0, x > 0 else { return 1 }
    guard degrees % 2 == 0 else {
      let upper = chiSquareTail(x, degrees: degrees + 1)
      return degrees > 1 ? (upper + chiSquareTail(x, degrees: degrees - 1)) / 2 : upper
    }
    var term = Maths.exp(-min(x / 2, 700))
    var sum = term
    for index in 1..<max(1, degrees / 2) {
      term *= x / 2 / Double(index)
      sum += term
    }
    return min(1, sum)
  }

  private static func shape(_ skewness: Estimate, _ kurtosis: Estimate, count: Int) -> ResidualReport.Shape {
    guard count >= 100 else { return .unknown }
    if kurtosis.low > 0.5 { return .heavyTailed }
    if skewness.low > 0.25 || skewness.high < -0.25 { return .skewed }
    if kurtosis.high < -0.3 { return .lightTailed }
    return .gaussian
  }
}
