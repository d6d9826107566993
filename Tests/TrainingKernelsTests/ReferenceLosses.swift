import Numerics
import TrainingKernels
import TwinModel

extension ModelCase {
  private func row(_ values: [Double], _ row: Int, _ width: Int, _ lane: Int) -> [Double] {
    (0..<width).map { values[(row * width + $0) * Self.lanes + lane] }
  }

  private func drives(_ step: Int, _ lane: Int) -> [[Double]] {
    (0..<shape.driveTaps).map { row(drives, shape.driveTaps - 1 + step - $0, shape.drives, lane) }
  }

  private func noise(_ step: Int, _ lane: Int) -> [Double]? {
    noise.isEmpty ? nil : row(noise, step, shape.noisesPerStep, lane)
  }

  /// The path [responseTaps + steps][observables][32] and the auxiliaries [steps + 1][auxiliaries][32].
  func referencePath() -> (path: [Double], auxiliary: [Double]) {
    let twin = ReferenceModel(model, parameters)
    var all = path
    var auxiliaries = auxiliary + [Double](repeating: 0, count: steps * auxiliary.count)
    for lane in 0..<Self.lanes {
      var past = (0..<shape.responseTaps).map { row(path, shape.responseTaps - 1 - $0, shape.observables, lane) }
      var a = row(auxiliary, 0, shape.auxiliaries, lane)
      for step in 0..<steps {
        let y = twin.sample(
          drives: drives(step, lane), past: past, a: a, noise: noise(step, lane),
          context: row(context, 0, shape.context, lane))
        past.insert(y.x, at: 0)
        a = y.a
        for (i, value) in y.x.enumerated() {
          all[((shape.responseTaps + step) * shape.observables + i) * Self.lanes + lane] = value
        }
        for (k, value) in y.a.enumerated() {
          auxiliaries[((step + 1) * shape.auxiliaries + k) * Self.lanes + lane] = value
        }
      }
    }
    return (all, auxiliaries)
  }

  /// The value of a likelihood, and the standardised residuals [steps][observables][32].
  func referenceLikelihood(unscented: Bool) -> (loss: Double, residuals: [Double]) {
    let twin = ReferenceModel(model, parameters)
    let width = shape.observables
    var loss = 0.0
    var residuals = [Double](repeating: 0, count: steps * width * Self.lanes)
    for lane in 0..<Self.lanes {
      var a = row(auxiliary, 0, shape.auxiliaries, lane)
      let context = row(context, 0, shape.context, lane)
      for step in 0..<steps {
        let past = (0..<shape.responseTaps).map { row(path, shape.responseTaps - 1 + step - $0, width, lane) }
        let measured = row(path, shape.responseTaps + step, width, lane)
        var (mean, covariance) =
          unscented
          ? sigma(twin, drives(step, lane), past, context) : twin.transition(drives(step, lane), past, a, context)
        for i in 0..<width { covariance[i][i] += jitter }
        let error = zip(measured, mean).map { $0 - $1 }
        let (solved, logDeterminant) = Self.solve(covariance, error)
        let square = zip(error, solved).reduce(0) { $0 + $1.0 * $1.1 }
        loss += weights[step * Self.lanes + lane] * 0.5 * (square + logDeterminant)
        for i in 0..<width {
          residuals[(step * width + i) * Self.lanes + lane] = error[i] / covariance[i][i].squareRoot()
        }
        a = a.indices.map { k in
          (1 - twin.rates[k]) * a[k] + (0..<width).reduce(0) { $0 + twin.injection[k * width + $1] * error[$1] }
        }
      }
    }
    return (loss, residuals)
  }

  // Means and variances of the ends of sigma points, one for each noise of each substep at +- the square root of their
  // number; the solver's limits do not bind them.
  private func sigma(
    _ twin: ReferenceModel, _ drives: [[Double]], _ past: [[Double]], _ context: [Double]
  ) -> (mean: [Double], covariance: [[Double]]) {
    var ends: [[Double]] = []
    for source in 0..<shape.noisesPerStep {
      for sign in [1.0, -1.0] {
        var xi = [Double](repeating: 0, count: shape.noisesPerStep)
        xi[source] = sign * Double(shape.noisesPerStep).squareRoot()
        ends.append(twin.sample(drives: drives, past: past, a: [], noise: xi, context: context, limits: false).x)
      }
    }
    let width = shape.observables
    let count = Double(ends.count)
    let mean = (0..<width).map { i in ends.reduce(0) { $0 + $1[i] } / count }
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    for i in 0..<width { covariance[i][i] = ends.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[i] - mean[i]) } / count }
    return (mean, covariance)
  }

  /// C^-1 e and log det C by elimination.
  static func solve(_ matrix: [[Double]], _ e: [Double]) -> (solution: [Double], logDeterminant: Double) {
    var (c, y) = (matrix, e)
    var logDeterminant = 0.0
    for pivot in y.indices {
      logDeterminant += Maths.log(c[pivot][pivot])
      for row in y.indices where row != pivot {
        let factor = c[row][pivot] / c[pivot][pivot]
        for column in pivot..<y.count { c[row][column] -= factor * c[pivot][column] }
        y[row] -= factor * y[pivot]
      }
    }
    return (y.indices.map { y[$0] / c[$0][$0] }, logDeterminant)
  }
}
