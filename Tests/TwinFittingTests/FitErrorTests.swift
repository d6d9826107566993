import Numerics
import Testing
import TwinFitting
import TwinModel

@Suite struct FitErrorTests {
  /// A small fit of a given structure.
  static func quick(_ driveDelays: Int? = 1, _ responseDelays: Int? = 1, _ auxiliaries: Int? = 0) -> TwinFitOptions {
    var options = TwinFitOptions()
    options.driftEpochs = 4
    options.diffusionEpochs = 2
    options.driftWidths = [8]
    options.diffusionWidths = [4]
    options.driveDelays = driveDelays
    options.responseDelays = responseDelays
    options.auxiliaries = auxiliaries
    options.ensembleSteps = 2
    options.freeRuns = 32
    return options
  }

  func error(_ trace: DeviceTrace, _ options: TwinFitOptions = quick()) -> TwinFitError? {
    do throws(TwinFitError) {
      _ = try TwinFitter().fit(trace, options: options, seed: 1, device: 7)
      return nil
    } catch {
      return error
    }
  }

  func traceError(_ trace: DeviceTrace) -> TraceError? {
    guard case .trace(device: 7, let reason) = error(trace) else { return nil }
    #expect(TwinFitError.trace(device: 7, reason).description.hasPrefix("device 7: \(reason)"))
    return reason
  }

  @Test func badTracesAreNamed() {
    let good = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 2000, inputs: 0)
    #expect(error(good) == nil)
    var trace = good
    trace.responses = trace.responses.map { _ in 0.25 }
    #expect(traceError(trace) == .noResponse)
    trace = good
    trace.drives = trace.drives.map { _ in 0.5 }
    #expect(traceError(trace) == .constantDrive(level: 0.5))
    trace = good
    for sample in stride(from: 0, to: 2000, by: 10) { trace.responses[sample] = .nan }
    #expect(traceError(trace) == .notFinite(share: 0.1, limit: 0.05, first: 0))
    trace = good
    for sample in 0..<800 { trace.responses[sample] = -1 }
    guard case .saturated(_, _, 800, _) = traceError(trace) else {
      Issue.record("\(String(describing: error(trace)))")
      return
    }
    guard case .tooShort = traceError(SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 60, inputs: 0)) else {
      Issue.record("60 samples are too few")
      return
    }
    guard case .tooShort(transitions: 0, _, _) = traceError(DeviceTrace(drives: [], responses: [])) else {
      Issue.record("no samples are too few")
      return
    }
  }

  @Test func tracesThatDoNotFitTogether() {
    let good = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 1000, inputs: 0)
    var broken = [good, good, good, good, good, good]
    broken[0].drives.removeLast()
    broken[1].segments = [0..<3000]
    broken[2].repeats = [[0, 5]]
    broken[3].responseCount = 3
    broken[4].driveCount = 0
    broken[5].samplePeriod = -1
    for (index, trace) in broken.enumerated() {
      guard case .malformed = traceError(trace) else {
        Issue.record("trace \(index): \(String(describing: error(trace)))")
        continue
      }
    }
  }

  @Test func flawsThatCanBeLeftOutAre() throws {
    var trace = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 2000, inputs: 0)
    trace.responses[700] = .nan
    trace.drives[900] = .infinity
    let fit = try TwinFitter().fit(trace, options: Self.quick(), seed: 1)
    #expect(fit.report.findings.list.contains { $0.kind == .notFinite && $0.count == 2 })
    #expect(fit.report.oneStepError.isFinite)
    // Pieces too short to predict from do not count.
    trace.segments = stride(from: 0, to: 2000, by: 8).map { $0..<($0 + 8) }
    #expect(error(trace) == .tooShort(device: 7, samples: 0, needed: 200))
  }

  @Test func saturationIsCounted() throws {
    var trace = SimulatedDevice.leakyIntegrator.trace(seed: 2, long: 2000, inputs: 0)
    for sample in 0..<500 { trace.responses[sample] = 1 }
    let fit = try TwinFitter().fit(trace, options: Self.quick(), seed: 1)
    #expect(abs(fit.report.saturatedFraction - 0.25) < 0.02)
  }

  @Test func badOptionsAreNamed() {
    let trace = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 1000, inputs: 0)
    let changes: [(String, (inout TwinFitOptions) -> Void)] = [
      ("horizon", { $0.horizon = 0 }), ("driftWidths", { $0.driftWidths = [] }),
      ("driftWidths", { $0.driftWidths = [0] }), ("diffusionWidths", { $0.diffusionWidths = [4, 4, 4, 4, 4] }),
      ("responseDelays", { $0.responseDelays = 90 }), ("driveDelays", { $0.driveDelays = -1 }),
      ("auxiliaries", { $0.auxiliaries = 5 }), ("substeps", { $0.substeps = 0 }), ("noise", { $0.noise = .none }),
      ("noiseSources", { $0.noiseSources = 9 }), ("batchWindows", { $0.batchWindows = 0 }),
      ("driftRate", { $0.driftRate = .nan }), ("diffusionRate", { $0.diffusionRate = 0 }),
      ("refinement", { $0.refinement = 2 }), ("heldOut", { $0.heldOut = 0.9 }), ("restarts", { $0.restarts = 0 }),
      ("freeRuns", { $0.freeRuns = 1 }), ("trialShare", { $0.trialShare = 0 }), ("patience", { $0.patience = 0 }),
      ("driftEpochs", { $0.driftEpochs = 0 }), ("ensembleRate", { $0.ensembleRate = -1 }),
      (
        "auxiliaries",
        {
          $0.auxiliaries = 1
          $0.solver = .rungeKutta2
        }
      ),
    ]
    for (name, change) in changes {
      var options = Self.quick()
      change(&options)
      #expect(error(trace, options) == .badOption(name))
      #expect(TwinFitError.badOption(name).description.contains(name))
    }
  }

  @Test func cancelling() {
    let trace = SimulatedDevice.leakyIntegrator.trace(seed: 2, long: 2000, inputs: 0)
    #expect(throws: TwinFitError.cancelled) {
      try TwinFitter().fit(trace, options: Self.quick(), seed: 1, cancelled: { true })
    }
    // While the structure is still open there is nothing to give.
    var asked = 0
    #expect(throws: TwinFitError.cancelled) {
      try TwinFitter().fit(
        trace, options: Self.quick(nil, 1), seed: 1,
        cancelled: {
          asked += 1
          return asked > 3
        })
    }
  }

  @Test func anInterruptedFitGivesTheBestSoFar() throws {
    let trace = SimulatedDevice.leakyIntegrator.trace(seed: 2, long: 2000, inputs: 0)
    var options = Self.quick()
    options.driftEpochs = 60
    options.diffusionEpochs = 60
    for phase in [FitProgress.Phase.drift, .likelihood] {
      var stop = false
      let fit = try TwinFitter().fit(
        trace, options: options, seed: 1, progress: { if $0.phase == phase, $0.epoch == 5 { stop = true } },
        cancelled: { stop })
      #expect(fit.report.interrupted)
      #expect(phase == .drift ? fit.report.driftEpochs == 5 : fit.report.likelihoodEpochs == 5)
      #expect(fit.report.oneStepError < 0.5 * fit.report.persistenceError + 0.2)
    }
    let whole = try TwinFitter().fit(trace, options: Self.quick(), seed: 1)
    #expect(!whole.report.interrupted)
  }

  @Test func oneFailureLeavesTheOthers() {
    let good = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 1500, inputs: 0)
    let dead = DeviceTrace(drives: good.drives, responses: good.drives.map { _ in 0 })
    let results = TwinFitter().fitAll([good, dead, good], options: Self.quick(), seed: 1)
    #expect((try? results[0].get()) != nil)
    #expect(results[1] == .failure(.trace(device: 1, .noResponse)))
    #expect((try? results[2].get()) != nil)
  }
}
