import WireFormat

extension ActivationState {
  /// Bytes of the record in the file `state/activation`.
  public static let recordSize = 148
  // `EDTWACTV`
  private static let magic: [UInt8] = [0x45, 0x44, 0x54, 0x57, 0x41, 0x43, 0x54, 0x56]
  private static let major: UInt16 = 1

  /// The record; docs/bundle.md has its layout.
  public var record: [UInt8] {
    var writer = ByteWriter(reserving: Self.recordSize)
    writer.append(Self.magic)
    writer.put(Self.major)
    writer.put(UInt16(0))
    writer.put(active?.rawValue ?? 0)
    writer.put(candidate?.rawValue ?? 0)
    writer.put(onProbation)
    writer.put(starts)
    writer.put(lastRollback?.reason.rawValue ?? 0)
    for _ in 0..<7 { writer.put(UInt8(0)) }
    writer.put(highestCounter)
    for slot in [a, b] {
      writer.put(slot?.digest ?? .none)
      writer.put(slot?.counter ?? 0)
    }
    writer.put(lastRollback?.digest ?? .none)
    writer.putChecksum()
    return writer.bytes
  }

  /// Reads a record; throws unless it is one this version could have written.
  public init(record: [UInt8]) throws(WireError) {
    guard record.count == Self.recordSize else { throw .truncated(offset: record.count) }
    guard record[0..<8].elementsEqual(Self.magic) else { throw .invalid(offset: 0, field: "magic") }
    var reader = ByteReader(record[8...])
    guard try reader.take(UInt16.self) == Self.major else { throw .invalid(offset: 8, field: "version") }
    _ = try reader.take(UInt16.self)
    guard CRC32C.checksum(Array(record[..<144])) == Self.last(record) else { throw .checksum(offset: 144) }
    self.init()
    active = try Self.slot(try reader.take(UInt8.self), at: 12)
    candidate = try Self.slot(try reader.take(UInt8.self), at: 13)
    onProbation = try reader.takeBool("probation")
    starts = try reader.take(UInt8.self)
    let reason = try reader.take(UInt8.self)
    _ = try reader.takeBytes(7)
    highestCounter = try reader.take(UInt64.self)
    a = try Self.slotRecord(&reader)
    b = try Self.slotRecord(&reader)
    let rolledBack = try reader.takeDigest()
    if reason != 0 {
      guard let reason = RollbackReason(rawValue: reason) else { throw .invalid(offset: 16, field: "rollback reason") }
      lastRollback = Rollback(digest: rolledBack, reason: reason)
    }
    guard isConsistent else { throw .invalid(offset: 12, field: "activation") }
  }

  /// Whether the parts fit together.
  private var isConsistent: Bool {
    if let active, self[active] == nil { return false }
    if let candidate, self[candidate] == nil || candidate == active { return false }
    if onProbation && candidate == nil { return false }
    return starts <= Self.maximumStarts && (onProbation || starts == 0)
      && highestCounter >= (a?.counter ?? 0) && highestCounter >= (b?.counter ?? 0)
  }

  private static func last(_ record: [UInt8]) -> UInt32 {
    UInt32(record[144]) | UInt32(record[145]) << 8 | UInt32(record[146]) << 16 | UInt32(record[147]) << 24
  }

  private static func slot(_ value: UInt8, at offset: Int) throws(WireError) -> Slot? {
    if value == 0 { return nil }
    guard let slot = Slot(rawValue: value) else { throw .invalid(offset: offset, field: "slot") }
    return slot
  }

  private static func slotRecord(_ reader: inout ByteReader) throws(WireError) -> SlotRecord? {
    let digest = try reader.takeDigest()
    let counter = try reader.take(UInt64.self)
    return digest == .none ? nil : SlotRecord(digest: digest, counter: counter)
  }
}
