import Foundation
import Numerics
import Testing

@Suite struct MathsTests {
  /// The largest error over many points, divided by `scale` of the true value.
  private func worst(
    _ range: ClosedRange<Double>, _ ours: (Double) -> Double, _ reference: (Double) -> Double,
    scale: (Double) -> Double
  ) -> Double {
    var stream = RandomStream(seed: 1, stream: 0)
    var worst = 0.0
    for _ in 0..<20_000 {
      let x = stream.uniform(in: range)
      let truth = reference(x)
      worst = max(worst, abs(ours(x) - truth) / scale(truth))
    }
    return worst
  }

  @Test func exponential() {
    #expect(worst(-700...700, { Maths.exp($0) }, { exp($0) }, scale: abs) < 4e-16)
    #expect(worst(-1...1, { Maths.exp($0) }, { exp($0) }, scale: abs) < 4e-16)
    #expect(Maths.exp(0.0) == 1)
    #expect(Maths.exp(-800.0) == 0)
    #expect(Maths.exp(800.0) == .infinity)
    #expect(Maths.exp(-Double.infinity) == 0)
    #expect(Maths.exp(Double.nan).isNaN)
  }

  @Test func logarithm() {
    #expect(worst(-700...700, { Maths.log(exp($0)) }, { log(exp($0)) }, scale: { max(abs($0), 1e-3) }) < 4e-16)
    #expect(worst(0.5...2, { Maths.log($0) }, { log($0) }, scale: { max(abs($0), 1e-3) }) < 4e-16)
    #expect(Maths.log(0) == -.infinity)
    #expect(Maths.log(-1).isNaN)
    #expect(Maths.log(.infinity) == .infinity)
    #expect(Maths.log(.nan).isNaN)
    #expect(abs(Maths.log(0x1p-1060) + 1060 * log(2)) < 1e-12)
    #expect(Maths.log(1) == 0)
  }

  @Test func hyperbolicTangent() {
    #expect(worst(-25...25, { Maths.tanh($0) }, { tanh($0) }, scale: abs) < 1e-13)
    #expect(worst(-0.5...0.5, { Maths.tanh($0) }, { tanh($0) }, scale: abs) < 1e-13)
    #expect(Maths.tanh(0.0) == 0)
    #expect(Maths.tanh(Double.infinity) == 1)
    #expect(Maths.tanh(-Double.infinity) == -1)
    #expect(Maths.tanh(Double.nan).isNaN)
  }

  @Test func circularFunctions() {
    #expect(worst(-1e5...1e5, { Maths.sin($0) }, { sin($0) }, scale: { _ in 1 }) < 1e-14)
    #expect(worst(-1e5...1e5, { Maths.cos($0) }, { cos($0) }, scale: { _ in 1 }) < 1e-14)
    #expect(worst(-4...4, { Maths.sin($0) }, { sin($0) }, scale: { _ in 1 }) < 1e-14)
    #expect(worst(-4...4, { Maths.cos($0) }, { cos($0) }, scale: { _ in 1 }) < 1e-14)
    #expect(Maths.sin(1e10).isNaN && Maths.cos(.nan).isNaN)
  }

  @Test func singlePrecision() {
    #expect(worst(-86...86, { Double(Maths.exp(Float($0))) }, { exp(Double(Float($0))) }, scale: abs) < 3e-7)
    #expect(worst(-12...12, { Double(Maths.tanh(Float($0))) }, { tanh(Double(Float($0))) }, scale: { _ in 1 }) < 2e-7)
    let softplus: (Double) -> Double = { log1p(exp(Double(Float($0)))) }
    #expect(worst(-30...18, { Double(Maths.softplus(Float($0))) }, softplus, scale: { _ in 1 }) < 1e-6)
  }

  /// The very bits: whatever machine runs this must get the same.
  @Test func bitsAreFixed() {
    var digest: UInt64 = 0
    var stream = RandomStream(seed: 2024, stream: 3)
    for _ in 0..<2000 {
      let x = stream.uniform(in: -20...20)
      for value in [Maths.exp(x), Maths.log(x.magnitude), Maths.tanh(x), Maths.sin(x), Maths.cos(x), stream.normal()] {
        digest = Philox.mix(digest ^ value.bitPattern)
      }
      digest = Philox.mix(digest ^ UInt64(Maths.tanh(Float(x)).bitPattern))
      digest = Philox.mix(digest ^ UInt64(Maths.softplus(Float(x)).bitPattern))
    }
    #expect(digest == 7_662_607_355_429_568_342)
  }
}
