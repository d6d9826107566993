import WireFormat

/// The fixed fields of a bundle at least as long as its header and trailer.
struct BundleFields {
  /// One row of the section table, already checked against the bundle's length.
  struct Entry {
    let id: SectionID
    let critical: Bool
    let start: Int
    let end: Int
    let checksum: UInt32
  }

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var major: UInt16 { field(8, UInt16.self) }
  var total: Int { Int(clamping: field(12, UInt32.self)) }
  var board: Identifier { Identifier(bytes: Array(bytes[16..<32])) ?? .none }
  var counter: UInt64 { field(32, UInt64.self) }
  var created: UInt64 { field(40, UInt64.self) }
  var count: Int { Int(field(48, UInt16.self)) }
  var checksum: UInt32 { field(BundleFormat.checksumOffset, UInt32.self) }
  var key: KeyID { KeyID(value: field(bytes.count - BundleFormat.trailerSize, UInt64.self).byteSwapped) }
  var table: [UInt8] { Array(bytes[BundleFormat.headerSize..<tableEnd]) }
  private var tableEnd: Int { BundleFormat.headerSize + BundleFormat.entrySize * count }

  /// The table's rows; throws unless sections follow each other in order, aligned, with zeros between, up to the trailer.
  func entries() throws(BundleError) -> [Entry] {
    let end = bytes.count - BundleFormat.trailerSize
    guard count <= BundleFormat.maximumSections, tableEnd <= end else { throw .layout(field: "section count") }
    guard field(50, UInt16.self) == 0 else { throw .layout(field: "reserved") }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    var position = tableEnd
    for row in 0..<count {
      let at = BundleFormat.headerSize + BundleFormat.entrySize * row
      let start = Int(clamping: field(at + 4, UInt32.self))
      let length = Int(clamping: field(at + 8, UInt32.self))
      guard start == (position + 7) & ~7, start <= end, length <= end - start else {
        throw .layout(field: "section place")
      }
      for padding in position..<start where bytes[padding] != 0 { throw .layout(field: "padding") }
      let id = SectionID(rawValue: field(at, UInt16.self))
      guard !entries.contains(where: { $0.id == id }) else { throw .layout(field: "section twice") }
      entries.append(
        Entry(
          id: id, critical: field(at + 2, UInt16.self) & BundleFormat.critical != 0, start: start, end: start + length,
          checksum: field(at + 12, UInt32.self)))
      position = start + length
    }
    guard position == end else { throw .layout(field: "bytes after the last section") }
    return entries
  }

  private func field<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
    var value: T = 0
    for index in 0..<T.bitWidth / 8 { value |= T(truncatingIfNeeded: bytes[offset + index]) << T(8 * index) }
    return value
  }
}
