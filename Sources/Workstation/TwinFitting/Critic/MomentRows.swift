/// Mean, variance and lagged autocovariances of one ensemble per row, a row being one time and observable.
///
/// Autocovariance (lag, row): of the row with the same observable `lag` steps earlier; 0 where there is none.
struct MomentRows: Sendable {
  /// [rows]
  var mean: [Double]
  /// [rows], divided by members - 1
  var variance: [Double]
  /// [lags][rows], divided by members - 1
  var covariance: [Double]

  init(rows: Int, lags: Int) {
    mean = Array(repeating: 0, count: rows)
    variance = mean
    covariance = Array(repeating: 0, count: rows * lags)
  }

  /// From members [rows][members], which become deviations from the mean; `shifts`: the lags, in rows.
  mutating func take(_ members: UnsafeMutablePointer<Double>, count: Int, shifts: [Int]) {
    let scale = 1 / Double(max(1, count - 1))
    for row in mean.indices {
      let values = members + row * count
      var sum = 0.0
      for k in 0..<count { sum += values[k] }
      let middle = sum / Double(count)
      var square = 0.0
      for k in 0..<count {
        values[k] -= middle
        square += values[k] * values[k]
      }
      mean[row] = middle
      variance[row] = square * scale
    }
    for (l, shift) in shifts.enumerated() {
      var row = shift
      while row < mean.count {
        let (now, before) = (members + row * count, members + (row - shift) * count)
        var product = 0.0
        for k in 0..<count { product += now[k] * before[k] }
        covariance[l * mean.count + row] = product * scale
        row += 1
      }
    }
  }
}
