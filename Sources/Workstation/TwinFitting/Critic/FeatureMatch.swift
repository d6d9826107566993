/// Mean and standard deviation over the batch of each unit of the critic's last hidden layer: the squared differences
/// between fake and real windows, averaged over units.
///
/// Corrected, each difference's variance by chance is taken off its square, so that a perfect twin's loss is 0 on
/// average. Fake and real windows come in pairs under one drive, so the variance of the means' difference is that of the
/// pairs' differences; for the deviations' it is the jackknife's, which leaves out a pair at a time.
struct FeatureMatch<R: CriticReal> {
  /// Of the real windows: features, and the deviation without each window, [unit][window].
  private let real: CriticRows<R>
  private let realWithout: CriticRows<R>
  /// [unit]
  private let realMean: CriticRows<R>
  private let realDeviation: CriticRows<R>
  private let without: CriticRows<R>
  private let units: Int
  private let windows: Int
  private let corrected: Bool

  init(features: Int, windows: Int, columns: Int, corrected: Bool) {
    units = features
    self.windows = windows
    self.corrected = corrected
    real = CriticRows(features, columns)
    realWithout = CriticRows(features, columns)
    realMean = CriticRows(1, features)
    realDeviation = CriticRows(1, features)
    without = CriticRows(1, columns)
  }

  // Keeps the slope of the root finite where a unit is dead.
  private static var floor: R { 1e-6 }

  @inline(__always)
  private func moments(_ row: UnsafePointer<R>, without: UnsafeMutablePointer<R>) -> (mean: R, deviation: R) {
    var sum: R = 0
    for b in 0..<windows { sum += row[b] }
    let middle = sum / R(windows)
    var square: R = 0
    for b in 0..<windows { square += (row[b] - middle) * (row[b] - middle) }
    let variance = square / R(windows)
    let deviation = (variance + Self.floor).squareRoot()
    if corrected {
      let rest = 1 / R(windows - 1)
      let lever = R(windows) * rest
      for b in 0..<windows {
        let left = (square - lever * (row[b] - middle) * (row[b] - middle)) * rest
        without[b] = ((left > 0 ? left : 0) + Self.floor).squareRoot()
      }
    }
    return (middle, deviation)
  }

  /// Takes the real windows' features from a pass that has just run them.
  @inline(__always)
  func take(_ pass: CriticPass<R>) {
    guard let last = pass.rows.last else { return }
    real.pointer.update(from: last.act.pointer, count: real.count)
    for j in 0..<units {
      let offset = j * pass.columns
      (realMean.pointer[j], realDeviation.pointer[j]) = moments(
        real.pointer + offset, without: realWithout.pointer + offset)
    }
  }

  /// The loss of the fake windows a pass has just run; `weight` times its gradient is added to the last `delta`.
  @inline(__always)
  func add(_ pass: CriticPass<R>, weight: R) -> R {
    guard let last = pass.rows.last else { return 0 }
    let share = 1 / R(units)
    let each = weight * share * 2 / R(windows)
    var loss: R = 0
    for j in 0..<units {
      let offset = j * pass.columns
      let (act, slope) = (last.act.pointer + offset, last.slope.pointer + offset)
      let delta = last.delta.pointer + offset
      let (middle, deviation) = moments(act, without: without.pointer)
      let (e, f) = (middle - realMean.pointer[j], deviation - realDeviation.pointer[j])
      loss += share * (e * e + f * f)
      let (shared, spread) = (each * e, each * f / deviation)
      for b in 0..<windows { delta[b] += (shared + spread * (act[b] - middle)) * slope[b] }
      if corrected {
        let chance = correct(j, pass, middle: middle, weight: weight * share)
        loss -= share * chance
      }
    }
    return loss
  }

  /// The variance by chance of unit j's two differences; `weight` times its gradient is taken off the last `delta`.
  ///
  /// With u the differences of the deviations without a window, C = (n-1)/n sum (u - mean u)^2,
  /// g = dC/du = 2 (n-1)/n (u - mean u), a = h - m and w = g / ((n-1) s_without):
  /// dC/dh_k = a_k sum w - n/(n-1) w_k a_k + sum w a / (n-1).
  @inline(__always)
  private func correct(_ j: Int, _ pass: CriticPass<R>, middle: R, weight: R) -> R {
    guard let last = pass.rows.last else { return 0 }
    let offset = j * pass.columns
    let (act, slope, delta) = (
      last.act.pointer + offset, last.slope.pointer + offset, last.delta.pointer + offset
    )
    let (other, p, q) = (real.pointer + offset, without.pointer, realWithout.pointer + offset)
    let n = R(windows)
    let apart = middle - realMean.pointer[j]
    var centre: R = 0
    for b in 0..<windows { centre += p[b] - q[b] }
    centre /= n
    var (means, deviations, total, onto): (R, R, R, R) = (0, 0, 0, 0)
    for b in 0..<windows {
      let d = act[b] - other[b] - apart
      let e = p[b] - q[b] - centre
      means += d * d
      deviations += e * e
      let w = e / p[b]
      total += w
      onto += w * (act[b] - middle)
    }
    let byMean = weight * 2 / (n * (n - 1))
    let byDeviation = weight * 2 / n
    let lever = n / (n - 1)
    onto /= n - 1
    for b in 0..<windows {
      let a = act[b] - middle
      let w = (p[b] - q[b] - centre) / p[b]
      let slopes = byMean * (act[b] - other[b] - apart) + byDeviation * (a * (total - lever * w) + onto)
      delta[b] -= slopes * slope[b]
    }
    return means / (n * (n - 1)) + deviations * (n - 1) / n
  }
}
