import Numerics
import Testing
import TwinFitting

@Suite struct MomentErrorTests {
  func error(_ data: MomentData, _ change: (inout MomentFitOptions) -> Void = { _ in }) -> MomentFitError? {
    var options = MomentSamples.quick()
    (options.driftEpochs, options.diffusionEpochs, options.polishEpochs) = (1, 1, 1)
    change(&options)
    do throws(MomentFitError) {
      _ = try MomentTwinFitter().fit(data, options: options, seed: 1)
      return nil
    } catch {
      return error
    }
  }

  /// A good point but for one thing.
  func bad(_ change: (inout MomentPoint) -> Void) -> MomentFitError? {
    var data = MomentData(stateCount: 2, driveCount: 1)
    for k in 0..<30 {
      var point = MomentPoint(
        mean: [Double(k % 5), 1 - Double(k % 7)], covariance: [0.1, 0.02, 0.02, 0.2], drive: [Double(k % 3)],
        nextMean: [Double(k % 5) + 0.1, 1], nextCovariance: [0.2, 0.02, 0.02, 0.3], replicates: 20, sequence: k)
      if k == 13 { change(&point) }
      data.append(
        mean: point.mean, covariance: point.covariance, drive: point.drive, nextMean: point.nextMean,
        nextCovariance: point.nextCovariance, replicates: point.replicates)
    }
    return error(data)
  }

  @Test func badMomentsAreNamed() {
    #expect(bad { _ in } == nil)
    #expect(bad { $0.mean[0] = .nan } == .notFinite(point: 13))
    #expect(bad { $0.nextCovariance[3] = .infinity } == .notFinite(point: 13))
    #expect(bad { $0.drive[0] = -.infinity } == .notFinite(point: 13))
    #expect(bad { $0.replicates = 3 } == .tooFewReplicates(point: 13, replicates: 3, needed: 8))
    for change: (inout MomentPoint) -> Void in [
      { $0.mean.removeLast() }, { $0.covariance.append(0) }, { $0.drive = [] }, { $0.nextMean = [] },
      { $0.nextCovariance.removeAll() },
    ] {
      guard case .sizes(point: 13, _) = bad(change) else {
        Issue.record("sizes")
        continue
      }
    }
    for change: (inout MomentPoint) -> Void in [
      { $0.covariance[0] = -0.1 }, { $0.nextCovariance[3] = -1e-9 }, { $0.nextCovariance[1] = 0.05 },
      { ($0.covariance[1], $0.covariance[2]) = (0.9, 0.9) },
    ] {
      guard case .covariance(point: 13, _) = bad(change) else {
        Issue.record("covariance")
        continue
      }
    }
    #expect(bad { $0.covariance[0] = -0.1 }?.description.contains("variance -0.1 of state 0") == true)
  }

  @Test func badSetsAreNamed() {
    #expect(error(MomentData(stateCount: 1, driveCount: 0)) == .tooFewPoints(points: 0, needed: 20))
    #expect(error(MomentSamples.random(1, points: 19)) == .tooFewPoints(points: 19, needed: 20))
    #expect(error(MomentData(stateCount: 0, driveCount: 0)) == .badOption("stateCount"))
    #expect(error(MomentData(stateCount: 1, driveCount: -1)) == .badOption("driveCount"))
    #expect(error(MomentData(stateCount: 1, driveCount: 0, timeStep: 0)) == .badOption("timeStep"))
    var still = MomentData(stateCount: 1, driveCount: 0)
    for _ in 0..<30 {
      still.append(mean: [1], covariance: [0], drive: [], nextMean: [1], nextCovariance: [0], replicates: 9)
    }
    #expect(error(still) == .noResponse(state: 0))
    var data = MomentData(stateCount: 2, driveCount: 1)
    #expect(throws: MomentFitError.self) { try data.append(states: [1, 2, 3, 4], drives: [0], replicates: 2) }
    #expect(throws: MomentFitError.self) { try data.append(states: [], drives: [], replicates: 0) }
    #expect(throws: MomentFitError.self) { try data.append(states: [1, 2, 3], drives: [0, 1], replicates: 3) }
  }

  @Test func badOptionsAreNamed() {
    let data = MomentSamples.random(2)
    #expect(error(data) { $0.substeps = 0 } == .badOption("substeps"))
    #expect(error(data) { $0.driftWidths = [] } == .badOption("driftWidths"))
    #expect(error(data) { $0.diffusionWidths = [0] } == .badOption("diffusionWidths"))
    #expect(error(data) { $0.spread = -1 } == .badOption("spread"))
    #expect(error(data) { $0.rate = .nan } == .badOption("rate"))
    #expect(error(data) { $0.heldOut = 0.9 } == .badOption("heldOut"))
    #expect(error(data) { $0.threads = 0 } == .badOption("threads"))
  }
}
