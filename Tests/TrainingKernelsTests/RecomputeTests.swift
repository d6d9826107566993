import CTrainingKernels
import Testing
import TrainingKernels
import TwinModel

/// Going back by recomputation is the same to the bit as with everything kept, in a small share of the memory.
@Suite struct RecomputeTests {
  static let kinds: [ModelCase.Kind] = [
    .init(), .init(solver: .rungeKutta2, noise: .full, activation: .silu),
    .init(solver: .rungeKutta4, substeps: 3, noise: .diagonal, activation: .relu, limited: true),
    .init(noise: .none, auxiliaries: 0),
  ]

  func compare<Number: BinaryFloatingPoint>(_ test: ModelCase, _ isa: Int32, as: Number.Type) {
    let kept = KernelRun<Number>(test, .path, isa: isa)
    let again = KernelRun<Number>(test, .path, isa: isa, recompute: true)
    let losses = (kept.evaluate(gradient: true), again.evaluate(gradient: true))
    #expect(losses.0 == losses.1 && losses.0.isFinite, "\(test)")
    for (a, b) in zip(kept.parts, again.parts) {
      #expect(a.range.allSatisfy { a.gradient.exact[$0] == b.gradient.exact[$0] }, "\(a.name) of \(test)")
    }
    #expect(kept.isIntact && again.isIntact, "\(test)")
  }

  @Test(arguments: kinds) func bitsAreTheSame(_ kind: ModelCase.Kind) {
    for (index, steps) in [1, 7, 90].enumerated() {
      let test = ModelCase(kind, seed: 81 + UInt64(index), steps: steps)
      compare(test, Int32(TK_ISA_DOUBLE), as: Double.self)
      for isa in InstructionSet.available { compare(test, isa.rawValue, as: Float.self) }
    }
  }

  @Test(arguments: kinds) func memoryDoesNotGrowWithTheWindow(_ kind: ModelCase.Kind) {
    let test = ModelCase(kind, seed: 91, steps: 1)
    var c = test.model.c
    for isa in InstructionSet.available.map({ $0.rawValue }) + [Int32(TK_ISA_DOUBLE)] {
      let long = tk_rollout_scratch(isa, &c, 10_000, 1)
      #expect(long < tk_rollout_scratch(isa, &c, 10_000, 0) / 20, "\(test)")
      #expect(long == tk_rollout_scratch(isa, &c, 20_000, 1), "\(test)")
      #expect(long < 4 << 20, "\(test)")
    }
  }
}
