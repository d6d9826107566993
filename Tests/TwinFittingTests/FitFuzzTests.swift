import Numerics
import Testing
import TwinFitting
import TwinModel

@Suite struct FitFuzzTests {
  // Whatever the trace and the options, a fit returns a twin or a named error, and its report holds numbers.
  @Test func anyTraceIsAnswered() {
    var twins = 0
    for seed in UInt64(0)..<150 {
      var random = RandomStream(seed: seed, stream: 77)
      let trace = Self.trace(&random)
      let options = Self.options(&random)
      do throws(TwinFitError) {
        Self.check(try TwinFitter().fit(trace, options: options, seed: seed), trace, seed)
        twins += 1
      } catch {
        #expect(!error.description.isEmpty, "seed \(seed)")
      }
    }
    #expect(twins >= 30, "\(twins) of 150 traces gave a twin")
  }

  private static func check(_ fit: TwinFit, _ trace: DeviceTrace, _ seed: UInt64) {
    let report = fit.report
    #expect(report.oneStepError.isFinite && report.likelihood.isFinite, "seed \(seed)")
    #expect(report.residualDeviation.isFinite, "seed \(seed)")
    if let free = report.freeRun { #expect(free.meanError.isFinite && free.deviationError.isFinite, "seed \(seed)") }
    #expect(fit.parameters.observables == trace.responseCount, "seed \(seed)")
    var state = TwinState(fit.parameters)
    let stepped = state.step(
      drives: [Float](repeating: 0.3, count: trace.driveCount),
      noise: [Float](repeating: 0.5, count: state.noisesPerStep))
    #expect(stepped && state.responses.allSatisfy { $0.isFinite }, "seed \(seed)")
  }

  private static func below(_ bound: Int, _ random: inout RandomStream) -> Int { Int(random.below(UInt32(bound))) }

  static func trace(_ random: inout RandomStream) -> DeviceTrace {
    let count = [below(300, &random), 300 + below(900, &random), 300 + below(900, &random)][below(3, &random)]
    let width = [1, 1, 1, 2, 5][below(5, &random)]
    let driven = 1 + below(2, &random)
    let size = [1.0, 1.0, 1.0, 1e-4, 50, 1e30][below(6, &random)]
    var drives = (0..<(count * driven)).map { _ in Float(random.uniform(in: -1...1)) }
    var responses = (0..<(count * width)).map { _ in Float(size * random.normal()) }
    // Most traces are of a device, with flaws.
    if below(4, &random) > 0 {
      var x = [Double](repeating: 0, count: width)
      for sample in 0..<count {
        for i in 0..<width {
          x[i] = 0.7 * x[i] + 0.3 * Double(drives[sample * driven]) + 0.05 * random.normal()
          responses[sample * width + i] = Float(x[i])
        }
      }
    }
    if below(8, &random) == 0 { drives = drives.map { _ in 0.5 } }
    if below(8, &random) == 0 { responses = responses.map { $0 > 0 ? 1 : -1 } }
    if below(4, &random) == 0, count > 0 { responses[below(count * width, &random)] = .infinity }
    if below(12, &random) == 0, !responses.isEmpty { responses.removeLast() }
    var segments: [Range<Int>] = []
    var start = 0
    while start < count {
      let end = min(count + (below(40, &random) == 0 ? 3 : 0), start + 1 + below(300, &random))
      segments.append(start..<max(start, end))
      start = end + below(3, &random)
    }
    let repeats = (0..<below(3, &random)).map { _ in
      (0..<below(4, &random)).map { _ in below(segments.count + 1, &random) }
    }
    return DeviceTrace(
      drives: drives, responses: responses, driveCount: driven, responseCount: width,
      segments: below(3, &random) == 0 ? segments : nil, repeats: below(4, &random) == 0 ? repeats : [])
  }

  static func options(_ random: inout RandomStream) -> TwinFitOptions {
    var options = FitErrorTests.quick()
    options.driftEpochs = 1 + below(3, &random)
    options.horizon = 1 + below(30, &random)
    options.responseDelays = below(8, &random)
    options.driveDelays = below(8, &random)
    options.solver = TwinSolver.allCases[below(3, &random)]
    options.substeps = 1 + below(2, &random)
    options.noise = below(3, &random) == 0 ? .full : .diagonal
    options.noiseSources = 1 + below(3, &random)
    options.auxiliaries = below(3, &random)
    if options.solver != .eulerMaruyama || options.substeps > 1 || options.noise == .full { options.auxiliaries = nil }
    options.activation = Activation.allCases[below(3, &random)]
    options.driftWidths = (0..<(1 + below(2, &random))).map { _ in 1 + below(12, &random) }
    options.diffusionWidths = below(3, &random) == 0 ? nil : (0..<below(2, &random)).map { _ in 1 + below(6, &random) }
    options.batchWindows = 1 + below(70, &random)
    options.heldOut = random.uniform(in: 0.05...0.5)
    options.ensembleLoss =
      [nil, TwinFitOptions.EnsembleLoss.none, .moments, .features, .adversarial][below(5, &random)]
    options.restarts = 1 + below(2, &random)
    options.check.allowsConstantDrive = below(2, &random) == 0
    options.check.mixedDevices = .ignore
    return options
  }
}
