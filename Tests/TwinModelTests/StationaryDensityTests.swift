import Numerics
import Testing
import TwinModel

/// What long runs in a double well, V = x^4/4 - x^2/2, settle to.
@Suite struct StationaryDensityTests {
  private static let bins = 24
  private static let low = -2.4
  private static let width = 0.2

  // Shares of bins for the density exp(logDensity).
  private func shares(_ logDensity: (Double) -> Double) -> [Double] {
    let parts = 50
    var sums = (0..<Self.bins).map { bin in
      (0..<parts).reduce(0.0) { sum, part in
        sum + Maths.exp(logDensity(Self.low + Self.width * (Double(bin) + (Double(part) + 0.5) / Double(parts))))
      }
    }
    let total = sums.reduce(0, +)
    for index in sums.indices { sums[index] /= total }
    return sums
  }

  private func histogram(_ solver: TwinSolver, _ diffusion: @escaping (Double) -> Double, seed: UInt64) -> [Double] {
    var field = ScalarField(drift: { $0 - $0 * $0 * $0 }, diffusion: diffusion, step: 0.02)
    var counts = [Double](repeating: 0, count: Self.bins)
    var all = 0.0
    for chain in 0..<200 {
      var random = RandomStream(seed: seed, stream: UInt32(chain))
      var x = chain % 2 == 0 ? 1.0 : -1.0
      for step in 0..<6000 {
        x = field.next(solver, x, random.normal())
        guard step >= 500 else { continue }
        all += 1
        let bin = Int(((x - Self.low) / Self.width).rounded(.down))
        if bin >= 0, bin < Self.bins { counts[bin] += 1 }
      }
    }
    return counts.map { $0 / all }
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) }
  }

  // Constant noise: exp(-2 V / s^2) in either calculus.
  @Test(arguments: TwinSolver.allCases) func constantNoise(_ solver: TwinSolver) {
    let s = 0.8
    let found = histogram(solver, { _ in s }, seed: 7)
    let exact = shares { x in -2 * (x * x * x * x / 4 - x * x / 2) / (s * s) }
    #expect(distance(found, exact) < 0.04, "seed 7: \(distance(found, exact))")
  }

  // Noise s (1 + x^2)^(1/2), drift f: the density is exp(integral of 2 f / b^2) / b^2 for Ito and / b for Stratonovich.
  @Test(arguments: TwinSolver.allCases) func noiseThatDependsOnTheState(_ solver: TwinSolver) {
    let s = 0.7
    let found = histogram(solver, { x in s * (1 + x * x).squareRoot() }, seed: 8)
    // 2 (x - x^3) / (s^2 (1 + x^2)) integrates to (2 log(1 + x^2) - x^2) / s^2.
    func exact(_ calculus: Calculus) -> [Double] {
      shares { x in
        let l = Maths.log(1 + x * x)
        return (2 * l - x * x) / (s * s) - (calculus == .ito ? l : l / 2)
      }
    }
    let other: Calculus = solver.calculus == .ito ? .stratonovich : .ito
    let (right, wrong) = (distance(found, exact(solver.calculus)), distance(found, exact(other)))
    #expect(right < 0.05, "seed 8: \(right)")
    #expect(wrong > 0.1, "seed 8: \(wrong)")
  }
}
