import Numerics
import TwinModel

/// A scalar equation dX = f(X) dt + b(X) dW in double precision: what the solvers are tested on.
struct ScalarField: StochasticField {
  let drift: (Double) -> Double
  let diffusion: (Double) -> Double
  let step: Double
  var rows: Int { 1 }
  var sources: Int { 1 }

  mutating func stage(
    _ state: UnsafeMutablePointer<Double>, phase: Double, noise: UnsafePointer<Double>?,
    into change: UnsafeMutablePointer<Double>
  ) {
    change[0] = drift(state[0]) * step
    if let noise { change[0] += diffusion(state[0]) * step.squareRoot() * noise[0] }
  }

  /// X after one step.
  mutating func next(_ solver: TwinSolver, _ x: Double, _ noise: Double?) -> Double {
    var state = x
    var scratch = (0.0, 0.0, 0.0)
    withUnsafeMutableBytes(of: &scratch) { raw in
      guard let base = raw.bindMemory(to: Double.self).baseAddress else { return }
      if let noise {
        withUnsafePointer(to: noise) {
          solver.substep(&self, state: &state, index: 0, of: 1, noise: $0, scratch: base)
        }
      } else {
        solver.substep(&self, state: &state, index: 0, of: 1, noise: nil, scratch: base)
      }
    }
    return state
  }
}

/// Equations whose solutions are known, or can be had to any accuracy.
enum Equation: String, CaseIterable {
  case geometric, ornsteinUhlenbeck, doubleWell

  func field(step: Double) -> ScalarField {
    switch self {
    case .geometric: return ScalarField(drift: { 0.4 * $0 }, diffusion: { 0.7 * $0 }, step: step)
    case .ornsteinUhlenbeck: return ScalarField(drift: { -1.2 * $0 }, diffusion: { _ in 0.8 }, step: step)
    case .doubleWell: return ScalarField(drift: { $0 - $0 * $0 * $0 }, diffusion: { _ in 0.6 }, step: step)
    }
  }
}

/// The slope of a line through (log x, log y).
func slope(_ x: [Double], _ y: [Double]) -> Double {
  let (u, v) = (x.map { Maths.log($0) }, y.map { Maths.log($0) })
  let n = Double(x.count)
  let (mu, mv) = (u.reduce(0, +) / n, v.reduce(0, +) / n)
  let top = zip(u, v).reduce(0) { $0 + ($1.0 - mu) * ($1.1 - mv) }
  return top / u.reduce(0) { $0 + ($1 - mu) * ($1 - mu) }
}
