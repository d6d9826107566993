/// Something found in a trace, and what was done about it.
public struct TraceFinding: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Equatable, Codable, CaseIterable {
    /// Samples missing inside a segment, or samples in no segment.
    case gap, unused
    /// Readings at a rail of the converter.
    case saturated
    case notFinite
    case constantDrive
    /// A reading that never moves, among others that do.
    case deadResponse
    case stuck
    case glitch
    /// Large one-sample steps that look like the device's own; nothing is left out.
    case jumps
    /// Groups of repeats that were not driven identically.
    case unequalRepeats
    /// No input was measured twice: the spread over runs cannot be judged, and a twin is provisional at most.
    case noRepeats
    /// Pieces shorter than a transition's history.
    case shortPieces
    case mixedDevices
    /// One device that answers otherwise from some time on, or ever more so: it ages or was changed.
    case drift
  }
  /// `note`: known and dealt with; `warning`: the twin should be trusted less.
  public enum Severity: String, Sendable, Equatable, Codable { case note, warning }

  public var kind: Kind
  public var severity: Severity
  /// How often it was found: samples, runs, groups or pieces, as the text says.
  public var count: Int
  /// Samples left out because of it.
  public var excluded: Int
  /// Segments of the trace concerned, ascending; empty where it concerns all or none.
  public var segments: [Int]
  /// What, where, and what was done.
  public var text: String

  public init(
    kind: Kind, severity: Severity = .note, count: Int, excluded: Int = 0, segments: [Int] = [], text: String
  ) {
    self.kind = kind
    self.severity = severity
    self.count = count
    self.excluded = excluded
    self.segments = segments
    self.text = text
  }
}

/// What a check found, in numbers for the report.
public struct TraceFindings: Sendable, Equatable, Codable {
  /// Samples in the trace, in its segments, and left after cleaning.
  public var samples = 0
  public var offered = 0
  public var kept = 0
  /// Transitions left with a whole history before them.
  public var transitions = 0
  /// Share of the offered samples with a reading at a rail.
  public var saturatedFraction = 0.0
  public var list: [TraceFinding] = []

  public init() {}

  /// The findings of one kind.
  public func of(_ kind: TraceFinding.Kind) -> TraceFinding? { list.first { $0.kind == kind } }
  public var warnings: [TraceFinding] { list.filter { $0.severity == .warning } }
  /// Whether an input was measured more than once.
  public var hasRepeats: Bool { of(.noRepeats) == nil }
}

/// A cleaned trace and what was found in it.
public struct CheckedTrace: Sendable, Equatable {
  /// Samples as given; segments hold only what may be used, and groups of repeats only whole pieces driven identically.
  public var trace: DeviceTrace
  /// Repeats of each input whole, as ranges of samples: clean but for readings at a rail, which a twin that keeps to
  /// the range meets as well. For comparing runs; the fit takes `trace.repeats`, cut where a reading was at a rail.
  public var wholeRepeats: [[Range<Int>]]
  /// For each segment of `trace`, the segment of the original it is a part of.
  public var origins: [Int]
  public var findings: TraceFindings

  public init(
    trace: DeviceTrace, wholeRepeats: [[Range<Int>]], origins: [Int], findings: TraceFindings
  ) {
    self.wholeRepeats = wholeRepeats
    self.trace = trace
    self.origins = origins
    self.findings = findings
  }
}
