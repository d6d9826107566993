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

  /// Ascending in seconds.
  public var points: [Point]
  /// Nil with fewer than two points at different lengths.
  public var mean: Decay?
  public var deviation: Decay?
  public var autocovariance: Decay?

  /// Fits the decays; points without a finite, positive number of seconds are dropped.
  public init(_ points: [Point]) {
    self.points = points.filter { $0.seconds.isFinite && $0.seconds > 0 }.sorted { $0.seconds < $1.seconds }
    mean = Self.decay(self.points, \.mean)
    deviation = Self.decay(self.points, \.deviation)
    autocovariance = Self.decay(self.points, \.autocovariance)
  }

  /// Non-negative least squares of the squared error on (1, 1/seconds), weighted so that a relative error counts alike
  /// at every length.
  static func decay(_ points: [Point], _ path: KeyPath<Point, Double?>) -> Decay? {
    let values = points.compactMap { point in point[keyPath: path].map { (point.seconds, $0 * $0) } }
      .filter { $0.1.isFinite }
    guard let first = values.first, let last = values.last, last.0 > first.0 else { return nil }
    var (w, wx, wxx, wy, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    let largest = values.map(\.1).max() ?? 0
    for (seconds, square) in values {
      // An error near nothing says no more than one a tenth of the largest.
      let size = max(square, 0.01 * largest, 1e-12)
      let weight = 1 / (size * size)
      let x = 1 / seconds
      w += weight
      wx += weight * x
      wxx += weight * x * x
      wy += weight * square
      wxy += weight * x * square
    }
    let determinant = w * wxx - wx * wx
    var (a, b) = (wy / w, 0.0)
    if determinant > 1e-12 * w * wxx {
      (a, b) = ((wy * wxx - wxy * wx) / determinant, (w * wxy - wx * wy) / determinant)
    }
    if b < 0 { (a, b) = (wy / w, 0) }
    if a < 0 { (a, b) = (0, wxy / wxx) }
    return Decay(limit: max(0, a).squareRoot(), slope: max(0, b))
  }

  /// Seconds of recording for an error of at most `wanted`.
  public func prediction(_ decay: Decay?, wanted: Double) -> Prediction {
    guard let decay, wanted > 0, wanted.isFinite else { return .unknown }
    let room = wanted * wanted - decay.limit * decay.limit
    guard room > 0 else { return decay.limit == 0 ? .unknown : .never(limit: decay.limit) }
    let seconds = decay.slope / room
    if let least = points.first?.seconds, seconds <= least { return .reached(seconds: least) }
    return seconds.isFinite && seconds < 1e9 ? .seconds(seconds) : .never(limit: decay.limit)
  }

  /// Seconds for all three of a twin's limits: the longest of what each needs.
  public func prediction(for limits: AcceptanceLimits) -> Prediction {
    let all = parts(limits).map { prediction($0.decay, wanted: $0.wanted) }.filter { $0 != .unknown }
    var longest = Prediction.unknown
    for one in all {
      switch (longest, one) {
      case (.never, _): break
      case (_, .never), (.unknown, _): longest = one
      case (.reached, .seconds): longest = one
      case (.seconds(let a), .seconds(let b)) where b > a: longest = one
      default: break
      }
    }
    return longest
  }

  /// One sentence for the report: how long to record, and what stands in the way.
  public func sentence(for limits: AcceptanceLimits) -> String {
    switch prediction(for: limits) {
    case .unknown:
      return "how long to record cannot be said: fits to at least two lengths of recording are needed"
    case .reached(let seconds):
      return "\(TraceError.seconds(seconds)) of recording, the shortest tried, are enough"
    case .seconds(let seconds):
      let far = points.last.map { seconds > 4 * $0.seconds } ?? false
      return "about \(TraceError.seconds(Self.rounded(seconds))) of recording are needed"
        + (far ? ", a guess far beyond the \(TraceError.seconds(points.last?.seconds ?? 0)) at hand" : "")
    case .never:
      let short = parts(limits).filter {
        if case .never = prediction($0.decay, wanted: $0.wanted) { return true }
        return false
      }
      let what = short.map {
        "the \($0.name) tends to \(TraceError.number($0.decay?.limit ?? 0)), wanted \(TraceError.number($0.wanted))"
      }
      return "no length of recording is enough: \(what.joined(separator: ", ")); try a larger net, more delays or "
        + "coloured noise"
    }
  }

  private func parts(_ limits: AcceptanceLimits) -> [(name: String, decay: Decay?, wanted: Double)] {
    [
      ("mean error", mean, limits.mean), ("deviation error", deviation, limits.deviation),
      ("autocovariance error", autocovariance, limits.autocovariance),
    ]
  }

  // Two digits: the curve knows no more.
  private static func rounded(_ seconds: Double) -> Double {
    var unit = 1.0
    while seconds / unit >= 100 { unit *= 10 }
    return (seconds / unit - 1e-6).rounded(.up) * unit
  }
}
