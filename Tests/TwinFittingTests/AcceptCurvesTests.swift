import Foundation
import Numerics
import Testing
import TwinFitting

@Suite struct AcceptCurvesTests {
  @Test func bandsAndPortraitsByHand() throws {
    let device = RepeatEnsemble(repeats: 2, steps: 3, values: [0, 1, 2, 2, 3, 6])
    let twin = RepeatEnsemble(repeats: 2, steps: 3, values: [1, 1, 1, 3, 3, 3])
    let residuals: [Float] = [0.05, -0.05, -9, 9, .nan, 3.99]
    let report = ResidualJudge().report(residuals)
    let curves = AcceptanceCurves(
      inputs: [HeldOutInput(drives: [0.1, 0.2, 0.3], device: device)], twins: [twin], residuals: residuals,
      report: report)
    let band = try #require(curves.inputs.first?.observables.first)
    #expect(curves.inputs.first?.drives == [0.1, 0.2, 0.3])
    #expect(band.deviceMean == [1, 2, 4] && band.twinMean == [2, 2, 2])
    let root = Float(2).squareRoot()
    for (value, wanted) in zip(band.deviceDeviation, [root, root, 2 * root]) { #expect(abs(value - wanted) < 1e-5) }
    let observable = try #require(curves.observables.first)
    // Both repeats move together.
    for value in observable.deviceAutocovariance { #expect(abs(value - 1) < 1e-5) }
    #expect(observable.devicePortrait == [0, 1, 1, 2, 2, 3, 3, 6])
    #expect(observable.histogram.reduce(0, +) == residuals.count)
    #expect(observable.histogram[20] == 1 && observable.histogram[19] == 1 && observable.histogram[0] == 1)
    #expect(observable.histogram[39] == 3)
  }

  @Test func capsAndAutocovariance() throws {
    let device = (0..<6).map { AcceptTripleTests.ensemble(30, memory: 0.8, seed: UInt64($0)) }
    let twin = (0..<6).map { AcceptTripleTests.ensemble(240, memory: 0.5, seed: 50 + UInt64($0)) }
    let curves = AcceptanceCurves(
      inputs: device.map { HeldOutInput(drives: [Float](repeating: 0, count: 60), device: $0) }, twins: twin,
      residuals: [], report: ResidualJudge().report([]))
    #expect(curves.inputs.count == 4)
    let observable = try #require(curves.observables.first)
    for (values, memory) in [(observable.deviceAutocovariance, 0.8), (observable.twinAutocovariance, 0.5)] {
      var wanted = 1.0
      for lag in 0..<10 {
        #expect(abs(Double(values[lag]) - wanted) < 0.1)
        wanted *= memory
      }
    }
    for portrait in [observable.devicePortrait, observable.twinPortrait] {
      #expect(portrait.count <= 2000 && portrait.count > 1000)
    }
    let data = try JSONEncoder().encode(curves)
    #expect(try JSONDecoder().decode(AcceptanceCurves.self, from: data) == curves)
  }

  @Test func noiseAgainstDrive() {
    var random = RandomStream(seed: 2, stream: 2)
    let drives = (0..<4000).map { _ in Float(random.uniform(in: -1...1)) }
    let errors = drives.map { (0.1 + abs($0)) * Float(random.normal()) }
    let curve = AcceptanceCurves.NoiseCurve(
      grid: [-1, 0, 1], twinDeviation: [1.1, 0.1, 1.1], drives: drives + [.nan], errors: errors + [1])
    #expect(curve.binCount.reduce(0, +) == 4000)
    for (drive, deviation) in zip(curve.binDrive, curve.binDeviation) {
      #expect(abs(deviation - (0.1 + abs(drive))) < 0.2 * (0.1 + abs(drive)) + 0.03)
    }
    #expect(AcceptanceCurves.NoiseCurve(grid: [], twinDeviation: [], drives: [], errors: []).binDrive.isEmpty)
  }
}
