import Foundation
import Numerics
import Testing
import TwinFitting

@Suite struct AcceptVerdictTests {
  static func triple(offset: Double = 0, deviation: Double = 1, memory: Double = 0.7, repeats: Int = 24)
    -> AcceptanceTriple?
  {
    let devices = (0..<5).map { AcceptTripleTests.ensemble(repeats, seed: 10 + UInt64($0)) }
    let twins = (0..<5).map {
      AcceptTripleTests.ensemble(
        max(64, 8 * repeats), mean: offset, deviation: deviation, memory: memory, seed: 30 + UInt64($0))
    }
    return TripleJudge().triple(devices, twins: twins, responseDeviations: [2])
  }

  static func residuals(mean: Double = 0, deviation: Double = 1, memory: Double = 0, error: Double = 0.2)
    -> ResidualReport
  {
    ResidualJudge().report(
      AcceptResidualTests.noise(3000, mean: mean, deviation: deviation, memory: memory, seed: 5),
      oneStepError: error, persistenceError: 0.5)
  }

  func codes(_ triple: AcceptanceTriple?, _ residuals: ResidualReport) -> (Verdict.Outcome, [Verdict.Reason.Code]) {
    let verdict = AcceptanceJudge().report(triple, residuals).verdict
    for reason in verdict.reasons { #expect(reason.text.count > 20) }
    return (verdict.outcome, verdict.reasons.filter { $0.refuses }.map(\.code))
  }

  @Test func outcomes() throws {
    #expect(codes(Self.triple(), Self.residuals()) == (.accepted, []))
    #expect(codes(nil, Self.residuals()) == (.provisional, []))
    // Two repeats are too few to judge a spread by.
    #expect(codes(Self.triple(repeats: 2), Self.residuals()) == (.provisional, []))
    #expect(codes(Self.triple(offset: 0.8), Self.residuals()) == (.refused, [.meanError]))
    #expect(codes(Self.triple(deviation: 1.8), Self.residuals()) == (.refused, [.deviationError]))
    #expect(codes(Self.triple(memory: 0.98), Self.residuals()).1.contains(.autocovarianceError))
    #expect(codes(nil, Self.residuals(mean: 0.3)) == (.refused, [.residualMean]))
    #expect(codes(nil, Self.residuals(mean: -0.3)) == (.refused, [.residualMean]))
    #expect(codes(nil, Self.residuals(deviation: 0.6)) == (.refused, [.residualDeviation]))
    #expect(codes(nil, Self.residuals(deviation: 1.6)) == (.refused, [.residualDeviation]))
    #expect(codes(nil, Self.residuals(memory: 0.6)) == (.refused, [.whiteness]))
    #expect(codes(nil, Self.residuals(error: 0.6)) == (.refused, [.persistence]))
    #expect(codes(nil, Self.residuals(error: .nan)) == (.refused, [.notFinite]))
    #expect(codes(nil, ResidualJudge().report([])) == (.refused, [.noHeldOut]))
  }

  /// What the data cannot tell from the limit is not refused.
  @Test func intervalsProtect() {
    var limits = AcceptanceLimits()
    limits.residualDeviation = 0.9...1.01
    let few = ResidualJudge(limits: limits).report(AcceptResidualTests.noise(150, deviation: 1.05, seed: 9))
    #expect(AcceptanceJudge(limits: limits).report(nil, few).verdict.outcome == .provisional)
    let many = ResidualJudge(limits: limits).report(AcceptResidualTests.noise(60_000, deviation: 1.05, seed: 8))
    #expect(AcceptanceJudge(limits: limits).report(nil, many).verdict.outcome == .refused)
  }

  @Test func oneBadObservableOfManyIsSaid() {
    let good = AcceptResidualTests.noise(2000, seed: 1)
    let bad = AcceptResidualTests.noise(2000, mean: 1, seed: 2)
    var values: [Float] = []
    for index in good.indices {
      for observable in 0..<20 { values.append(observable == 7 ? bad[index] : good[index]) }
    }
    let verdict = AcceptanceJudge().report(nil, ResidualJudge().report(values, observables: 20)).verdict
    #expect(verdict.outcome == .provisional)
    #expect(verdict.reasons.contains { $0.code == .residualMean && $0.observable == 7 && !$0.refuses })
  }

  @Test func warningsOfTheTraceAreKept() {
    var findings = TraceFindings()
    findings.list = [.init(kind: .mixedDevices, severity: .warning, count: 1, text: "segments 1 and 2 differ a lot")]
    let report = AcceptanceJudge().report(Self.triple(), Self.residuals(), findings: findings)
    #expect(report.verdict.outcome == .accepted)
    #expect(report.verdict.reasons.map(\.code) == [.traceWarning])
  }

  @Test func reportsSurviveJSON() throws {
    let mad = RepeatEnsemble(repeats: 24, steps: 60, values: [Float](repeating: .infinity, count: 1440))
    let triple = TripleJudge().triple([AcceptTripleTests.ensemble(8, seed: 1)], twins: [mad])
    for (triple, residuals) in [
      (Self.triple(), Self.residuals()), (triple, ResidualJudge().report([.nan, 1, .infinity])),
      (nil, Self.residuals()),
    ] {
      let report = AcceptanceJudge().report(triple, residuals)
      let data = try JSONEncoder().encode(report)
      #expect(try JSONDecoder().decode(AcceptanceReport.self, from: data) == report)
    }
  }
}
