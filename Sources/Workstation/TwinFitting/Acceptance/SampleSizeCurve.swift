/// How a twin's errors fall with the length of the recording.
public struct SampleSizeCurve: Sendable, Equatable, Codable {
  /// A twin fitted to a part of the recording.
  public struct Point: Sendable, Equatable, Codable {
    public var seconds: Double
    /// Excess mean, deviation and autocovariance error; nil where not judged.
    public var mean: Double?
    public var deviation: Double?
    public var autocovariance: Double?

    public init(seconds: Double, mean: Double? = nil, deviation: Double? = nil, autocovariance: Double? = nil) {
      self.seconds = seconds
      self.mean = mean
      self.deviation = deviation
      self.autocovariance = autocovariance
    }

    /// Of a fit to `seconds` of recording.
    public init(seconds: Double, _ triple: AcceptanceTriple) {
      self.init(
        seconds: seconds, mean: triple.mean.excess, deviation: triple.deviation.excess,
        autocovariance: triple.autocovariance.excess)
    }
  }
  /// error(seconds)^2 = limit^2 + slope / seconds.
  public struct Decay: Sendable, Equatable, Codable {
    /// What the error tends to, however long the recording.
    public var limit: Double
    public var slope: Double
  }
  public enum Prediction: Sendable, Equatable, Codable {
    /// The points were already that good at this many seconds, the least that was tried.
    case reached(seconds: Double)
    case seconds(Double)
    /// No recording is long enough: the error tends to `limit`.
    case never(limit: Double)
    /// Too few points to tell.
    case unknown
  }

  public var points: [Point]
  public var mean: Decay?
  public var deviation: Decay?
  public var autocovariance: Decay?
}
