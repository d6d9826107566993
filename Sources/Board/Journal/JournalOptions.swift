/// How a run is laid out on flash.
public struct JournalOptions: Equatable, Sendable {
  /// Bytes reserved for each segment, 64 KiB to 256 MiB.
  public let segmentBytes: Int
  /// Bytes collected in memory before they must be written, 4 KiB at least; also the largest frame.
  public let bufferBytes: Int

  /// Values outside the limits are moved to the nearest allowed one.
  public init(segmentBytes: Int = 4 << 20, bufferBytes: Int = 128 << 10) {
    self.segmentBytes = Swift.min(Swift.max(segmentBytes, 64 << 10), 256 << 20)
    self.bufferBytes = Swift.min(Swift.max(bufferBytes, 4 << 10), self.segmentBytes / 2)
  }
}

/// What a closed writer leaves behind.
public struct JournalSummary: Equatable, Sendable {
  /// Frames that are on flash for certain.
  public let frames: UInt64
  /// Every step before this one is on flash for certain, as far as it was appended.
  public let step: UInt64
  public let segments: UInt32
  /// Bytes of all segments that are on flash for certain.
  public let bytes: UInt64
  /// What stopped the writer, if anything did; everything counted here is safe all the same.
  public let error: JournalError?
}
