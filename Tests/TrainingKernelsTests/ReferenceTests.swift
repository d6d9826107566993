import CTrainingKernels
import Testing
import TrainingKernels
import TwinModel

/// The double-precision kernels against the equations written anew.
@Suite struct ReferenceTests {
  @Test(arguments: GradientTests.solvers) func paths(_ solver: (TwinSolver, Int)) {
    for (index, noise) in GradientTests.noises.enumerated() {
      for activation in Activation.allCases {
        for repetition in 0..<2 {
          var kind = ModelCase.Kind(
            solver: solver.0, substeps: solver.1, noise: noise.0, constantNoise: noise.1, activation: activation)
          kind.limited = repetition == 1
          let seed = UInt64(20_000 + 100 * Int(solver.0.rawValue) + 10 * index + 3 * repetition)
          let test = ModelCase(kind, seed: seed + 1000 * UInt64(activation.rawValue), steps: 6)
          let run = KernelRun<Double>(test, .path, isa: Int32(TK_ISA_DOUBLE))
          _ = run.evaluate()
          let wanted = test.referencePath()
          #expect(Self.distance(run.path.doubles, wanted.path) < 1e-10, "\(test)")
          #expect(Self.distance(run.auxiliary.doubles, wanted.auxiliary) < 1e-10, "\(test)")
        }
      }
    }
  }

  @Test(arguments: GradientTests.noises) func likelihoods(_ noise: (NoiseShape, Bool)) {
    for seed in UInt64(0)..<12 {
      var kind = ModelCase.Kind(noise: noise.0, constantNoise: noise.1, activation: Activation.allCases[Int(seed % 3)])
      if noise.0 == .full { kind.auxiliaries = 0 }
      let test = ModelCase(kind, seed: 30_000 + seed, steps: 5)
      let run = KernelRun<Double>(test, .likelihood, isa: Int32(TK_ISA_DOUBLE))
      let loss = run.evaluate()
      let wanted = test.referenceLikelihood(unscented: false)
      #expect(abs(loss - wanted.loss) < 1e-10 * (1 + abs(wanted.loss)), "\(test)")
      #expect(Self.distance(run.residuals.doubles, wanted.residuals) < 1e-10, "\(test)")
    }
  }

  @Test(arguments: GradientTests.solvers, GradientTests.noises.dropFirst())
  func unscentedLikelihoods(_ solver: (TwinSolver, Int), _ noise: (NoiseShape, Bool)) {
    for seed in UInt64(0)..<4 {
      var kind = ModelCase.Kind(
        solver: solver.0, substeps: solver.1, noise: noise.0, constantNoise: noise.1,
        activation: Activation.allCases[Int(seed % 3)], auxiliaries: 0)
      kind.limited = seed == 3
      let test = ModelCase(kind, seed: 40_000 + seed, steps: 3)
      let run = KernelRun<Double>(test, .unscented, isa: Int32(TK_ISA_DOUBLE))
      let loss = run.evaluate()
      let wanted = test.referenceLikelihood(unscented: true)
      #expect(abs(loss - wanted.loss) < 1e-10 * (1 + abs(wanted.loss)), "\(test)")
      #expect(Self.distance(run.residuals.doubles, wanted.residuals) < 1e-10, "\(test)")
    }
  }

  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    // A NaN is far from everything.
    return zip(a, b).reduce(0) { $1.0 == $1.1 ? $0 : max($0, abs($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
  }
}
