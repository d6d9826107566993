/// Whether a twin may be used.
public struct Verdict: Sendable, Equatable, Codable {
  public enum Outcome: String, Sendable, Equatable, Codable {
    case accepted
    /// Nothing failed, but there were too few repeats to judge the runs, or to say whether they are within the limits.
    case provisional
    case refused
  }
  /// One reason for the outcome; the failing ones first.
  public struct Reason: Sendable, Equatable, Codable {
    public enum Code: String, Sendable, Equatable, Codable, CaseIterable {
      case meanError, deviationError, autocovarianceError, residualMean, residualDeviation, whiteness, persistence
      case noRepeats, noHeldOut, notFinite, traceWarning
    }
    public var code: Code
    /// Whether it alone refuses the twin.
    public var refuses: Bool
    /// Observable concerned; nil for all.
    public var observable: Int?
    public var value: Double?
    public var limit: Double?
    public var text: String

    public init(
      code: Code, refuses: Bool, observable: Int? = nil, value: Double? = nil, limit: Double? = nil, text: String
    ) {
      self.code = code
      self.refuses = refuses
      self.observable = observable
      self.value = value
      self.limit = limit
      self.text = text
    }
  }

  public var outcome: Outcome
  /// Empty for an accepted twin without warnings.
  public var reasons: [Reason]

  public var isUsable: Bool { outcome != .refused }
}
