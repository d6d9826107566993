import Numerics
import Testing
import TwinFitting

@Suite struct SampleSizeCurveTests {
  @Test func exactDecayIsFound() throws {
    let points = [5.0, 10, 20, 40].map { SampleSizeCurve.Point(seconds: $0, mean: (0.0016 + 0.2 / $0).squareRoot()) }
    let curve = SampleSizeCurve(points)
    let decay = try #require(curve.mean)
    #expect(abs(decay.limit - 0.04) < 1e-6)
    #expect(abs(decay.slope - 0.2) < 1e-6)
    // 0.1^2 = 0.0016 + 0.2 / s: s = 23.8.
    guard case .seconds(let seconds) = curve.prediction(decay, wanted: 0.1) else {
      Issue.record("no prediction")
      return
    }
    #expect(abs(seconds - 0.2 / 0.0084) < 1e-3)
    #expect(curve.prediction(decay, wanted: 0.3) == .reached(seconds: 5))
    guard case .never(let limit) = curve.prediction(decay, wanted: 0.03) else {
      Issue.record("0.03 cannot be reached")
      return
    }
    #expect(abs(limit - 0.04) < 1e-6)
    #expect(curve.deviation == nil)
  }

  @Test func risingErrorsHaveNoSlope() throws {
    let curve = SampleSizeCurve([10.0, 20, 40].map { .init(seconds: $0, deviation: 0.1 + $0 / 1000) })
    let decay = try #require(curve.deviation)
    #expect(decay.slope == 0)
    #expect(curve.prediction(decay, wanted: 0.05) == .never(limit: decay.limit))
  }

  @Test func steepDecayHasNoLimit() throws {
    let curve = SampleSizeCurve([10.0, 20, 40].map { .init(seconds: $0, autocovariance: 1 / $0) })
    let decay = try #require(curve.autocovariance)
    #expect(decay.limit == 0)
    guard case .seconds(let seconds) = curve.prediction(decay, wanted: 0.001) else {
      Issue.record("no prediction")
      return
    }
    #expect(seconds > 40)
  }

  @Test func sentences() {
    let limits = AcceptanceLimits()
    func sentence(_ points: [SampleSizeCurve.Point]) -> String { SampleSizeCurve(points).sentence(for: limits) }
    #expect(sentence([]).contains("cannot be said"))
    #expect(sentence([.init(seconds: 10, mean: 0.1)]).contains("cannot be said"))
    #expect(sentence([.init(seconds: 10, mean: 0.05), .init(seconds: 20, mean: 0.03)]).contains("10.0 s"))
    let slow = [15.0, 30, 60].map { SampleSizeCurve.Point(seconds: $0, mean: (0.02 * 60 / $0).squareRoot()) }
    // 0.02 * 60 / s = 0.01: 120 s.
    #expect(sentence(slow).contains("about 120 s"), "\(sentence(slow))")
    let floor = [15.0, 30, 60].map { SampleSizeCurve.Point(seconds: $0, mean: 0.02, autocovariance: 0.2) }
    #expect(sentence(floor).contains("no length of recording"), "\(sentence(floor))")
    #expect(sentence(floor).contains("autocovariance error"))
  }

  @Test func oddPointsAreDropped() {
    let curve = SampleSizeCurve([
      .init(seconds: .nan, mean: 1), .init(seconds: -4, mean: 1), .init(seconds: 10, mean: .infinity),
      .init(seconds: 20, mean: 0.2),
    ])
    #expect(curve.points.count == 2)
    #expect(curve.mean == nil)
    #expect(curve.prediction(for: AcceptanceLimits()) == .unknown)
  }
}
