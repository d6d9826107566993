import Testing
import TrainingKernels
import TwinModel

/// Exact gradients of every model, solver and loss, in double precision to 1e-6.
@Suite struct GradientTests {
  static let solvers: [(TwinSolver, Int)] = [
    (.eulerMaruyama, 1), (.eulerMaruyama, 3), (.rungeKutta2, 1), (.rungeKutta2, 3), (.rungeKutta4, 1),
    (.rungeKutta4, 3),
  ]
  static let noises: [(NoiseShape, Bool)] = [
    (.none, false), (.diagonal, false), (.full, false), (.diagonal, true), (.full, true),
  ]

  static func report(_ found: Differences) {
    #expect(found.faults.isEmpty, "\(found.faults.count) faults, worst \(found.worst):\n\(found.faults.prefix(5))")
    #expect(found.checked > 4 * found.skipped, "\(found.skipped) components skipped, \(found.checked) checked")
  }

  @Test(arguments: solvers, Activation.allCases)
  func paths(_ solver: (TwinSolver, Int), _ activation: Activation) {
    var found = Differences()
    for (index, noise) in Self.noises.enumerated() {
      for repetition in 0..<3 {
        let seed = UInt64(1000 * Int(activation.rawValue) + 100 * Int(solver.0.rawValue) + 10 * index + repetition)
        var kind = ModelCase.Kind(
          solver: solver.0, substeps: solver.1, noise: noise.0, constantNoise: noise.1, activation: activation)
        kind.limited = repetition == 1
        found.check(ModelCase(kind, seed: seed, ordinary: repetition == 2), .path, most: 10)
      }
    }
    Self.report(found)
  }

  @Test(arguments: Activation.allCases) func likelihoods(_ activation: Activation) {
    var found = Differences()
    for (index, noise) in Self.noises.enumerated() {
      for repetition in 0..<4 {
        var kind = ModelCase.Kind(noise: noise.0, constantNoise: noise.1, activation: activation)
        kind.onlyObservables = repetition < 2
        if noise.0 == .full { kind.auxiliaries = 0 }
        kind.limited = repetition == 3
        let seed = UInt64(5000 + 1000 * Int(activation.rawValue) + 10 * index + repetition)
        found.check(ModelCase(kind, seed: seed, steps: 5), .likelihood, most: 24)
      }
    }
    Self.report(found)
  }

  @Test(arguments: solvers, Activation.allCases)
  func unscentedLikelihoods(_ solver: (TwinSolver, Int), _ activation: Activation) {
    var found = Differences()
    for (index, noise) in Self.noises.dropFirst().enumerated() {
      for repetition in 0..<2 {
        var kind = ModelCase.Kind(
          solver: solver.0, substeps: solver.1, noise: noise.0, constantNoise: noise.1, activation: activation,
          auxiliaries: 0)
        kind.limited = repetition == 1
        let seed = UInt64(
          9000 + 1000 * Int(activation.rawValue) + 100 * Int(solver.0.rawValue) + 10 * index + repetition)
        found.check(ModelCase(kind, seed: seed, steps: 2), .unscented)
      }
    }
    Self.report(found)
  }

  // A spectrum of 60 channels, with hidden layers wide enough for every register block.
  @Test(arguments: [(TwinSolver.eulerMaruyama, NoiseShape.diagonal), (.rungeKutta2, .full), (.rungeKutta4, .diagonal)])
  func spectra(_ shape: (TwinSolver, NoiseShape)) {
    var found = Differences()
    var kind = ModelCase.Kind(solver: shape.0, noise: shape.1, observables: 60, widths: [37, 19])
    found.check(ModelCase(kind, seed: 71, steps: 2), .path, most: 6)
    kind.auxiliaries = 0
    if shape.0 == .eulerMaruyama {
      found.check(ModelCase(kind, seed: 72, steps: 2), .likelihood, most: 6)
      kind.noise = .full
      found.check(ModelCase(kind, seed: 73, steps: 2), .likelihood, most: 6)
    } else if shape.1 == .full {
      found.check(ModelCase(kind, seed: 74, steps: 1), .unscented, most: 6)
    }
    Self.report(found)
  }
}
