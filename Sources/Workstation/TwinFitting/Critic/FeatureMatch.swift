/// Mean and standard deviation over the batch of each unit of the critic's last hidden layer: the squared differences
/// between fake and real windows, averaged over units.
struct FeatureMatch<R: CriticReal> {
  /// Of the real windows: [unit].
  let mean: CriticRows<R>
  let deviation: CriticRows<R>
  let windows: Int

  init(features: Int, windows: Int) {
    mean = CriticRows(1, features)
    deviation = CriticRows(1, features)
    self.windows = windows
  }

  // Keeps the slope of the root finite where a unit is dead.
  private static var floor: R { 1e-8 }

  @inline(__always)
  private func moments(_ row: UnsafePointer<R>) -> (mean: R, deviation: R) {
    var sum: R = 0
    for b in 0..<windows { sum += row[b] }
    let middle = sum / R(windows)
    var square: R = 0
    for b in 0..<windows { square += (row[b] - middle) * (row[b] - middle) }
    return (middle, (square / R(windows) + Self.floor).squareRoot())
  }

  /// Takes the real windows' features from a pass that has just run them.
  @inline(__always)
  func take(_ pass: CriticPass<R>) {
    guard let last = pass.rows.last else { return }
    for j in 0..<mean.columns {
      (mean.pointer[j], deviation.pointer[j]) = moments(last.act.pointer + j * pass.columns)
    }
  }

  /// The loss of the fake windows a pass has just run; `weight` times its gradient is added to the last `delta`.
  @inline(__always)
  func add(_ pass: CriticPass<R>, weight: R) -> R {
    guard let last = pass.rows.last else { return 0 }
    let share = 1 / R(mean.columns)
    let each = weight * share * 2 / R(windows)
    var loss: R = 0
    for j in 0..<mean.columns {
      let offset = j * pass.columns
      let (act, slope, delta) = (
        last.act.pointer + offset, last.slope.pointer + offset, last.delta.pointer + offset
      )
      let (middle, deviation) = moments(act)
      let (e, f) = (middle - mean.pointer[j], deviation - self.deviation.pointer[j])
      loss += share * (e * e + f * f)
      let (shared, spread) = (each * e, each * f / deviation)
      for b in 0..<windows { delta[b] += (shared + spread * (act[b] - middle)) * slope[b] }
    }
    return loss
  }
}
