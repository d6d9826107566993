import Numerics
import Testing
import TwinModel

@Suite struct SolverOrderTests {
  // Paths over one unit of time, all step sizes on the same Brownian path; the reference is exact for geometric Brownian
  // motion, in the solver's calculus, and the solver's own path at a far finer step elsewhere.
  private func strongErrors(_ equation: Equation, _ solver: TwinSolver, steps: [Int], seed: UInt64) -> [Double] {
    let finest = 2048
    var errors = [Double](repeating: 0, count: steps.count)
    let paths = 300
    for path in 0..<paths {
      var random = RandomStream(seed: seed, stream: UInt32(path))
      let fine = (0..<finest).map { _ in random.normal() }
      func end(_ count: Int) -> Double {
        var field = equation.field(step: 1 / Double(count))
        let size = finest / count
        var x = 1.0
        for index in 0..<count {
          var sum = 0.0
          for part in 0..<size { sum += fine[index * size + part] }
          x = field.next(solver, x, sum / Double(size).squareRoot())
        }
        return x
      }
      var exact = 0.0
      if equation == .geometric {
        let w = fine.reduce(0, +) / Double(finest).squareRoot()
        exact = Maths.exp(0.4 - (solver.calculus == .ito ? 0.7 * 0.7 / 2 : 0) + 0.7 * w)
      } else {
        exact = end(finest)
      }
      for (place, count) in steps.enumerated() {
        let error = end(count) - exact
        errors[place] += error * error / Double(paths)
      }
    }
    return errors.map { $0.squareRoot() }
  }

  // Additive noise hides the difference between the calculi and gives every solver order 1; with noise proportional to
  // the state Euler-Maruyama has 1/2, Heun 1, and RK4, exact in (t, W) to fourth order, 2.
  @Test(arguments: Equation.allCases, TwinSolver.allCases)
  func strongOrder(_ equation: Equation, _ solver: TwinSolver) {
    let steps = [32, 64, 128, 256]
    let errors = strongErrors(equation, solver, steps: steps, seed: 41)
    let found = slope(steps.map { 1 / Double($0) }, errors)
    let expected: Double
    switch (equation, solver) {
    case (.geometric, .eulerMaruyama): expected = 0.5
    case (.geometric, .rungeKutta4): expected = 2
    default: expected = 1
    }
    #expect(abs(found - expected) < 0.2, "seed 41: order \(found), errors \(errors)")
  }

  // Nodes and weights of Gauss-Hermite quadrature for a standard normal: exact for polynomials up to degree 13.
  private static let nodes: [Double] = [
    -3.750439717725742, -2.366759410734541, -1.154405394739968, 0, 1.154405394739968, 2.366759410734541,
    3.750439717725742,
  ]
  private static let weights: [Double] = [
    5.482688559722185e-4, 3.075712396758645e-2, 0.2401231786050127, 0.4571428571428571, 0.2401231786050127,
    3.075712396758645e-2, 5.482688559722185e-4,
  ]

  // E of X(1)^2 from X(0) = 0.5 without sampling: linear equations by the moments of one step, the double well by
  // stepping the expectation backwards on a grid with fifth-order interpolation.
  private func secondMoment(_ equation: Equation, _ solver: TwinSolver, steps: Int) -> Double {
    var field = equation.field(step: 1 / Double(steps))
    if equation != .doubleWell {
      // X' = A X + B: E X'^2 = E A^2 X^2 + 2 E AB X + E B^2, with E AB = 0 in both equations.
      var (a2, b2) = (0.0, 0.0)
      for (node, weight) in zip(Self.nodes, Self.weights) {
        let b = field.next(solver, 0, node)
        let a = field.next(solver, 1, node) - b
        a2 += weight * a * a
        b2 += weight * b * b
      }
      return (0..<steps).reduce(0.25) { moment, _ in a2 * moment + b2 }
    }
    let (low, gap, count) = (-4.0, 0.02, 401)
    var values = (0..<count).map { (low + gap * Double($0)) * (low + gap * Double($0)) }
    for _ in 0..<steps {
      let old = values
      for place in 0..<count {
        var sum = 0.0
        for (node, weight) in zip(Self.nodes, Self.weights) {
          sum += weight * Self.interpolate(old, at: (field.next(solver, low + gap * Double(place), node) - low) / gap)
        }
        values[place] = sum
      }
    }
    return Self.interpolate(values, at: (0.5 - low) / gap)
  }

  private static func interpolate(_ values: [Double], at place: Double) -> Double {
    let first = min(max(Int(place) - 2, 0), values.count - 6)
    let t = min(max(place, 0), Double(values.count - 1)) - Double(first)
    var sum = 0.0
    for i in 0..<6 {
      var term = values[first + i]
      for j in 0..<6 where j != i { term *= (t - Double(j)) / Double(i - j) }
      sum += term
    }
    return sum
  }

  // Heun's weak order is 1 where the noise depends on the state and 2 where it does not. RK4, which follows a Brownian
  // path made of straight pieces closely, has 2 in linear equations and 1 where the drift bends.
  @Test(arguments: Equation.allCases, TwinSolver.allCases)
  func weakOrder(_ equation: Equation, _ solver: TwinSolver) {
    let steps = [8, 16, 32, 64]
    let exact: Double
    switch equation {
    case .geometric: exact = 0.25 * Maths.exp(0.8 + (solver.calculus == .ito ? 1 : 2) * 0.49)
    case .ornsteinUhlenbeck: exact = 0.25 * Maths.exp(-2.4) + 0.64 * (1 - Maths.exp(-2.4)) / 2.4
    case .doubleWell: exact = secondMoment(equation, .rungeKutta2, steps: 512)
    }
    let errors = steps.map { abs(secondMoment(equation, solver, steps: $0) - exact) }
    let found = slope(steps.map { 1 / Double($0) }, errors)
    let first =
      solver == .eulerMaruyama || equation == (solver == .rungeKutta2 ? .geometric : .doubleWell)
    #expect(abs(found - (first ? 1 : 2)) < 0.2, "order \(found), errors \(errors)")
  }

  @Test(arguments: TwinSolver.allCases) func orderWithoutNoise(_ solver: TwinSolver) {
    func end(_ solver: TwinSolver, _ steps: Int) -> Double {
      var field = ScalarField(drift: { $0 - $0 * $0 * $0 }, diffusion: { _ in 0 }, step: 2 / Double(steps))
      return (0..<steps).reduce(0.2) { x, _ in field.next(solver, x, nil) }
    }
    // dx/dt = x - x^3 has x(t)^2 = 1 / (1 + (1/x0^2 - 1) e^-2t).
    let exact = (1 / (1 + 24 * Maths.exp(-4.0))).squareRoot()
    let steps = [16, 32, 64, 128]
    let found = slope(steps.map { 1 / Double($0) }, steps.map { abs(end(solver, $0) - exact) })
    let expected: Double = solver == .eulerMaruyama ? 1 : solver == .rungeKutta2 ? 2 : 4
    #expect(abs(found - expected) < 0.15, "order \(found)")
  }

  @Test func theTypeSaysTheCalculus() {
    #expect(TwinSolver.allCases.map(\.calculus) == [.ito, .stratonovich, .stratonovich])
    #expect(TwinSolver.allCases.map(\.stages) == [1, 2, 4])
  }
}
