import Numerics
import Testing
import TwinFitting

/// Residual statistics against hand calculation, Gaussian noise, and noise of known memory.
@Suite struct AcceptResidualTests {
  static func noise(_ count: Int, mean: Double = 0, deviation: Double = 1, memory: Double = 0, seed: UInt64) -> [Float]
  {
    var random = RandomStream(seed: seed, stream: 6)
    let kick = (1 - memory * memory).squareRoot()
    var x = random.normal()
    return (0..<count).map { _ in
      let value = Float(mean + deviation * x)
      x = memory * x + kick * random.normal()
      return value
    }
  }

  @Test func smallCaseByHand() throws {
    // 1, -1, 1, -1, ...: mean 0, population variance 1, kurtosis -2, correlation (-1)^lag.
    let values = (0..<200).map { $0 % 2 == 0 ? Float(1) : -1 }
    let report = ResidualJudge().report(values).observables
    let one = try #require(report.first)
    #expect(one.count == 200)
    #expect(abs(one.mean.value) < 1e-12)
    #expect(abs(one.deviation.value - (200.0 / 199).squareRoot()) < 1e-9)
    #expect(abs(one.kurtosis.value + 2) < 1e-9)
    #expect(abs(one.skewness.value) < 1e-9)
    #expect(abs(one.whiteness.value - 1) < 1e-9)
    for (lag, value) in one.autocorrelation.enumerated() { #expect(abs(value - (lag % 2 == 0 ? -1 : 1)) < 1e-9) }
    #expect(one.ljungBoxP < 1e-6)
    #expect(one.tails == 0)
  }

  @Test func correlationsDoNotCrossSegments() throws {
    // Within a piece all alike, pieces alternate: correlated within, and nothing known across.
    var values: [Float] = []
    var segments: [Range<Int>] = []
    for piece in 0..<100 {
      segments.append(values.count..<(values.count + 3))
      for _ in 0..<3 { values.append(piece % 2 == 0 ? 1 : -1) }
    }
    let one = try #require(ResidualJudge().report(values, segments: segments).observables.first)
    #expect(one.autocorrelation.count == 2)
    for value in one.autocorrelation { #expect(abs(value - 1) < 1e-9) }
  }

  @Test func whiteNoiseIsWhite() throws {
    var above = 0
    var small = 0
    for seed in 0..<200 as Range<UInt64> {
      let one = try #require(
        ResidualJudge(resamples: 1).report(Self.noise(800, seed: seed)).observables.first)
      if one.whiteness.value > one.whitenessBound { above += 1 }
      if one.ljungBoxP < 0.05 { small += 1 }
    }
    print("of 200 white series: \(above) above the 5 % bound, \(small) with Ljung-Box below 5 %")
    // 10 expected, standard deviation 3.
    #expect(above >= 2 && above <= 20)
    #expect(small >= 2 && small <= 21)
  }

  @Test func memoryIsFound() throws {
    for memory in [-0.5, 0.3, 0.8] {
      let one = try #require(ResidualJudge().report(Self.noise(6000, memory: memory, seed: 4)).observables.first)
      #expect(one.whitenessLag == 1)
      #expect(abs(one.whiteness.value - abs(memory)) < 0.05)
      #expect(one.whiteness.low < abs(memory) && one.whiteness.high > abs(memory))
      #expect(abs(one.autocorrelation[1] - memory * memory) < 0.06)
      #expect(one.ljungBoxP < 1e-4)
    }
  }

  @Test func intervalsCover() throws {
    var held = (mean: 0, deviation: 0, correlation: 0)
    let trials = 200
    for trial in 0..<trials {
      let values = Self.noise(2000, mean: 0.2, deviation: 1.1, memory: 0.4, seed: 900 + UInt64(trial))
      let one = try #require(ResidualJudge(seed: UInt64(trial)).report(values).observables.first)
      if one.mean.low <= 0.2, one.mean.high >= 0.2 { held.mean += 1 }
      if one.deviation.low <= 1.1, one.deviation.high >= 1.1 { held.deviation += 1 }
      if one.whiteness.low <= 0.4, one.whiteness.high >= 0.4 { held.correlation += 1 }
    }
    print("coverage of 200: \(held)")
    // 190 expected, standard deviation 3; few blocks cost a little.
    for count in [held.mean, held.deviation, held.correlation] { #expect(count >= 174 && count <= 200) }
  }

  @Test func shapes() {
    var random = RandomStream(seed: 3, stream: 3)
    let heavy = (0..<4000).map { _ in Float(random.normal() * (random.below(20) == 0 ? 5 : 1)) }
    let skewed = (0..<4000).map { _ in Float(-Maths.log(random.uniform()) * 0.3 + 0.9 * random.normal()) }
    let flat = (0..<4000).map { _ in Float(random.uniform(in: -1.7...1.7)) }
    func shape(_ values: [Float]) -> ResidualReport.Shape? { ResidualJudge().report(values).observables.first?.shape }
    #expect(shape(Self.noise(4000, seed: 1)) == .gaussian)
    #expect(shape(heavy) == .heavyTailed)
    #expect(shape(flat) == .lightTailed)
    #expect(shape(skewed) == .gaussian || shape(skewed) == .skewed)
    #expect(shape((0..<4000).map { _ in Float(-Maths.log(random.uniform())) }) == .heavyTailed)
  }

  @Test func worstObservable() {
    let good = Self.noise(1000, seed: 1)
    let bad = Self.noise(1000, deviation: 2, seed: 2)
    let values = zip(good, bad).flatMap { [$0, $1, $0] }
    let report = ResidualJudge().report(values, observables: 3)
    #expect(report.worst == 1)
    #expect(abs(report.observables[1].deviation.value - 2) < 0.15)
  }

  @Test func oddInputIsAnswered() throws {
    #expect(ResidualJudge().report([], observables: 0).observables.isEmpty)
    #expect(ResidualJudge().report([]).observables.isEmpty)
    for values in [[Float.nan], [.infinity, 1], [Float](repeating: 0, count: 300), [3]] {
      let one = try #require(ResidualJudge().report(values).observables.first)
      let figures = [
        one.mean, one.deviation, one.whiteness, one.skewness, one.kurtosis,
      ].flatMap { [$0.value, $0.low, $0.high] }
      #expect(figures.allSatisfy { $0.isFinite }, "\(values.prefix(3))")
    }
    let outside = ResidualJudge().report([1, 2, 3], segments: [-5..<9])
    #expect(outside.observables.first?.count == 3)
  }
}
