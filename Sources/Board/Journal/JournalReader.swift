import CBoard
import WireFormat

/// How a segment hangs on the one before.
public enum ChainCheck: Equatable, Sendable {
  /// It is the first of the run.
  case first
  /// It names the hash of the segment read before it.
  case intact
  /// It names another hash: the segment before was altered, or is not whole.
  case broken
  /// The segment before was not read, or this one's start cannot be read.
  case unknown
}

/// What one segment held.
public struct SegmentReport: Equatable, Sendable {
  /// The segment's own start, when it can be read.
  public let start: SegmentStart?
  public let frames: Int
  /// Frames missing before this segment and in it, by their numbers.
  public let lostFrames: UInt64
  public let damage: [DamageRange]
  public let tail: SegmentTail
  /// Bytes up to the end of the last good frame.
  public let validLength: Int
  /// The segment's own end, when it was sealed.
  public let end: SegmentEnd?
  public let chain: ChainCheck
  /// Frames of unknown type that say they are essential: a newer program is needed to read everything.
  public let unknownEssential: Int

  /// Whether nothing is missing or damaged, as far as this segment can tell.
  public var isWhole: Bool {
    damage.isEmpty && lostFrames == 0 && (tail == .end || tail == .zeros) && chain != .broken && start != nil
      && unknownEssential == 0
  }
}

/// Reads a run's segments, given in order, and checks that they belong together.
public struct JournalReader {
  private let run: Identifier?
  private var nextSequence: UInt64 = 0
  private var nextIndex: UInt32 = 0
  private var previous: Digest?

  /// Reads the segments of `run`, or of whatever run the first segment names.
  public init(run: Identifier? = nil) { self.run = run }

  /// Hands each good frame of the segment and its payload to `body`, in order; unknown types too.
  public mutating func read<Failure: Error>(
    _ bytes: UnsafeRawBufferPointer, _ body: (Frame, UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) -> SegmentReport {
    var scanner = SegmentScanner(MemorySegment(bytes), tag: run.map { FrameHeader.tag(run: $0, segment: nextIndex) })
    var start: SegmentStart?
    var end: SegmentEnd?
    var damage: [DamageRange] = []
    var frames = 0
    var lost: UInt64 = 0
    var unknown = 0
    while let item = scanner.next() {
      guard case .frame(let frame) = item else {
        if case .damage(let range) = item { damage.append(range) }
        continue
      }
      let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.payload])
      frames += 1
      if frame.header.sequence > nextSequence { lost += frame.header.sequence - nextSequence }
      nextSequence = frame.header.sequence &+ 1
      switch frame.header.type {
      case .segmentStart: start = start ?? (try? SegmentStart(payload: Array(payload)))
      case .segmentEnd: end = try? SegmentEnd(payload: Array(payload))
      case .runStart, .descriptor, .samples, .event, .runStop: break
      default: if frame.header.flags & FrameFlags.essential != 0 { unknown += 1 }
      }
      try body(frame, payload)
    }
    let chain = chainCheck(start)
    var digest = cboard_sha256_state()
    cboard_sha256_begin(&digest)
    cboard_sha256_update(&digest, bytes.baseAddress, end == nil ? scanner.validLength : bytes.count)
    previous = JournalDigest.finish(&digest)
    nextIndex = (start?.index ?? nextIndex) &+ 1
    return SegmentReport(
      start: start, frames: frames, lostFrames: lost, damage: damage, tail: scanner.tail ?? .end,
      validLength: scanner.validLength, end: end, chain: chain, unknownEssential: unknown)
  }

  /// The same for bytes in an array.
  public mutating func read<Failure: Error>(
    _ bytes: [UInt8], _ body: (Frame, UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) -> SegmentReport {
    try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
      try read(UnsafeRawBufferPointer(buffer), body)
    }
  }

  private func chainCheck(_ start: SegmentStart?) -> ChainCheck {
    guard let start else { return .unknown }
    if start.index == 0 { return .first }
    guard let previous, start.index == nextIndex else { return .unknown }
    return start.previous == previous ? .intact : .broken
  }
}
