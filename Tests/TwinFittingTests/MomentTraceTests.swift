import Numerics
import Testing
import TwinFitting

@Suite struct MomentTraceTests {
  @Test func repeatsBecomeMoments() throws {
    let trace = DeviceTrace(
      drives: [9, 1, 2, 9, 1, 2, 9, 1, 2], responses: [0, 1, 2, 0, 3, 2, 0, 2, 8], segments: [0..<3, 3..<6, 6..<9],
      repeats: [[0, 1, 2]])
    let data = try MomentData(trace, leastReplicates: 3, timeStep: 0.5)
    #expect(data.timeStep == 0.5)
    #expect(data.points.count == 2)
    #expect(data.points[0].mean == [0])
    #expect(data.points[0].covariance == [0])
    // The drive held while the second reading came about.
    #expect(data.points[0].drive == [1])
    #expect(data.points[0].nextMean == [2])
    #expect(data.points[0].nextCovariance == [1])
    #expect(data.points[1].mean == [2])
    #expect(data.points[1].nextMean == [4])
    #expect(data.points[1].nextCovariance == [12])
    #expect(data.points[1].replicates == 3)
    #expect(throws: MomentFitError.self) { try MomentData(trace, leastReplicates: 4) }
    var broken = trace
    broken.responses.removeLast()
    #expect(throws: MomentFitError.self) { try MomentData(broken) }
  }

  @Test func aTraceIsFittedByItsMoments() throws {
    // x' = 0.8 x + 0.2 s + 0.05 xi a sample.
    var random = RandomStream(seed: 11, stream: 4)
    var trace = DeviceTrace(drives: [], responses: [], segments: [])
    for _ in 0..<16 {
      let drives = SimulatedDevice.drive(24, &random)
      var group: [Int] = []
      for _ in 0..<25 {
        group.append(trace.segments.count)
        trace.segments.append(trace.drives.count..<(trace.drives.count + 24))
        var x = Float(0.1 * random.normal())
        for s in drives {
          x = 0.8 * x + 0.2 * s + 0.05 * Float(random.normal())
          trace.drives.append(s)
          trace.responses.append(x)
        }
      }
      trace.repeats.append(group)
    }
    let moments = MomentSamples.quick()
    let fit = try TwinFitter().fitMoments(trace, moments: moments, seed: 2)
    #expect(fit.parameters.substeps == 1)
    #expect(fit.report.structure == TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 0))
    let run = try #require(fit.report.freeRun)
    #expect(run.meanError < run.meanErrorFloor + 0.03)
    #expect(run.deviationError < run.deviationErrorFloor + 0.06)
    #expect(abs(fit.report.residualDeviation - 1) < 0.06)
    #expect(abs(fit.report.residualMean) < 0.06)
    let again = try TwinFitter().fitMoments(trace, moments: moments, seed: 2)
    #expect(again.parameters == fit.parameters)
  }

  @Test func aTraceWithoutRepeatsSaysSo() {
    let (trace, _) = SimulatedDevice.linearTrace(seed: 3, samples: 2000)
    do throws(TwinFitError) {
      _ = try TwinFitter().fitMoments(trace, seed: 1)
      Issue.record("fitted")
    } catch {
      guard case .ensemble(device: 0, let reason) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(reason.contains("record repeats"))
    }
  }
}
