/// Sigma points of the unscented transform over the state x and the noise w of one sample.
///
/// S = sqrt((n + lambda) blkdiag(Cov, I)), n = states + sources; the points are the mean and mean +- each column of S,
/// weighing lambda/(n + lambda) and 1/(2(n + lambda)) each (O'Leary, Paulson, Mesbah, J. Comput. Phys. 2022). Columns
/// that are zero (every repeat starts at the same state) all fall on the mean and are taken there as one, which changes
/// no sum. The root of a measured covariance depends on no parameter, so no gradient goes through it.
package struct SigmaPoints: Sendable {
  /// Column of S in state or noise, and its sign; centre: neither.
  package struct Point: Sendable {
    /// Column of the state's root, or -1.
    package var column: Int
    /// Source of noise, or -1.
    package var source: Int
    package var sign: Double
    package var weight: Double
  }

  package let points: [Point]
  /// sqrt(n + lambda).
  package let stretch: Double

  /// - Parameters:
  ///   - root: [states, states] symmetric root of the covariance.
  ///   - sources: standard normals of the sample; 0 for the drift alone.
  ///   - lambda: above -(states + sources).
  package init(root: [Double], states: Int, sources: Int, lambda: Double) {
    let n = Double(states + sources)
    let weight = 0.5 / (n + lambda)
    var centre = lambda / (n + lambda)
    var points: [Point] = []
    for column in 0..<states {
      var isZero = true
      for row in 0..<states where root[row * states + column] != 0 { isZero = false }
      if isZero {
        centre += 2 * weight
      } else {
        points.append(Point(column: column, source: -1, sign: 1, weight: weight))
        points.append(Point(column: column, source: -1, sign: -1, weight: weight))
      }
    }
    for source in 0..<sources {
      points.append(Point(column: -1, source: source, sign: 1, weight: weight))
      points.append(Point(column: -1, source: source, sign: -1, weight: weight))
    }
    if centre != 0 || points.isEmpty {
      points.insert(Point(column: -1, source: -1, sign: 0, weight: centre), at: 0)
    }
    self.points = points
    stretch = (n + lambda).squareRoot()
  }

  /// Mean and covariance of what the points became.
  package struct Moments: Sendable {
    /// [states].
    package var mean: [Double]
    /// [states, states].
    package var covariance: [Double]

    package init(states: Int) {
      mean = [Double](repeating: 0, count: states)
      covariance = [Double](repeating: 0, count: states * states)
    }
  }

  /// Weighted sums over what the points became.
  ///
  /// - Parameter value: state `i` of point `p`.
  package func take(_ moments: inout Moments, _ value: (_ p: Int, _ i: Int) -> Double) {
    let states = moments.mean.count
    for i in 0..<states {
      var sum = 0.0
      for (p, point) in points.enumerated() { sum += point.weight * value(p, i) }
      moments.mean[i] = sum
    }
    for i in 0..<states {
      for j in 0...i {
        var sum = 0.0
        for (p, point) in points.enumerated() {
          sum += point.weight * (value(p, i) - moments.mean[i]) * (value(p, j) - moments.mean[j])
        }
        moments.covariance[i * states + j] = sum
        moments.covariance[j * states + i] = sum
      }
    }
  }
}
