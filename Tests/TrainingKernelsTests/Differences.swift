import CTrainingKernels
import Numerics

/// Gradients of the double-precision kernels against central differences of their own losses.
struct Differences {
  var checked = 0
  var skipped = 0
  var worst = 0.0
  var faults: [String] = []

  /// - Parameter most: components checked of each part, picked by the case's seed.
  mutating func check(_ test: ModelCase, _ loss: KernelRun<Double>.Loss, most: Int = 14) {
    let run = KernelRun<Double>(test, loss, isa: Int32(TK_ISA_DOUBLE))
    var random = RandomStream(seed: test.seed, stream: 62)
    _ = run.evaluate(gradient: true)
    // Before differences spoil them: history and auxiliaries come back as gradients of the start alone.
    let slopes = run.parts.map { $0.slope }
    let hasKinks =
      test.kind.activation == .relu || test.shape.diffusionActivation == .relu
      || test.kind.limited
    for (part, slope) in zip(run.parts, slopes) {
      let size = (slope.reduce(0) { $0 + $1 * $1 } / Double(slope.count)).squareRoot()
      let indices = slope.count <= most ? Array(slope.indices) : Array(random.permutation(slope.count).prefix(most))
      for index in indices {
        let place = part.range.lowerBound + index
        let wanted = Self.difference(run, part, place, 3e-5)
        let scale = abs(wanted) + size + 1e-6
        if hasKinks {
          // A kink between the points shows in the shorter difference.
          let shorter = Self.difference(run, part, place, 1e-5)
          if abs(shorter - wanted) > 3e-7 * scale {
            skipped += 1
            continue
          }
        }
        checked += 1
        let error = abs(slope[index] - wanted) / scale
        worst = max(worst, error)
        if !(error <= 1e-6) {
          faults.append("\(part.name)[\(index)]: \(slope[index]), differences say \(wanted); \(loss) of \(test)")
        }
      }
    }
    if !run.isIntact { faults.append("memory behind a buffer was written; \(loss) of \(test)") }
  }

  private static func difference(
    _ run: KernelRun<Double>, _ part: KernelRun<Double>.Part, _ place: Int, _ step: Double
  ) -> Double {
    let kept = part.values[place]
    part.values[place] = kept + step
    let up = run.evaluate()
    part.values[place] = kept - step
    let down = run.evaluate()
    part.values[place] = kept
    return (up - down) / (2 * step)
  }
}
