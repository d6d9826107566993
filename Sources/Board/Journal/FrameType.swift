/// What a frame holds. A reader skips types it does not know; `FrameFlags.essential` says that it loses something then.
public struct FrameType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The first frame of every segment: see `SegmentStart`.
  public static let segmentStart = FrameType(rawValue: 1)
  /// What is known before a run: opaque to the journal.
  public static let runStart = FrameType(rawValue: 2)
  /// Names, units and shapes of what the samples hold: opaque to the journal.
  public static let descriptor = FrameType(rawValue: 3)
  /// Converter codes of consecutive steps: see `SamplesHeader`.
  public static let samples = FrameType(rawValue: 4)
  /// Something that happened between two steps: opaque to the journal.
  public static let event = FrameType(rawValue: 5)
  /// What only the end of a run knows: opaque to the journal.
  public static let runStop = FrameType(rawValue: 6)
  /// The last frame of a sealed segment: see `SegmentEnd`.
  public static let segmentEnd = FrameType(rawValue: 7)
}

/// Bits of a frame's flags.
public enum FrameFlags {
  /// A reader that does not know the frame's type must say that it could not read the run in full.
  public static let essential: UInt16 = 1
}
