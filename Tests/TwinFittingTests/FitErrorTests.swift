import Numerics
import Testing
import TwinFitting

@Suite struct FitErrorTests {
  static func quick() -> TwinFitOptions {
    var options = TwinFitOptions()
    options.driftEpochs = 4
    options.diffusionEpochs = 2
    options.driftWidths = [8]
    options.diffusionWidths = [4]
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

  @Test func badTracesAreNamed() {
    let good = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 2000, inputs: 0)
    #expect(error(good) == nil)
    var trace = good
    trace.responses = trace.responses.map { _ in 0.25 }
    #expect(error(trace) == .noResponse(device: 7))
    trace = good
    trace.responses[700] = .nan
    #expect(error(trace) == .notFinite(device: 7, sample: 700))
    trace = good
    trace.drives.removeLast()
    #expect(error(trace) == .malformed(device: 7))
    trace = good
    trace.segments = [0..<3000]
    #expect(error(trace) == .malformed(device: 7))
    trace = good
    trace.repeats = [[0, 5]]
    #expect(error(trace) == .malformed(device: 7))
    #expect(error(SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 60, inputs: 0)) != nil)
    #expect(error(DeviceTrace(drives: [], responses: [])) == .tooShort(device: 7, samples: 0, needed: 200))
    // Pieces too short to predict from do not count.
    trace = good
    trace.segments = stride(from: 0, to: 2000, by: 8).map { $0..<($0 + 8) }
    #expect(error(trace) == .tooShort(device: 7, samples: 0, needed: 200))
  }

  @Test func badOptionsAreNamed() {
    let trace = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 1000, inputs: 0)
    var options = Self.quick()
    options.horizon = 0
    #expect(error(trace, options) == .badOption("horizon"))
    options = Self.quick()
    options.driftWidths = []
    #expect(error(trace, options) == .badOption("driftWidths"))
    options = Self.quick()
    options.responseDelays = 90
    #expect(error(trace, options) == .badOption("responseDelays"))
  }

  @Test func saturationIsCounted() throws {
    var trace = SimulatedDevice.leakyIntegrator.trace(seed: 2, long: 2000, inputs: 0)
    for sample in 0..<500 { trace.responses[sample] = 1 }
    let fit = try TwinFitter().fit(trace, options: Self.quick(), seed: 1)
    #expect(abs(fit.report.saturatedFraction - 0.25) < 0.02)
  }

  @Test func cancelling() {
    let trace = SimulatedDevice.leakyIntegrator.trace(seed: 2, long: 2000, inputs: 0)
    #expect(throws: TwinFitError.cancelled) {
      try TwinFitter().fit(trace, options: Self.quick(), seed: 1, cancelled: { true })
    }
  }

  @Test func oneFailureLeavesTheOthers() {
    let good = SimulatedDevice.leakyIntegrator.trace(seed: 1, long: 1500, inputs: 0)
    let dead = DeviceTrace(drives: good.drives, responses: good.drives.map { _ in 0 })
    let results = TwinFitter().fitAll([good, dead, good], options: Self.quick(), seed: 1)
    #expect((try? results[0].get()) != nil)
    #expect(results[1] == .failure(.noResponse(device: 1)))
    #expect((try? results[2].get()) != nil)
  }
}
