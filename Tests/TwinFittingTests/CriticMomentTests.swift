import Numerics
import Testing
import TwinFitting

@Suite struct CriticMomentTests {
  @Test(arguments: 0..<24 as Range<UInt64>) func gradientIsExact(_ seed: UInt64) throws {
    var random = RandomStream(seed: seed, stream: 511)
    let (inputs, copies) = (1 + Int(random.below(3)), 3 + Int(random.below(5)))
    let (steps, width) = (3 + Int(random.below(4)), 1 + Int(random.below(3)))
    let windows = inputs * copies
    let lanes = [1, 4, 16, windows][Int(random.below(4))]
    let layout = try WindowLayout(
      windows: windows, steps: steps, width: width, lanes: lanes, tileStride: steps * width * lanes + 5)
    var options = MomentOptions()
    options.mean = 0.7
    options.spread = 1.3
    options.autocovariance = 0.9
    options.spreadMeasure = [.logDeviation, .deviation, .variance][Int(seed % 3)]
    options.lags = seed % 2 == 0 ? [1, 2] : []
    options.corrected = seed % 4 < 2
    let measured = (0..<inputs).map { _ in
      CriticSamples.normals((3 + Int(random.below(4))) * steps * width, &random, scale: 0.8)
    }
    let loss = try EnsembleMoments<Double>(layout: layout, measured: measured, options: options)
    let fake = CriticSamples.normals(layout.count, &random)
    let (value, gradient) = try CriticSamples.moments(loss, fake)
    let wanted = try CriticSamples.differences(fake) { try CriticSamples.moments(loss, $0).value.loss }
    #expect(CriticSamples.error(gradient, wanted) < 1e-6, "seed \(seed)")
    #expect(value.autocovariance == 0 || !options.lags.isEmpty)
    #expect(value.mean != 0 && value.spread != 0)
  }

  // The terms against the plain definitions, on numbers small enough to do by hand.
  @Test func termsAreWhatTheySay() throws {
    var options = MomentOptions()
    options.corrected = false
    options.spreadMeasure = .variance
    options.lags = [1]
    let layout = try WindowLayout(windows: 2, steps: 2, width: 1)
    // Measured: variances 2 and 8 (pooled 5), means 1 and 0, covariance 4. Simulated: 0.5, 2; 0.5, 1; -1.
    let loss = try EnsembleMoments<Double>(layout: layout, measured: [[0, -2, 2, 2]], options: options)
    let value = try CriticSamples.moments(loss, [0, 2, 1, 0]).value
    #expect(abs(value.mean - (0.25 + 1) / 2 / 5) < 1e-12)
    #expect(abs(value.spread - (1.5 * 1.5 + 36) / 2 / 25) < 1e-12)
    #expect(abs(value.autocovariance - 25.0 / 25) < 1e-12)
    #expect(abs(value.loss - value.mean - value.spread - value.autocovariance) < 1e-12)
  }

  // Tabled c4; digamma and trigamma at 1/2, 1 and, by their series, 100.
  @Test func biasesAreTheTabledOnes() {
    let (two, three, five) = (SampleBias(samples: 2), SampleBias(samples: 3), SampleBias(samples: 5))
    #expect(abs(two.deviation - 0.7978845608) < 1e-9 && abs(three.deviation - 0.8862269255) < 1e-9)
    #expect(abs(five.deviation - 0.9399856030) < 1e-9)
    #expect(abs(two.logDeviation + 0.6351814227) < 1e-9 && abs(three.logDeviation + 0.2886078325) < 1e-9)
    #expect(abs(two.logVariance - 1.2337005501) < 1e-9 && abs(three.logVariance - 0.4112335167) < 1e-9)
    let many = SampleBias(samples: 201)
    #expect(abs(many.logDeviation + 0.5 * (1.0 / 200 + 1.0 / 120_000)) < 1e-9)
    #expect(abs(many.logVariance - 0.25 * (0.01 + 0.00005 + 1.0 / 6_000_000)) < 1e-9)
    #expect(abs(many.deviation - (1 - 1.0 / 800)) < 1e-5)
  }

  /// Ensembles of one law, many times over: [loss, slope of the loss by the log of the simulated scale].
  private func average(_ options: MomentOptions, repeats: Int, copies: Int, trials: Int) throws -> [Double] {
    var random = RandomStream(seed: 77, stream: 512)
    let (steps, inputs) = (3, 400)
    let layout = try WindowLayout(windows: inputs * copies, steps: steps, width: 1, lanes: 16)
    var sums = [0.0, 0.0]
    // Correlated in time, quiet at first: sd 0.5, 1.1, 1.5.
    func window() -> [Double] {
      let (a, b, c) = (random.normal(), random.normal(), random.normal())
      return [0.5 * a, 0.5 * a + 0.979795897113271 * b, 0.5 * a + b + c]
    }
    for _ in 0..<trials {
      let measured = (0..<inputs).map { _ in (0..<repeats).flatMap { _ in window() } }
      let loss = try EnsembleMoments<Double>(layout: layout, measured: measured, options: options)
      var fake = [Double](repeating: 0, count: layout.count)
      for k in 0..<layout.windows {
        for (t, x) in window().enumerated() { fake[layout.index(window: k, step: t, component: 0)] = x }
      }
      let (value, gradient) = try CriticSamples.moments(loss, fake)
      sums[0] += value.loss / Double(trials)
      sums[1] += zip(gradient, fake).reduce(0) { $0 + $1.0 * $1.1 } / Double(trials)
    }
    return sums
  }

  // With 4 repeats and 8 copies a perfect twin has no loss and no pull on its noise; uncorrected it has both.
  @Test(arguments: [SpreadMeasure.logDeviation, .deviation, .variance]) func fewRepeatsDoNotPull(
    _ measure: SpreadMeasure
  ) throws {
    var options = MomentOptions()
    options.spreadMeasure = measure
    options.lags = [1]
    options.floor = 1e-6
    let corrected = try average(options, repeats: 4, copies: 8, trials: 60)
    options.corrected = false
    let plain = try average(options, repeats: 4, copies: 8, trials: 60)
    #expect(abs(corrected[0]) < 0.02 * plain[0], "\(measure) seed 77: \(corrected) against \(plain)")
    #expect(abs(corrected[1]) < 0.06 * abs(plain[1]), "\(measure) seed 77: \(corrected) against \(plain)")
  }

  @Test func equalWindowsGiveNoNumbersAstray() throws {
    // Nothing moves at all: no division by the missing spread.
    let layout = try WindowLayout(windows: 6, steps: 4, width: 2)
    for measure in [SpreadMeasure.logDeviation, .deviation, .variance] {
      var options = MomentOptions()
      options.spreadMeasure = measure
      options.lags = [1, 3]
      let still = [Float](repeating: 0.25, count: 3 * 8)
      let loss = try EnsembleMoments<Float>(layout: layout, measured: [still, still], options: options)
      let (value, gradient) = try CriticSamples.moments(loss, [Float](repeating: 0.25, count: layout.count))
      #expect(value.loss.isFinite)
      #expect(gradient.allSatisfy { $0 == 0 })
    }
  }
}
