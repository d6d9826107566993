import WireFormat

extension RunRequest {
  public static let formatVersion: UInt16 = 1
  static let magic: UInt32 = 0x5152_5445  // "ETRQ"

  /// The bytes of docs/protocol.md, run requests; a CRC-32C closes them.
  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 4096)
    out.put(Self.magic)
    out.put(Self.formatVersion)
    out.append(runID)
    out.put(mode.rawValue)
    out.put(string: label)
    out.put(maximumSteps)
    out.put(driveCount)
    out.put(UInt32(blocks.count))
    for block in blocks {
      out.put(block.settleSteps)
      out.put(block.repeats)
      out.put(block.steps)
      block.codes.withUnsafeBufferPointer { codes in
        for code in codes { out.put(code) }
      }
    }
    out.put(inputCount)
    out.put(UInt32(sequences.count))
    for sequence in sequences {
      out.put(UInt32(sequence.frames))
      for value in sequence.values { out.put(value) }
    }
    out.putChecksum()
    return out.bytes
  }

  /// Reads a request back; what is not finite, ragged or short is refused.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    guard bytes.count >= 4 else { throw .truncated(offset: 0) }
    let body = bytes[0..<bytes.count - 4]
    var tail = ByteReader(bytes[(bytes.count - 4)...])
    let expected = try tail.take(UInt32.self)
    guard body.withUnsafeBytes({ CRC32C.checksum($0) }) == expected else { throw .checksum(offset: body.count) }
    var reader = ByteReader(body)
    guard try reader.take(UInt32.self) == Self.magic else { throw .invalid(offset: 0, field: "magic") }
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 4, field: "version") }
    let runID = try reader.takeBytes(16)
    guard let mode = RunMode(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "mode")
    }
    let label = try reader.takeString()
    let maximum = try reader.take(UInt64.self)
    let driveCount = try reader.take(UInt16.self)
    var blocks: [DriveBlock] = []
    for _ in 0..<(try reader.take(UInt32.self)) { blocks.append(try Self.takeBlock(&reader, channels: driveCount)) }
    let inputCount = try reader.take(UInt16.self)
    var sequences: [InputSequence] = []
    for _ in 0..<(try reader.take(UInt32.self)) {
      let frames = try reader.take(UInt32.self)
      let count = UInt64(frames) * UInt64(inputCount)
      guard count * 4 <= UInt64(reader.remaining) else { throw .truncated(offset: reader.offset) }
      var values: [Float] = []
      values.reserveCapacity(Int(count))
      for _ in 0..<Int(count) { values.append(try reader.takeFiniteFloat("input value")) }
      sequences.append(InputSequence(values: values, frames: Int(frames)))
    }
    try reader.end()
    self.init(
      runID: runID, mode: mode, label: label, maximumSteps: maximum, driveCount: driveCount, blocks: blocks,
      inputCount: inputCount, sequences: sequences)
  }

  private static func takeBlock(_ reader: inout ByteReader, channels: UInt16) throws(WireError) -> DriveBlock {
    let settle = try reader.take(UInt32.self)
    let repeats = try reader.take(UInt32.self)
    let steps = try reader.take(UInt32.self)
    let count = UInt64(steps) * UInt64(channels)
    guard count * 2 <= UInt64(reader.remaining) else { throw .truncated(offset: reader.offset) }
    var codes: [UInt16] = []
    codes.reserveCapacity(Int(count))
    for _ in 0..<Int(count) { codes.append(try reader.take(UInt16.self)) }
    return DriveBlock(settleSteps: settle, repeats: repeats, steps: steps, codes: codes)
  }
}
