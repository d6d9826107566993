/// Puts the triple and the residuals together into a verdict.
public struct AcceptanceJudge: Sendable {
  public var limits: AcceptanceLimits

  public init(limits: AcceptanceLimits = AcceptanceLimits()) { self.limits = limits }

  /// - Parameters:
  ///   - triple: nil without repeats.
  ///   - findings: of the trace the twin was fitted to; their warnings go into the reasons.
  public func report(
    _ triple: AcceptanceTriple?, _ residuals: ResidualReport, findings: TraceFindings? = nil
  ) -> AcceptanceReport {
    AcceptanceReport(
      triple: triple, residuals: residuals, limits: limits, verdict: verdict(triple, residuals, findings: findings))
  }

  func verdict(_ triple: AcceptanceTriple?, _ residuals: ResidualReport, findings: TraceFindings?) -> Verdict {
    var reasons: [Verdict.Reason] = []
    if residuals.observables.isEmpty || residuals.observables.contains(where: { $0.count == 0 }) {
      reasons.append(
        .init(
          code: .noHeldOut, refuses: true,
          text: "nothing was held out to judge the twin by: record longer, or hold out a larger share"))
    }
    reasons += ofResiduals(residuals)
    let enough = triple.map { $0.leastRepeats >= limits.leastRepeats } ?? false
    if let triple, enough {
      reasons += ofTriple(triple)
    } else {
      let found = triple.map { "\($0.leastRepeats) repeats of an input" } ?? "no held-out input was measured twice"
      reasons.append(
        .init(
          code: .noRepeats, refuses: false, value: triple.map { Double($0.leastRepeats) },
          limit: Double(limits.leastRepeats),
          text: "\(found), \(limits.leastRepeats) repeats are needed: the spread over runs is not judged; record some "
            + "inputs several times"))
    }
    for warning in findings?.warnings ?? [] where warning.kind != .noRepeats {
      reasons.append(.init(code: .traceWarning, refuses: false, text: warning.text))
    }
    let refused = reasons.contains { $0.refuses }
    let open = reasons.contains { Self.ofTriple.contains($0.code) && !$0.refuses }
    reasons = reasons.filter { $0.refuses } + reasons.filter { !$0.refuses }
    return Verdict(outcome: refused ? .refused : enough && !open ? .accepted : .provisional, reasons: reasons)
  }

  private static let ofTriple: [Verdict.Reason.Code] = [.meanError, .deviationError, .autocovarianceError]

  private func ofTriple(_ triple: AcceptanceTriple) -> [Verdict.Reason] {
    let judged: [(Verdict.Reason.Code, Estimate, Double, String, String)] = [
      (.meanError, triple.mean, limits.mean, "the twin's mean is off", "of the response's standard deviation"),
      (
        .deviationError, triple.deviation, limits.deviation, "the twin's spread over runs is off",
        "of the device's standard deviation"
      ),
      (.autocovarianceError, triple.autocovariance, limits.autocovariance, "the twin's memory of noise is off", ""),
    ]
    return judged.compactMap { code, estimate, limit, what, unit in
      guard estimate.value.isFinite, estimate.excess.isFinite else { return notFinite(what) }
      guard estimate.excess > limit else { return nil }
      let share = unit.isEmpty
      let (value, most) =
        share
        ? (TraceError.number(estimate.excess), TraceError.number(limit))
        : (TraceError.percent(estimate.excess), TraceError.percent(limit))
      // "Not below the limit" is written so that an interval of no width counts.
      let certain = estimate.excessLow >= limit
      return .init(
        code: code, refuses: certain, value: estimate.excess, limit: limit,
        text: "\(what) by \(value)\(share ? "" : " " + unit) on held-out inputs, at most \(most) is allowed"
          + (certain ? "" : "; but so few repeats leave it open: record more of them"))
    }
  }

  private func ofResiduals(_ residuals: ResidualReport) -> [Verdict.Reason] {
    var failing: [Verdict.Reason.Code: [Int]] = [:]
    for (index, observable) in residuals.observables.enumerated() {
      guard observable.mean.value.isFinite, observable.deviation.value.isFinite, observable.whiteness.value.isFinite
      else {
        failing[.notFinite, default: []].append(index)
        continue
      }
      let mean = observable.mean
      if mean.low >= limits.residualMean || mean.high <= -limits.residualMean {
        failing[.residualMean, default: []].append(index)
      }
      let deviation = observable.deviation
      let range = limits.residualDeviation
      if deviation.high < range.lowerBound || deviation.low > range.upperBound {
        failing[.residualDeviation, default: []].append(index)
      }
      if observable.whiteness.excess > limits.whiteness, observable.whiteness.excessLow >= limits.whiteness {
        failing[.whiteness, default: []].append(index)
      }
    }
    var reasons: [Verdict.Reason] = []
    for code in [Verdict.Reason.Code.notFinite, .residualMean, .residualDeviation, .whiteness] {
      guard let list = failing[code], let worst = worst(list, code, residuals) else { continue }
      reasons.append(reason(code, list.count, worst, residuals))
    }
    if let error = residuals.oneStepError, let persistence = residuals.persistenceError {
      if !error.isFinite {
        reasons.append(notFinite("the one-step error"))
      } else if error >= limits.persistence * persistence {
        reasons.append(
          .init(
            code: .persistence, refuses: true, value: error, limit: limits.persistence * persistence,
            text:
              "the one-step error is \(TraceError.percent(error)) of the response's standard deviation, and that of "
              + "guessing that nothing changes \(TraceError.percent(persistence)): the twin predicts nothing"))
      }
    }
    return reasons
  }

  private func worst(_ list: [Int], _ code: Verdict.Reason.Code, _ residuals: ResidualReport) -> Int? {
    list.max { first, second in
      func size(_ index: Int) -> Double {
        let observable = residuals.observables[index]
        switch code {
        case .residualMean: return abs(observable.mean.value)
        case .residualDeviation: return max(observable.deviation.value, 1 / max(1e-9, observable.deviation.value))
        case .whiteness: return observable.whiteness.excess
        default: return 0
        }
      }
      return size(first) < size(second)
    }
  }

  // A few of many observables may be bad without the rest being so: that is said, and does not refuse the twin.
  private func reason(
    _ code: Verdict.Reason.Code, _ count: Int, _ worst: Int, _ residuals: ResidualReport
  ) -> Verdict.Reason {
    let observable = residuals.observables[worst]
    let all = residuals.observables.count
    let where_ = all == 1 ? "" : ", worst at observable \(worst), \(count) of \(all) observables"
    let refuses = 10 * count > all
    switch code {
    case .residualMean:
      return .init(
        code: code, refuses: refuses, observable: worst, value: observable.mean.value, limit: limits.residualMean,
        text: "standardised residuals have the mean \(TraceError.number(observable.mean.value)), at most "
          + "\(TraceError.number(limits.residualMean)) either way is allowed: the twin is biased\(where_)")
    case .residualDeviation:
      let value = observable.deviation.value
      let low = value < limits.residualDeviation.lowerBound
      return .init(
        code: code, refuses: refuses, observable: worst, value: value,
        limit: low ? limits.residualDeviation.lowerBound : limits.residualDeviation.upperBound,
        text: "standardised residuals have the standard deviation \(TraceError.number(value)), "
          + "\(TraceError.number(limits.residualDeviation.lowerBound)) to "
          + "\(TraceError.number(limits.residualDeviation.upperBound)) is allowed: the twin's noise of one step is too "
          + "\(low ? "large" : "small")\(where_)")
    case .whiteness:
      return .init(
        code: code, refuses: refuses, observable: worst, value: observable.whiteness.value,
        limit: limits.whiteness + observable.whitenessBound,
        text: "standardised residuals are correlated, \(TraceError.number(observable.whiteness.value)) at lag "
          + "\(observable.whitenessLag), at most \(TraceError.number(limits.whiteness + observable.whitenessBound)) is "
          + "allowed: the twin lacks memory; more delays or coloured noise may help\(where_)")
    default:
      return notFinite("the residuals\(where_)")
    }
  }

  private func notFinite(_ what: String) -> Verdict.Reason {
    .init(
      code: .notFinite, refuses: true, text: "\(what): not a finite number; the twin runs off, lower the learning rate")
  }
}
