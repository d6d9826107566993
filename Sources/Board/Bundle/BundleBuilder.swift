import WireFormat

/// Writes signed bundles.
public struct BundleBuilder: Sendable {
  public let board: Identifier
  /// Must be higher than that of every bundle the board has accepted.
  public let counter: UInt64
  /// When it was made, seconds since 1970.
  public let created: UInt64
  public var sections: [BundleSection]

  public init(board: Identifier, counter: UInt64, created: UInt64, sections: [BundleSection] = []) {
    self.board = board
    self.counter = counter
    self.created = created
    self.sections = sections
  }

  /// The bundle's bytes; throws `layout` for a section that is there twice or too many of them, `length` when it would be
  /// larger than the format allows.
  public func build(signedBy key: SigningKey) throws(BundleError) -> [UInt8] {
    guard sections.count <= BundleFormat.maximumSections else { throw .layout(field: "section count") }
    var offset = BundleFormat.headerSize + BundleFormat.entrySize * sections.count
    var table = ByteWriter()
    for (place, section) in sections.enumerated() {
      guard !sections[..<place].contains(where: { $0.id == section.id }) else { throw .layout(field: "section twice") }
      offset = (offset + 7) & ~7
      guard section.bytes.count <= BundleFormat.maximumBytes, offset <= BundleFormat.maximumBytes else {
        throw .length(stated: BundleFormat.maximumBytes, actual: offset)
      }
      table.put(section.id.rawValue)
      table.put(section.critical ? BundleFormat.critical : 0)
      table.put(UInt32(offset))
      table.put(UInt32(section.bytes.count))
      table.put(CRC32C.checksum(section.bytes))
      offset += section.bytes.count
    }
    let total = offset + BundleFormat.trailerSize
    guard total <= BundleFormat.maximumBytes else { throw .length(stated: BundleFormat.maximumBytes, actual: total) }

    var writer = ByteWriter(reserving: total)
    writer.append(BundleFormat.magic)
    writer.put(BundleFormat.major)
    writer.put(BundleFormat.minor)
    writer.put(UInt32(total))
    writer.put(board)
    writer.put(counter)
    writer.put(created)
    writer.put(UInt16(sections.count))
    writer.put(UInt16(0))
    writer.put(CRC32C.checksum(writer.bytes + table.bytes))
    writer.append(table.bytes)
    for section in sections {
      while writer.count % 8 != 0 { writer.put(UInt8(0)) }
      writer.append(section.bytes)
    }
    writer.put(key.publicKey.id.value.bigEndian)
    guard let signature = key.sign(writer.bytes) else { throw .signature(key.publicKey.id) }
    writer.append(signature)
    return writer.bytes
  }
}
