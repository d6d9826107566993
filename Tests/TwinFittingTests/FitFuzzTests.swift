import Numerics
import Testing
import TwinFitting

@Suite struct FitFuzzTests {
  // Whatever the trace, a fit returns a twin or a named error, and its report holds numbers.
  @Test(arguments: 0..<60) func anyTraceIsAnswered(_ seed: UInt64) {
    var random = RandomStream(seed: seed, stream: 77)
    let count = Int(random.below(900))
    let size = [1.0, 1.0, 1.0, 1e-4, 50, 1e30][Int(random.below(6))]
    var drives = (0..<count).map { _ in Float(random.uniform(in: -1...1)) }
    var responses = (0..<count).map { _ in Float(size * random.normal()) }
    if random.below(3) == 0 { drives = drives.map { _ in 0.5 } }
    if random.below(3) == 0 { responses = responses.map { $0 > 0 ? 1 : -1 } }
    if random.below(6) == 0, count > 0 { responses[Int(random.below(UInt32(count)))] = .infinity }
    var segments: [Range<Int>] = []
    var start = 0
    while start < count {
      let end = min(count + (random.below(40) == 0 ? 3 : 0), start + 1 + Int(random.below(300)))
      segments.append(start..<max(start, end))
      start = end + Int(random.below(3))
    }
    let repeats = (0..<Int(random.below(3))).map { _ in (0..<Int(random.below(4))).map { _ in Int(random.below(9)) } }
    let trace = DeviceTrace(drives: drives, responses: responses, segments: segments, repeats: repeats)
    var options = FitErrorTests.quick()
    options.horizon = 1 + Int(random.below(30))
    options.responseDelays = Int(random.below(8))
    options.driveDelays = Int(random.below(8))
    do throws(TwinFitError) {
      let report = try TwinFitter().fit(trace, options: options, seed: seed).report
      #expect(report.oneStepError.isFinite, "seed \(seed)")
      #expect(report.residualDeviation.isFinite, "seed \(seed)")
      if let free = report.freeRun { #expect(free.meanError.isFinite && free.deviationError.isFinite, "seed \(seed)") }
    } catch {
      #expect(!error.description.isEmpty)
    }
  }
}
