import Numerics
import Testing
import TwinFitting

@Suite struct MomentFitTests {
  @Test(arguments: [0, 30]) func recoversAnOrnsteinUhlenbeckProcess(_ polish: Int) throws {
    let data = MomentSamples.ornsteinUhlenbeck(theta: 0.8, sigma: 0.3, time: 0.5)
    var options = MomentSamples.quick()
    options.substeps = 8
    options.polishEpochs = polish
    let fit = try MomentTwinFitter().fit(data, options: options, seed: 3)
    for (x, s) in [(-1.2, 0.5), (-0.5, -0.5), (0.0, 0.8), (0.4, -0.2), (1.1, 0.3)] {
      let got = try #require(fit.coefficients(state: [x], drive: [s]))
      #expect(abs(got.drift[0] + 0.8 * (x - s)) < 0.06, "\(x) \(s) \(got.drift[0])")
      #expect(abs(got.diffusion[0] - 0.045) < 0.1 * 0.045, "\(x) \(s) \(got.diffusion[0])")
    }
    #expect(fit.coefficients(state: [0, 1], drive: [0]) == nil)
    #expect(fit.coefficients(state: [0], drive: []) == nil)
  }

  /// One Euler step as long as the sample learns the map over a sample, not the equation.
  @Test func substepsTellTheEquationFromItsMap() throws {
    let data = MomentSamples.ornsteinUhlenbeck(theta: 0.8, sigma: 0.3, time: 0.5)
    var options = MomentSamples.quick()
    options.substeps = 1
    let fit = try MomentTwinFitter().fit(data, options: options, seed: 3)
    let got = try #require(fit.coefficients(state: [1], drive: [0]))
    let map = (1 - Maths.exp(-0.4)) / 0.5
    #expect(abs(got.drift[0] + map) < 0.04)
    #expect(abs(got.drift[0] + 0.8) > 0.08)
  }

  @Test func twoStatesWithoutDrivesFromRepeats() throws {
    var random = RandomStream(seed: 5, stream: 9)
    var data = MomentData(stateCount: 2, driveCount: 0)
    for _ in 0..<60 {
      let start = [random.uniform(in: -1...1), random.uniform(in: -1...1)]
      var states: [Double] = []
      for _ in 0..<60 {
        var x = start
        states += x
        for _ in 0..<3 {
          for _ in 0..<8 {
            let h = 0.125
            let (a, b) = (x[0], x[1])
            x[0] += h * (-0.2 * a + 0.5 * b) + 0.2 * h.squareRoot() * random.normal()
            x[1] += h * (-0.5 * a - 0.2 * b) + 0.1 * h.squareRoot() * random.normal()
          }
          states += x
        }
      }
      try data.append(states: states, drives: [], replicates: 60)
    }
    #expect(data.points.count == 180)
    let fit = try MomentTwinFitter().fit(data, options: MomentSamples.quick(), seed: 1)
    for x in [[0.5, 0.5], [-0.5, 0.3], [0, -0.6]] {
      let got = try #require(fit.coefficients(state: x))
      #expect(abs(got.drift[0] - (-0.2 * x[0] + 0.5 * x[1])) < 0.06)
      #expect(abs(got.drift[1] - (-0.5 * x[0] - 0.2 * x[1])) < 0.06)
      #expect(abs(got.diffusion[0] - 0.02) < 0.004)
      #expect(abs(got.diffusion[1] - 0.005) < 0.001)
    }
  }

  @Test func theSameSeedGivesTheSameTwinOnAnyNumberOfThreads() throws {
    let data = MomentSamples.random(3, points: 90)
    var options = MomentSamples.quick()
    (options.driftEpochs, options.diffusionEpochs, options.polishEpochs) = (4, 3, 3)
    func twin(_ threads: Int, _ seed: UInt64) throws -> MomentFit {
      options.threads = threads
      return try MomentTwinFitter().fit(data, options: options, seed: seed)
    }
    let one = try twin(1, 7)
    #expect(try twin(1, 7).parameters == one.parameters)
    #expect(try twin(3, 7).parameters == one.parameters)
    #expect(try twin(1, 8).parameters != one.parameters)
  }

  @Test func stopsWhenToldTo() throws {
    let data = MomentSamples.random(3, points: 90)
    #expect(throws: MomentFitError.cancelled) {
      try MomentTwinFitter().fit(data, options: MomentSamples.quick(), seed: 1, cancelled: { true })
    }
    var epochs = 0
    let fit = try MomentTwinFitter().fit(
      data, options: MomentSamples.quick(), seed: 1, progress: { _ in epochs += 1 }, cancelled: { epochs >= 5 })
    #expect(fit.report.interrupted)
    #expect(fit.report.driftEpochs == 5)
  }
}
