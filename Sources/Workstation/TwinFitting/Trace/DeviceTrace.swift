/// What one device was driven with and what it answered, in channel units (-1 to 1).
public struct DeviceTrace: Sendable, Equatable {
  /// Drives applied for each control step, row-major `[samples][driveCount]`.
  public var drives: [Float]
  /// Readings at the end of each control step, row-major `[samples][responseCount]`; as many samples as `drives`.
  public var responses: [Float]
  /// Drives and readings a sample; at least 1.
  public var driveCount: Int
  public var responseCount: Int
  /// Contiguous pieces, as ranges of sample indices; samples in none are left out.
  public var segments: [Range<Int>]
  /// Groups of segments (as indices into `segments`) that were driven identically.
  public var repeats: [[Int]]
  /// Control step of each sample, where known; a segment has a gap where it does not rise by one.
  public var steps: [Int64]?
  /// Seconds from one sample to the next; nil where unknown.
  public var samplePeriod: Double?

  /// - Parameter segments: nil for one segment over everything.
  public init(
    drives: [Float], responses: [Float], driveCount: Int = 1, responseCount: Int = 1, segments: [Range<Int>]? = nil,
    repeats: [[Int]] = [], steps: [Int64]? = nil, samplePeriod: Double? = nil
  ) {
    self.drives = drives
    self.responses = responses
    self.driveCount = driveCount
    self.responseCount = responseCount
    self.segments = segments ?? [0..<(drives.count / max(1, driveCount))]
    self.repeats = repeats
    self.steps = steps
    self.samplePeriod = samplePeriod
  }

  /// Samples recorded, whether or not a segment holds them.
  public var samples: Int { drives.count / max(1, driveCount) }

  /// Drive `index` of a sample.
  public func drive(_ sample: Int, _ index: Int = 0) -> Float { drives[sample * driveCount + index] }

  /// Reading `index` of a sample.
  public func response(_ sample: Int, _ index: Int = 0) -> Float { responses[sample * responseCount + index] }
}
