import CTrainingKernels
import Testing
import TrainingKernels
import TwinModel

/// Every instruction set's losses and gradients against the base's, and against double precision.
@Suite struct InstructionSetTests {
  static let losses: [KernelRun<Float>.Loss] = [.path, .likelihood, .unscented]

  static func size(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  @Test(arguments: GradientTests.solvers, Activation.allCases)
  func agree(_ solver: (TwinSolver, Int), _ activation: Activation) {
    for (index, noise) in GradientTests.noises.enumerated() {
      for loss in Self.losses {
        if loss == .likelihood && (solver.0 != .eulerMaruyama || solver.1 != 1) { continue }
        if loss == .unscented && noise.0 == .none { continue }
        var kind = ModelCase.Kind(
          solver: solver.0, substeps: solver.1, noise: noise.0, constantNoise: noise.1, activation: activation)
        if loss == .unscented || (loss == .likelihood && noise.0 == .full) { kind.auxiliaries = 0 }
        let seed = UInt64(50_000 + 1000 * Int(activation.rawValue) + 100 * Int(solver.0.rawValue) + 10 * index)
        compare(ModelCase(kind, seed: seed, steps: 6), loss)
      }
    }
  }

  /// Nets that go by ways of their own: few inputs and outputs, rows of less, exactly and more than a vector.
  @Test(arguments: [[1], [7], [16], [17], [32], [33], [64], [64, 64], [48, 20], [16, 80]])
  func agreeOnEverySize(_ widths: [Int]) {
    for inputs in 2...10 {
      for observables in 1...min(3, inputs - 1) {
        let kind = ModelCase.Kind(observables: observables, onlyObservables: true, widths: widths, inputs: inputs)
        let seed = UInt64(70_000 + 1000 * widths[0] + 100 * widths.count + 10 * inputs + observables)
        compare(ModelCase(kind, seed: seed, steps: 3), .path)
        compare(ModelCase(kind, seed: seed + 5, steps: 3), .likelihood)
      }
    }
  }

  @Test(arguments: [NoiseShape.diagonal, .full]) func agreeOnSpectra(_ noise: NoiseShape) {
    let kind = ModelCase.Kind(noise: noise, auxiliaries: 0, observables: 60, widths: [64, 33])
    compare(ModelCase(kind, seed: 61, steps: 3), .path)
    compare(ModelCase(kind, seed: 62, steps: 3), .likelihood)
  }

  private func compare(_ test: ModelCase, _ loss: KernelRun<Float>.Loss) {
    let exact = KernelRun<Double>(
      test, loss == .path ? .path : loss == .likelihood ? .likelihood : .unscented, isa: 100)
    let exactLoss = exact.evaluate(gradient: true)
    let base = KernelRun<Float>(test, loss, isa: InstructionSet.base.rawValue)
    let baseLoss = base.evaluate(gradient: true)
    // What a gradient's rounding errors are measured by: a part that cancels almost to nothing is not its own measure.
    let whole = base.parts.map { Self.size($0.slope) }.max() ?? 0
    #expect(abs(baseLoss - exactLoss) < 1e-4 * (1 + abs(exactLoss)), "\(loss) of \(test)")
    for (a, b) in zip(base.parts, exact.parts) {
      let distance = Self.size(zip(a.slope, b.slope).map { $0 - $1 })
      #expect(distance < 1e-4 * (Self.size(b.slope) + 0.01 * whole), "\(a.name), \(loss) of \(test)")
    }
    for isa in InstructionSet.available {
      let run = KernelRun<Float>(test, loss, isa: isa.rawValue)
      let value = run.evaluate(gradient: true)
      #expect(abs(value - baseLoss) < 1e-5 * (1 + abs(baseLoss)), "\(isa), \(loss) of \(test)")
      #expect(run.isIntact, "\(isa), \(loss) of \(test)")
      for (a, b) in zip(run.parts, base.parts) {
        let distance = Self.size(zip(a.slope, b.slope).map { $0 - $1 })
        #expect(distance < 1e-5 * (Self.size(b.slope) + 0.01 * whole), "\(a.name), \(isa), \(loss) of \(test)")
      }
    }
  }
}
