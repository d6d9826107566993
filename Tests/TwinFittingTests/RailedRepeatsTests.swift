import Testing
import TwinFitting

/// Repeats that touch a rail of the converter judge whole.
@Suite struct RailedRepeatsTests {
  private func options() -> TwinFitOptions {
    var options = TwinFitOptions()
    (options.driveDelays, options.responseDelays, options.auxiliaries) = (0, 0, 0)
    (options.driftEpochs, options.diffusionEpochs) = (10, 10)
    return options
  }

  @Test func areJudgedFromEndToEnd() throws {
    var trace = TraceCheckTests.good()
    trace.responses = trace.responses.map { min(1, max(-1, $0 * 1.6)) }
    let inputs = trace.repeats.map { group in group.map { trace.segments[$0] } }
    let railed = inputs.map { $0.joined().filter { trace.responses[$0].magnitude >= 0.9995 }.count }
    try #require((railed.last ?? 0) > 0, "\(railed)")
    let report = try TwinFitter().fit(trace, options: options(), seed: 1).report
    // Every repeat of the judging input, not the pieces between the rails; the first sample is the twin's start.
    #expect(report.curves.inputs.map(\.drives.count) == [(inputs.last?[0].count ?? 0) - 1])
    #expect(report.freeRun?.inputs == 1 && report.freeRun?.repeats == 8)
  }

  @Test func teachNothingWhereTheyJudge() throws {
    var trace = TraceCheckTests.good()
    trace.responses = trace.responses.map { min(1, max(-1, $0 * 1.6)) }
    let options = options()
    let checked = try TraceCheck(options.check).check(trace)
    let judging = Set(try #require(trace.repeats.last))
    func samples(_ wanted: (Int) -> Bool) -> Int {
      zip(checked.trace.segments, checked.origins).reduce(0) { sum, piece in
        // A window and the sample before it.
        sum + (wanted(piece.1) && piece.0.count > options.horizon ? piece.0.count - 1 : 0)
      }
    }
    try #require(samples { judging.contains($0) } > 0)
    let report = try TwinFitter().fit(trace, options: options, seed: 1).report
    #expect(report.trainingSamples + report.heldOutSamples == samples { !judging.contains($0) })
  }
}
