import Numerics
import Testing
import TwinFitting
import TwinModel

/// Noise on some observables alone.
@Suite struct NoiseMaskTests {
  /// A driven follower without noise beside one with it, which it does not touch.
  private static func trace(_ seed: UInt64, samples: Int = 3000) -> DeviceTrace {
    var random = RandomStream(seed: seed, stream: 3)
    var drives: [Float] = []
    var responses: [Float] = []
    var (quiet, noisy, level) = (0.0, 0.0, 0.0)
    for sample in 0..<samples {
      if sample % 4 == 0 { level = random.uniform(in: -1...1) }
      quiet += 0.3 * (0.6 * level - quiet)
      noisy += 0.3 * (-0.5 * level - noisy) + 0.03 * random.normal()
      drives.append(Float(level))
      responses += [Float(quiet), Float(noisy)].map { ($0 * 2047.5).rounded() / 2047.5 }
    }
    return DeviceTrace(drives: drives, responses: responses, driveCount: 1, responseCount: 2)
  }

  private static func options(_ auxiliaries: Int = 0) -> TwinFitOptions {
    var options = TwinFitOptions()
    (options.driveDelays, options.responseDelays, options.auxiliaries) = (0, 0, auxiliaries)
    (options.driftEpochs, options.diffusionEpochs) = (40, 40)
    options.driftWidths = [12]
    options.diffusionWidths = [6]
    options.noiseOn = [1]
    return options
  }

  struct Case: Sendable, CustomStringConvertible {
    var solver = TwinSolver.eulerMaruyama
    var noise = NoiseShape.diagonal
    var auxiliaries = 0

    var description: String { "\(solver), \(noise), \(auxiliaries) auxiliaries" }
  }

  @Test(arguments: [
    Case(), Case(auxiliaries: 1), Case(noise: .full), Case(solver: .rungeKutta2),
  ]) func theOthersHaveExactlyNone(_ given: Case) throws {
    var options = Self.options(given.auxiliaries)
    (options.solver, options.noise) = (given.solver, given.noise)
    let fit = try TwinFitter().fit(Self.trace(5), options: options, seed: 1)
    let twin = fit.parameters
    #expect(twin.noisyRows == [1])
    #expect(fit.report.likelihood.isFinite && fit.report.likelihood < 0, "\(fit.report.likelihood), \(given)")
    var random = RandomStream(seed: 9, stream: 1)
    var state = TwinState(twin)
    var (square, off, exact) = (0.0, 0.0, 0.0)
    var level: Float = 0
    for step in 0..<1000 {
      if step % 4 == 0 { level = Float(random.uniform(in: -1...1)) }
      let noises = (0..<twin.noisesPerStep).map { _ in Float(random.normal()) }
      var mirrored = state
      _ = mirrored.step(drives: [level], noise: noises.map { 0 - $0 })
      _ = state.step(drives: [level], noise: noises)
      let (a, b) = (state.responses, mirrored.responses)
      if given.solver == .eulerMaruyama { #expect(a[0] == b[0], "step \(step)") }
      square += Double(a[1] - b[1]) * Double(a[1] - b[1]) / 4
      exact += 0.3 * (0.6 * Double(level) - exact)
      off += (Double(a[0]) - exact) * (Double(a[0]) - exact)
    }
    // Between the stages of a Runge-Kutta step noise reaches the other by way of the drift, and the likelihood uses it.
    guard given.solver == .eulerMaruyama else { return }
    let error = (off / 1000).squareRoot()
    #expect(error < 0.04, "the noiseless response is off by \(error), \(given), seed 9")
    let spread = (square / 1000).squareRoot()
    #expect(spread > 0.8 * 0.03 && spread < 1.2 * 0.03, "\(spread), \(given), seed 9")
  }

  @Test func aNoisyResponseWithoutNoiseIsRefused() throws {
    var options = Self.options()
    options.noiseOn = [0]
    let fit = try TwinFitter().fit(Self.trace(6), options: options, seed: 1)
    #expect(fit.report.likelihood.isFinite)
    #expect(fit.report.acceptance.verdict.outcome == .refused)
    #expect(fit.report.acceptance.verdict.reasons.contains { $0.code == .residualDeviation && $0.observable == 1 })
  }

  @Test func updatesKeepTheMask() throws {
    let first = try TwinFitter().fit(Self.trace(5), options: Self.options(), seed: 1)
    let next = try TwinFitter().fit(Self.trace(7), options: Self.options(), seed: 1, previous: first.parameters)
    #expect(next.report.driftEpochs == 0 && next.parameters.noisyRows == [1])
    #expect(next.report.likelihood.isFinite)
  }

  @Test(arguments: [[], [2], [-1], [1, 1], [1, 0]]) func badListsAreRefused(_ list: [Int]) {
    var options = Self.options()
    options.noiseOn = list
    let error = #expect(throws: TwinFitError.badOption("noiseOn")) {
      try TwinFitter().fit(Self.trace(5), options: options, seed: 1)
    }
    #expect(error?.description.contains("counted from 0") == true)
  }
}
