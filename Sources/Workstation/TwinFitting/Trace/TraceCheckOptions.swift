/// How strictly `TraceCheck` looks at a trace.
public struct TraceCheckOptions: Sendable, Equatable, Codable {
  /// What to do about a trace that looks like two devices'.
  public enum Decision: String, Sendable, Equatable, Codable { case refuse, warn, ignore }

  /// Past samples a transition needs (delays of drive and response); shorter pieces are of no use.
  public var history = 1
  /// Least transitions a fit needs.
  public var leastSamples = 200
  /// Readings at or beyond this are at a rail of the converter.
  public var rail: Float = 0.9995
  /// Largest share of railed samples before the trace is refused.
  public var mostRailed = 0.30
  /// Largest share of samples that are not finite before the trace is refused.
  public var mostNotFinite = 0.05
  /// Largest share of samples left out as glitches or stuck readings before the trace is refused.
  public var mostBroken = 0.30
  /// Standard deviation of a response below which it answers nothing; about a step of a 12-bit converter.
  public var leastResponse = 0.0005
  /// Equal readings in a row that may be a stuck converter.
  public var stuckRun = 12
  /// One-sample outliers beyond this many standard deviations of the noise are glitches.
  public var glitch = 10.0
  /// Accepts a trace whose drives never change: its twin knows the noise and nothing of the drive.
  public var allowsConstantDrive = false
  public var mixedDevices = Decision.refuse
  /// Seed of what the check draws at random.
  public var seed: UInt64 = 1

  public init() {}
}
