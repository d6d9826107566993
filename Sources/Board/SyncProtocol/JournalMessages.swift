import WireFormat

/// Asks for the runs in the journal, in the order of their names.
public struct ListRuns: WireMessage {
  /// Only runs after this one; zeros for the first.
  public let after: Identifier
  public init(after: Identifier = .none) { self.after = after }
  public func encode(to writer: inout ByteWriter) { writer.put(after) }
  public init(from reader: inout ByteReader) throws(WireError) { after = try reader.takeIdentifier() }
}

/// One run in the journal.
public struct RunEntry: WireMessage {
  public let run: Identifier
  /// It is being recorded now and cannot be deleted.
  public let active: Bool

  public init(run: Identifier, active: Bool) {
    self.run = run
    self.active = active
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(run)
    writer.put(active)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    run = try reader.takeIdentifier()
    active = try reader.takeBool("active")
  }
}

/// A part of the list of runs.
public struct RunList: WireMessage {
  public let runs: [RunEntry]
  /// There are more: ask again after the last one.
  public let more: Bool

  public init(runs: [RunEntry], more: Bool) {
    self.runs = runs
    self.more = more
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(more)
    writer.put(messages: runs)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    more = try reader.takeBool("more")
    runs = try reader.takeMessages(RunEntry.self, smallest: 17)
  }
}

/// Asks for the segments of a run.
public struct ListSegments: WireMessage {
  public let run: Identifier
  /// Only segments from this one on.
  public let from: UInt32

  public init(run: Identifier, from: UInt32 = 0) {
    self.run = run
    self.from = from
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(run)
    writer.put(from)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    run = try reader.takeIdentifier()
    from = try reader.take(UInt32.self)
  }
}

/// One segment of a run.
public struct SegmentEntry: WireMessage {
  public let index: UInt32
  /// Bytes that can be read now.
  public let validLength: UInt64
  /// It will not grow any more.
  public let sealed: Bool

  public init(index: UInt32, validLength: UInt64, sealed: Bool) {
    self.index = index
    self.validLength = validLength
    self.sealed = sealed
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(index)
    writer.put(validLength)
    writer.put(sealed)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    index = try reader.take(UInt32.self)
    validLength = try reader.take(UInt64.self)
    sealed = try reader.takeBool("sealed")
  }
}

/// A part of the list of segments.
public struct SegmentList: WireMessage {
  public let segments: [SegmentEntry]
  /// There are more: ask again from the one after the last.
  public let more: Bool

  public init(segments: [SegmentEntry], more: Bool) {
    self.segments = segments
    self.more = more
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(more)
    writer.put(messages: segments)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    more = try reader.takeBool("more")
    segments = try reader.takeMessages(SegmentEntry.self, smallest: 13)
  }
}

/// Asks for bytes of a segment.
public struct ReadSegment: WireMessage {
  public let run: Identifier
  public let segment: UInt32
  public let offset: UInt64
  /// The board sends no more than this, and no more than fits in a frame.
  public let maximum: UInt32

  public init(run: Identifier, segment: UInt32, offset: UInt64, maximum: UInt32) {
    self.run = run
    self.segment = segment
    self.offset = offset
    self.maximum = maximum
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(run)
    writer.put(segment)
    writer.put(offset)
    writer.put(maximum)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    run = try reader.takeIdentifier()
    segment = try reader.take(UInt32.self)
    offset = try reader.take(UInt64.self)
    maximum = try reader.take(UInt32.self)
  }
}

/// Bytes of a segment.
public struct SegmentData: WireMessage {
  /// Bytes of an empty payload.
  static let overhead = 13
  /// Bytes of the segment that can be read now.
  public let validLength: UInt64
  /// The segment will not grow any more.
  public let sealed: Bool
  /// From the offset asked for; empty when there is nothing there.
  public let data: [UInt8]

  public init(validLength: UInt64, sealed: Bool, data: [UInt8]) {
    self.validLength = validLength
    self.sealed = sealed
    self.data = data
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(validLength)
    writer.put(sealed)
    writer.put(blob: data)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    validLength = try reader.take(UInt64.self)
    sealed = try reader.takeBool("sealed")
    data = try reader.takeBlob()
  }
}
