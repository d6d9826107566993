import Numerics
import Testing
import TwinFitting
import TwinModel

/// Leaky integrators that differ in gain and time constant, with white noise.
private func leaky(gain: Double, rate: Double, noise: Double = 0.02, steps: Int, seed: UInt64) -> DeviceTrace {
  var random = RandomStream(seed: seed, stream: 5)
  var drives: [Float] = []
  var responses: [Float] = []
  var x = 0.0
  var level = 0.0
  var left = 0
  for _ in 0..<steps {
    if left == 0 {
      level = random.uniform(in: -1...1)
      left = 1 + Int(random.below(8))
    }
    left -= 1
    x += rate * (0.6 * Maths.tanh(gain * level) - x) + noise * random.normal()
    drives.append(Float(level))
    responses.append(Float(x))
  }
  return DeviceTrace(drives: drives, responses: responses)
}

@Suite struct SharedTwinTests {
  @Test func aNewDeviceNeedsFewSamples() throws {
    var random = RandomStream(seed: 4, stream: 1)
    let known = (0..<8).map { device in
      leaky(
        gain: random.uniform(in: 0.8...2.4), rate: random.uniform(in: 0.15...0.5), steps: 1500,
        seed: 50 + UInt64(device))
    }
    let structure = TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 0)
    let fitter = try SharedTwinFitter(embedding: 2, epochs: 30)
    let shared = try fitter.fit(known, seed: 1, structure: structure)
    #expect(shared.embeddings.count == 8)

    // A device between the others, seen for 260 samples.
    let (gain, rate) = (1.7, 0.27)
    let short = leaky(gain: gain, rate: rate, steps: 260, seed: 99)
    let adapted = try fitter.adapt(shared, to: short, seed: 1)
    var options = TwinFitOptions()
    options.ensembleLoss = TwinFitOptions.EnsembleLoss.none
    let alone = try TwinFitter().fit(short, options: options, seed: 1, structure: structure)

    func error(_ twin: TwinParameters) -> Double {
      let fresh = leaky(gain: gain, rate: rate, noise: 0, steps: 2000, seed: 7)
      var state = TwinState(twin)
      var square = 0.0
      for step in 0..<2000 {
        let x = state.step(drive: fresh.drives[step], noise: 0)
        square += Double(x - fresh.responses[step]) * Double(x - fresh.responses[step])
      }
      return (square / 2000).squareRoot()
    }
    let own = error(alone.parameters)
    let few = error(adapted.twin)
    #expect(few < 0.04, "free run of the adapted twin off by \(few), seed 4")
    #expect(few < 0.8 * own, "adapted \(few), alone \(own), seed 4")
  }

  @Test func sharingIsRefusedWhereItCannotBe() throws {
    let one = leaky(gain: 1, rate: 0.3, steps: 600, seed: 1)
    let fitter = try SharedTwinFitter(embedding: 2, epochs: 2)
    #expect(throws: TwinFitError.badOption("traces")) { try fitter.fit([one], seed: 1) }
    var two = one
    two.driveCount = 2
    #expect(throws: TwinFitError.badOption("traces")) { try fitter.fit([one, two], seed: 1) }
    #expect(throws: TwinFitError.badOption("embedding")) { try SharedTwinFitter(embedding: 0) }
    var options = TwinFitOptions()
    options.solver = .rungeKutta2
    #expect(throws: TwinFitError.badOption("solver")) { try SharedTwinFitter(options: options) }
    let shared = try fitter.fit(
      [one, leaky(gain: 2, rate: 0.3, steps: 600, seed: 2)], seed: 1,
      structure: TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 1))
    #expect(throws: TwinFitError.badOption("embedding")) { try shared.twin([1]) }
    let numbers: [Float] = [.nan, 0]
    #expect(throws: TwinFitError.badOption("embedding")) { try shared.twin(numbers) }
    let twin = try shared.twin(shared.embeddings[0])
    #expect(twin.auxiliaries == 1)
  }

  @Test func aSharedTwinIsJudgedLikeAnyOther() throws {
    let traces = [0.9, 1.3, 1.9, 2.2].enumerated().map { device, gain in
      leaky(gain: gain, rate: 0.2 + 0.05 * Double(device), steps: 1200, seed: 70 + UInt64(device))
    }
    let structure = TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 0)
    let fitter = try SharedTwinFitter(embedding: 2, epochs: 40)
    let shared = try fitter.fit(traces, seed: 3, structure: structure)
    for (device, trace) in traces.enumerated() {
      let fit = try fitter.fit(
        shared, numbers: shared.embeddings[device], to: trace, seed: 3, device: device, choices: ["shared"])
      let report = fit.report
      #expect(report.acceptance.verdict.outcome == .provisional, "\(report.acceptance.verdict), seed 3")
      #expect(report.structure == structure && report.choices == ["shared"] && report.likelihoodEpochs == shared.epochs)
      // The same twin, in units of its own.
      var (own, common) = (TwinState(fit.parameters), TwinState(try shared.twin(shared.embeddings[device])))
      for drive in trace.drives.prefix(300) {
        let (a, b) = (own.step(drive: drive, noise: 0.5), common.step(drive: drive, noise: 0.5))
        #expect((a - b).magnitude < 1e-3)
      }
    }
    // The numbers of one device do not do for another.
    let wrong = try fitter.fit(shared, numbers: shared.embeddings[0], to: traces[3], seed: 3, device: 3)
    #expect(wrong.report.acceptance.verdict.outcome == .refused)
  }

  @Test func badTracesAreLeftOut() throws {
    var traces = (0..<3).map { leaky(gain: 1 + 0.4 * Double($0), rate: 0.3, steps: 600, seed: 30 + UInt64($0)) }
    traces[1].responses = traces[1].responses.map { _ in 0 }
    let structure = TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 0)
    let fitter = try SharedTwinFitter(embedding: 1, epochs: 2)
    var left: [Int] = []
    let shared = try fitter.fit(traces, seed: 1, structure: structure, leftOut: { device, _ in left.append(device) })
    #expect(left == [1] && shared.embeddings.count == 2)
    #expect(throws: TwinFitError.self) { try fitter.fit(traces, seed: 1, structure: structure) }
    #expect(throws: TwinFitError.badOption("traces")) {
      try fitter.fit(Array(traces.prefix(2)), seed: 1, structure: structure, leftOut: { _, _ in })
    }
    #expect(throws: TwinFitError.cancelled) {
      try fitter.fit([traces[0], traces[2]], seed: 1, structure: structure, cancelled: { true })
    }
  }

  @Test func observablesWithoutNoiseHaveNone() throws {
    let traces = (0..<2).map { device -> DeviceTrace in
      let noisy = leaky(gain: 1 + Double(device), rate: 0.3, steps: 800, seed: 40 + UInt64(device))
      let quiet = leaky(gain: 1, rate: 0.2 + 0.1 * Double(device), noise: 0, steps: 800, seed: 40 + UInt64(device))
      return DeviceTrace(
        drives: quiet.drives, responses: zip(quiet.responses, noisy.responses).flatMap { [$0, $1] }, driveCount: 1,
        responseCount: 2)
    }
    var options = TwinFitOptions()
    options.noiseOn = [1]
    let shared = try SharedTwinFitter(embedding: 2, epochs: 10, options: options).fit(
      traces, seed: 1, structure: TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 0))
    #expect(shared.likelihoods.allSatisfy { $0.isFinite })
    #expect(try shared.twin(shared.embeddings[0]).noisyRows == [1])
  }
}
