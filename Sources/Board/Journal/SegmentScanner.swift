import WireFormat

/// A frame found in a segment.
public struct Frame: Equatable, Sendable {
  public let header: FrameHeader
  /// Where its header starts.
  public let offset: Int
  /// Where its payload is.
  public var payload: Range<Int> { offset + FrameHeader.size..<end }
  /// Where the next frame starts.
  public var end: Int { offset + FrameHeader.size + header.length }
}

/// Bytes of a segment that are no frame.
public struct DamageRange: Equatable, Sendable {
  public let offset: Int
  public let length: Int

  public init(offset: Int, length: Int) {
    self.offset = offset
    self.length = length
  }
}

/// What follows a segment's last frame.
public enum SegmentTail: Equatable, Sendable {
  /// Nothing: the file ends with the frame.
  case end
  /// Zeros to the end of the file: space reserved and never written.
  case zeros
  /// Something that is no whole frame, from here to the end: a write that was cut short.
  case torn(DamageRange)
}

/// One thing found in a segment.
public enum ScanItem: Equatable, Sendable {
  case frame(Frame)
  /// Bytes before the next frame that are no frame themselves.
  case damage(DamageRange)
}

/// Goes through one segment frame by frame; after damage it finds the next good frame by its sync word and checksums.
/// Never reads outside the segment; the work is bounded by a few times its size whatever it holds.
public struct SegmentScanner<Source: SegmentSource> {
  private var source: Source
  private var offset: Int
  private var searchBudget: Int

  /// What every frame must carry (see `FrameHeader.tag`); the first good frame decides when it was not given.
  public private(set) var tag: UInt32?
  /// What follows the last frame; set when `next` has returned `nil`.
  public private(set) var tail: SegmentTail?
  /// The end of the last good frame.
  public private(set) var validLength: Int
  /// The end of the last good frame before any damage.
  public private(set) var intactLength: Int
  private var damaged = false

  /// Starts at `offset`, where a frame should start.
  public init(_ source: Source, tag: UInt32? = nil, from offset: Int = 0) {
    self.source = source
    self.tag = tag
    self.offset = Swift.min(Swift.max(offset, 0), source.count)
    validLength = self.offset
    intactLength = self.offset
    searchBudget = 4 * source.count
  }

  /// The next frame or damaged range; `nil` at the end.
  public mutating func next() -> ScanItem? {
    guard tail == nil else { return nil }
    if offset == source.count {
      tail = .end
      return nil
    }
    if let frame = frame(at: offset) {
      tag = frame.header.tag
      offset = frame.end
      validLength = offset
      if !damaged { intactLength = offset }
      return .frame(frame)
    }
    let start = offset
    guard let written = source.firstNonZero(from: start) else {
      tail = .zeros
      return nil
    }
    damaged = true
    guard let found = search(from: written) else {
      tail = .torn(DamageRange(offset: start, length: source.count - start))
      return nil
    }
    offset = found
    return .damage(DamageRange(offset: start, length: found - start))
  }

  private mutating func search(from start: Int) -> Int? {
    var candidate = start
    while let sync = source.firstByte(UInt8(truncatingIfNeeded: FrameHeader.sync), from: candidate) {
      if frame(at: sync) != nil { return sync }
      candidate = sync + 1
    }
    return nil
  }

  private mutating func frame(at offset: Int) -> Frame? {
    guard let header = source.header(at: offset), tag == nil || header.tag == tag,
      source.count - offset - FrameHeader.size >= header.length, header.length <= searchBudget
    else { return nil }
    guard source.checksum(at: offset + FrameHeader.size, length: header.length) == header.payloadChecksum else {
      // Good headers over bad payloads could nest without end; only these searches cost more than one pass.
      searchBudget -= header.length
      return nil
    }
    return Frame(header: header, offset: offset)
  }
}

extension SegmentScanner where Source == MemorySegment {
  /// Hands every frame of `bytes` and its payload to `body`, and returns the damaged ranges and what follows.
  public static func scan<Failure: Error>(
    _ bytes: [UInt8], tag: UInt32? = nil, _ body: (Frame, UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) -> (damage: [DamageRange], tail: SegmentTail) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
      let raw = UnsafeRawBufferPointer(buffer)
      var scanner = SegmentScanner(MemorySegment(raw), tag: tag)
      var damage: [DamageRange] = []
      while let item = scanner.next() {
        switch item {
        case .frame(let frame): try body(frame, UnsafeRawBufferPointer(rebasing: raw[frame.payload]))
        case .damage(let range): damage.append(range)
        }
      }
      return (damage, scanner.tail ?? .end)
    }
  }
}
