import Numerics

/// What a predicted mean and covariance cost against the measured ones, with the exact gradient.
struct MomentLoss: Sendable {
  enum Kind: Sendable {
    /// SPINODE, g1: squared error of the mean.
    case mean
    /// SPINODE, g2: squared error of the covariance. With g1 frozen, what g2 = 0 propagates is a constant that stands on
    /// both sides, so that this is the fit of g2 to (next covariance - covariance propagated with g2 = 0).
    case covariance
    /// Ours: Gaussian likelihood of the measured mean, N(mu, C/R), and Wishart likelihood of the measured covariance with
    /// R - 1 degrees of freedom, a repeat: (log det C + tr(C^-1 A))/2, A = ((R - 1) S + R d d^T)/R, d = m - mu.
    case likelihood
  }

  var kind: Kind
  /// Units of the errors, a state: of the mean and of the deviation.
  var meanUnit: [Double]
  var deviationUnit: [Double]
  /// Repeats of an average point.
  var meanReplicates: Double

  /// Variance that the likelihood adds to both the predicted and the measured covariance, in units of the deviation's
  /// square: as if the readings had that much noise more. It moves no estimate, and keeps the places where a device has
  /// next to no noise, and a wrong guess costs without bound, from outweighing all others.
  var softening = 0.5

  /// Room for one evaluation.
  struct Work {
    var meanGradient: [Double]
    var covarianceGradient: [Double]
    var lower: [Double]
    var inverse: [Double]
    var middle: [Double]

    init(states: Int) {
      meanGradient = [Double](repeating: 0, count: states)
      let square = [Double](repeating: 0, count: states * states)
      covarianceGradient = square
      lower = square
      inverse = square
      middle = square
    }
  }

  /// The loss of propagated moments; leaves the gradients in `work`. Infinite where the covariance is not positive.
  func value(_ point: PreparedMoments.Point, _ moments: SigmaPoints.Moments, _ work: inout Work) -> Double {
    let n = work.meanGradient.count
    switch kind {
    case .mean:
      var sum = 0.0
      for i in 0..<n {
        let error = (moments.mean[i] - point.nextMean[i]) / meanUnit[i]
        sum += error * error
        work.meanGradient[i] = 2 * error / meanUnit[i]
      }
      for k in work.covarianceGradient.indices { work.covarianceGradient[k] = 0 }
      return sum
    case .covariance:
      var sum = 0.0
      for i in 0..<n {
        work.meanGradient[i] = 0
        for j in 0..<n {
          let unit = deviationUnit[i] * deviationUnit[j]
          let error = (moments.covariance[i * n + j] - point.nextCovariance[i * n + j]) / unit
          sum += error * error
          work.covarianceGradient[i * n + j] = 2 * error / unit
        }
      }
      return sum
    case .likelihood:
      return likelihood(point, moments, &work)
    }
  }

  private func likelihood(
    _ point: PreparedMoments.Point, _ moments: SigmaPoints.Moments, _ work: inout Work
  ) -> Double {
    let n = work.meanGradient.count
    var logarithm = 0.0
    for i in 0..<n {
      for j in 0...i {
        var sum = moments.covariance[i * n + j]
        if i == j { sum += softening * deviationUnit[i] * deviationUnit[i] }
        for k in 0..<j { sum -= work.lower[i * n + k] * work.lower[j * n + k] }
        if i == j {
          guard sum > 0 else { return .infinity }
          work.lower[i * n + i] = sum.squareRoot()
          logarithm += Maths.log(sum)
        } else {
          work.lower[i * n + j] = sum / work.lower[j * n + j]
        }
      }
    }
    invert(&work)
    let r = point.replicates
    for i in 0..<n {
      for j in 0..<n {
        let di = point.nextMean[i] - moments.mean[i]
        let dj = point.nextMean[j] - moments.mean[j]
        // A, in the gradient's place until it is used.
        var sum = (r - 1) / r * point.nextCovariance[i * n + j] + di * dj
        if i == j { sum += softening * deviationUnit[i] * deviationUnit[i] }
        work.covarianceGradient[i * n + j] = sum
      }
    }
    var trace = 0.0
    for i in 0..<n {
      var mean = 0.0
      for j in 0..<n {
        mean += work.inverse[i * n + j] * (moments.mean[j] - point.nextMean[j])
        var sum = 0.0
        for k in 0..<n { sum += work.inverse[i * n + k] * work.covarianceGradient[k * n + j] }
        work.middle[i * n + j] = sum
        if i == j { trace += sum }
      }
      work.meanGradient[i] = mean
    }
    let share = r / meanReplicates
    for i in 0..<n { work.meanGradient[i] *= share }
    for i in 0..<n {
      for j in 0..<n {
        var sum = work.inverse[i * n + j]
        for k in 0..<n { sum -= work.middle[i * n + k] * work.inverse[k * n + j] }
        work.covarianceGradient[i * n + j] = 0.5 * share * sum
      }
    }
    return 0.5 * share * (logarithm + trace)
  }

  // C^-1 from its Cholesky factor.
  private func invert(_ work: inout Work) {
    let n = work.meanGradient.count
    for column in 0..<n {
      for i in 0..<n {
        var sum = i == column ? 1.0 : 0
        for k in 0..<i { sum -= work.lower[i * n + k] * work.inverse[k * n + column] }
        work.inverse[i * n + column] = sum / work.lower[i * n + i]
      }
      for i in stride(from: n - 1, through: 0, by: -1) {
        var sum = work.inverse[i * n + column]
        for k in (i + 1)..<max(n, i + 1) { sum -= work.lower[k * n + i] * work.inverse[k * n + column] }
        work.inverse[i * n + column] = sum / work.lower[i * n + i]
      }
    }
  }
}
