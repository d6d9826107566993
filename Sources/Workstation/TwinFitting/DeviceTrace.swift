/// What one device was driven with and what it answered, in channel units (-1 to 1).
public struct DeviceTrace: Sendable, Equatable {
  /// Drive applied for each control step.
  public var drives: [Float]
  /// Reading at the end of each control step; as many as `drives`.
  public var responses: [Float]
  /// Contiguous pieces, as ranges of sample indices; samples in none are left out.
  public var segments: [Range<Int>]
  /// Groups of segments (as indices into `segments`) that were driven identically.
  public var repeats: [[Int]]

  /// - Parameter segments: nil for one segment over everything.
  public init(drives: [Float], responses: [Float], segments: [Range<Int>]? = nil, repeats: [[Int]] = []) {
    self.drives = drives
    self.responses = responses
    self.segments = segments ?? [0..<drives.count]
    self.repeats = repeats
  }
}
