import Numerics
import Testing
import TwinFitting

@Suite struct MomentGradientTests {
  /// The exact gradient of every loss, through the unscented transform and the solver, against central differences.
  @Test(arguments: 0..<8 as Range<UInt64>) func gradients(_ seed: UInt64) throws {
    let data = MomentSamples.random(seed)
    var options = MomentFitOptions()
    options.driftWidths = [[5], [4, 3]][Int(seed % 2)]
    options.diffusionWidths = [[3, 4], [4]][Int(seed % 2)]
    options.activation = seed % 3 == 0 ? .tanh : .silu
    options.substeps = 1 + Int(seed % 4) * 2
    options.spread = seed % 4 == 3 ? 0.8 : 0
    options.leastReplicates = 2
    let problem = try MomentProblem(data, options: options, seed: seed)
    var random = RandomStream(seed: seed, stream: 0x61)
    let at = problem.start.map { $0 + 0.3 * random.normal() }
    for loss in MomentProblem.Loss.allCases {
      let exact = problem.value(loss, at: at)
      #expect(exact.value.isFinite)
      let size = (exact.gradient.reduce(0) { $0 + $1 * $1 } / Double(at.count)).squareRoot()
      #expect(size > 0)
      // Every parameter once, in a few random directions and some on their own.
      for trial in 0..<14 {
        let direction =
          trial < 6
          ? at.map { _ in random.normal() / Double(at.count).squareRoot() }
          : { (k: Int) in at.indices.map { $0 == k ? 1.0 : 0 } }(Int(random.below(UInt32(at.count))))
        let h = 2e-5
        func value(_ t: Double) -> Double {
          problem.value(loss, at: zip(at, direction).map { $0 + t * $1 }).value
        }
        let wanted = (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
        let got = zip(exact.gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(got - wanted) < 1e-6 * (size + abs(wanted)), "seed \(seed), \(loss), \(got) \(wanted)")
      }
    }
  }
}
