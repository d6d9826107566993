/// Everything known about how far to trust a twin.
public struct AcceptanceReport: Sendable, Equatable, Codable {
  /// Nil without repeats of held-out inputs.
  public var triple: AcceptanceTriple?
  public var residuals: ResidualReport
  public var limits: AcceptanceLimits
  public var verdict: Verdict

  public init(triple: AcceptanceTriple?, residuals: ResidualReport, limits: AcceptanceLimits, verdict: Verdict) {
    self.triple = triple
    self.residuals = residuals
    self.limits = limits
    self.verdict = verdict
  }
}
