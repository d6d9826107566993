import WireFormat

/// Makes an MCAP file piece by piece: chunks without compression, indexes, checksums, a summary.
///
/// The writer does no input or output: take what is ready with `drain` and append it to the file. It holds one chunk and
/// the index of the chunks before. Call `schema` and `channel` before the messages that need them, `finish` last.
public struct MCAPWriter {
  private struct ChunkEntry {
    var startTime: UInt64
    var endTime: UInt64
    var offset: UInt64
    var length: UInt64
    var indexOffsets: [UInt16: UInt64]
    var indexLength: UInt64
    var size: UInt64
  }

  private let chunkBytes: Int
  private var ready = ByteWriter()
  /// Bytes handed out by `drain`.
  private var drained: UInt64 = 0
  private var dataCRC = CRC32()
  private var definitions = ByteWriter()
  private var schemas: [ByteWriter] = []
  private var channels: [ByteWriter] = []
  private var sequences: [UInt16: UInt32] = [:]
  private var counts: [UInt16: UInt64] = [:]
  private var chunk = ByteWriter()
  private var chunkTimes: (start: UInt64, end: UInt64) = (0, 0)
  private var chunkIndex: [UInt16: [(time: UInt64, offset: UInt64)]] = [:]
  private var entries: [ChunkEntry] = []
  private var metadataIndex: [(offset: UInt64, length: UInt64, name: String)] = []
  private var times: (start: UInt64, end: UInt64)?

  /// Starts a file; chunks close when they hold `chunkBytes`.
  public init(library: String = "edgetwin", chunkBytes: Int = 1 << 20) {
    self.chunkBytes = max(chunkBytes, 1)
    ready.append(MCAPRecord.magic)
    var header = ByteWriter()
    header.put(mcap: "")
    header.put(mcap: library)
    ready.put(.header, header)
  }

  private var position: UInt64 { drained + UInt64(ready.count) }

  /// What is ready to be written, in order; it is forgotten here.
  public mutating func drain() -> [UInt8] {
    let bytes = ready.bytes
    drained += UInt64(bytes.count)
    dataCRC.update(bytes)
    ready = ByteWriter()
    return bytes
  }

  /// Defines how messages are to be understood; returns its number.
  public mutating func schema(name: String, encoding: String, data: String) -> UInt16 {
    let id = UInt16(schemas.count + 1)
    var content = ByteWriter()
    content.put(id)
    content.put(mcap: name)
    content.put(mcap: encoding)
    content.put(blob: Array(data.utf8))
    schemas.append(content)
    closeChunk()
    ready.put(.schema, content)
    return id
  }

  /// Defines a topic; returns its number.
  public mutating func channel(
    topic: String, schema: UInt16, encoding: String, metadata: [String: String] = [:]
  ) -> UInt16 {
    let id = UInt16(channels.count)
    var content = ByteWriter()
    content.put(id)
    content.put(schema)
    content.put(mcap: topic)
    content.put(mcap: encoding)
    content.put(mcap: metadata)
    channels.append(content)
    closeChunk()
    ready.put(.channel, content)
    return id
  }

  /// Adds named facts about the whole recording.
  public mutating func metadata(name: String, _ values: [String: String]) {
    closeChunk()
    var content = ByteWriter()
    content.put(mcap: name)
    content.put(mcap: values)
    let offset = position
    ready.put(.metadata, content)
    metadataIndex.append((offset, position - offset, name))
  }

  /// Adds a message; `time` in nanoseconds.
  public mutating func message(channel: UInt16, time: UInt64, data: [UInt8]) {
    let offset = UInt64(chunk.count)
    if offset == 0 { chunkTimes = (time, time) }
    chunkTimes = (min(chunkTimes.start, time), max(chunkTimes.end, time))
    times = (min(times?.start ?? time, time), max(times?.end ?? time, time))
    let sequence = sequences[channel, default: 0]
    sequences[channel] = sequence &+ 1
    counts[channel, default: 0] += 1
    chunkIndex[channel, default: []].append((time, offset))
    chunk.put(MCAPRecord.message.rawValue)
    chunk.put(UInt64(22 + data.count))
    chunk.put(channel)
    chunk.put(sequence)
    chunk.put(time)
    chunk.put(time)
    chunk.append(data)
    if chunk.count >= chunkBytes { closeChunk() }
  }

  private mutating func closeChunk() {
    guard chunk.count > 0 else { return }
    let offset = position
    var head = ByteWriter()
    head.put(chunkTimes.start)
    head.put(chunkTimes.end)
    head.put(UInt64(chunk.count))
    head.put(CRC32.checksum(chunk.bytes))
    head.put(mcap: "")
    head.put(UInt64(chunk.count))
    ready.put(MCAPRecord.chunk.rawValue)
    ready.put(UInt64(head.count + chunk.count))
    ready.append(head.bytes)
    ready.append(chunk.bytes)
    var entry = ChunkEntry(
      startTime: chunkTimes.start, endTime: chunkTimes.end, offset: offset, length: position - offset,
      indexOffsets: [:], indexLength: 0, size: UInt64(chunk.count))
    let indexStart = position
    for channel in chunkIndex.keys.sorted() {
      entry.indexOffsets[channel] = position
      let messages = chunkIndex[channel] ?? []
      var content = ByteWriter(reserving: 6 + 16 * messages.count)
      content.put(channel)
      content.put(UInt32(16 * messages.count))
      for message in messages {
        content.put(message.time)
        content.put(message.offset)
      }
      ready.put(.messageIndex, content)
    }
    entry.indexLength = position - indexStart
    entries.append(entry)
    chunk = ByteWriter(reserving: chunkBytes + 4096)
    chunkIndex = [:]
  }

  /// Ends the file; `drain` then gives the rest of it.
  public mutating func finish() {
    closeChunk()
    // The data section's checksum covers every byte before its end record.
    var crc = dataCRC
    crc.update(ready.bytes)
    var dataEnd = ByteWriter()
    dataEnd.put(crc.value)
    ready.put(.dataEnd, dataEnd)
    let start = position
    var summary = ByteWriter()
    var offsets: [(MCAPRecord, UInt64, UInt64)] = []
    func group(_ record: MCAPRecord, _ contents: [ByteWriter]) {
      guard !contents.isEmpty else { return }
      let from = UInt64(summary.count)
      for content in contents { summary.put(record, content) }
      offsets.append((record, start + from, UInt64(summary.count) - from))
    }
    group(.schema, schemas)
    group(.channel, channels)
    group(.statistics, [statistics])
    group(.chunkIndex, entries.map(Self.content))
    group(
      .metadataIndex,
      metadataIndex.map {
        var content = ByteWriter()
        content.put($0.offset)
        content.put($0.length)
        content.put(mcap: $0.name)
        return content
      })
    let offsetStart = start + UInt64(summary.count)
    for (record, from, length) in offsets {
      var content = ByteWriter()
      content.put(record.rawValue)
      content.put(from)
      content.put(length)
      summary.put(.summaryOffset, content)
    }
    // The footer's own head is under the summary's checksum.
    summary.put(MCAPRecord.footer.rawValue)
    summary.put(UInt64(20))
    summary.put(start)
    summary.put(offsetStart)
    summary.put(CRC32.checksum(summary.bytes))
    ready.append(summary.bytes)
    ready.append(MCAPRecord.magic)
  }

  private var statistics: ByteWriter {
    var content = ByteWriter()
    content.put(counts.values.reduce(0, +))
    content.put(UInt16(schemas.count))
    content.put(UInt32(channels.count))
    content.put(UInt32(0))
    content.put(UInt32(metadataIndex.count))
    content.put(UInt32(entries.count))
    content.put(times?.start ?? 0)
    content.put(times?.end ?? 0)
    content.put(mcap: counts)
    return content
  }

  private static func content(_ entry: ChunkEntry) -> ByteWriter {
    var content = ByteWriter()
    content.put(entry.startTime)
    content.put(entry.endTime)
    content.put(entry.offset)
    content.put(entry.length)
    content.put(mcap: entry.indexOffsets)
    content.put(entry.indexLength)
    content.put(mcap: "")
    content.put(entry.size)
    content.put(entry.size)
    return content
  }
}
