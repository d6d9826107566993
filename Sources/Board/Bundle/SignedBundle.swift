import CBoard
import WireFormat

/// What a board is to accept of a bundle's counter.
public enum CounterRule: Equatable, Sendable {
  /// Only one above the highest the board has accepted: for a bundle that comes in.
  case above(UInt64)
  /// Any: for a bundle the board accepted before.
  case any
}

/// A signed set of sections for one board: what it is, its network, its limits.
public struct SignedBundle: Sendable {
  /// The longest bundle there is, in bytes.
  public static let maximumBytes = BundleFormat.maximumBytes

  public let board: Identifier
  public let counter: UInt64
  /// When it was made, seconds since 1970.
  public let created: UInt64
  /// The key its trailer names.
  public let key: KeyID
  /// SHA-256 of the whole file: the bundle's name everywhere else.
  public let digest: Digest
  public let sections: [BundleSection]

  /// The bytes of a section, or `nil` when the bundle has none of that kind.
  public subscript(_ id: SectionID) -> [UInt8]? {
    for section in sections where section.id == id { return section.bytes }
    return nil
  }

  /// Checks everything about `bytes`, in this order: lengths and layout, checksums, signature, board, counter, and that
  /// no critical section is unknown.
  public static func verify(
    _ bytes: [UInt8], trustedKeys: [PublicKey], board: Identifier, counter rule: CounterRule
  ) throws(BundleError) -> SignedBundle {
    let bundle = try read(bytes)
    var trusted: PublicKey?
    for key in trustedKeys where key.id == bundle.key { trusted = key }
    guard let trusted else { throw .unknownKey(bundle.key) }
    let signed = bytes.count - BundleFormat.signatureSize
    let good = bytes.withUnsafeBufferPointer { all in
      trusted.bytes.withUnsafeBufferPointer { key in
        cboard_ed25519_verify(key.baseAddress, all.baseAddress, signed, all.baseAddress.map { $0 + signed }) == 0
      }
    }
    guard good else { throw .signature(bundle.key) }
    guard bundle.board == board else { throw .wrongBoard(bundle: bundle.board, board: board) }
    if case .above(let highest) = rule, bundle.counter <= highest {
      throw .oldCounter(bundle: bundle.counter, highest: highest)
    }
    for section in bundle.sections where section.critical && !section.id.isKnown { throw .unknownSection(section.id) }
    return bundle
  }

  /// Reads a bundle and checks lengths, layout and checksums, but not who signed it: to look at one on the workstation.
  public static func read(_ bytes: [UInt8]) throws(BundleError) -> SignedBundle {
    guard bytes.count >= 8, bytes[0..<8].elementsEqual(BundleFormat.magic) else { throw .notABundle }
    let smallest = BundleFormat.headerSize + BundleFormat.trailerSize
    guard bytes.count >= smallest else { throw .length(stated: smallest, actual: bytes.count) }
    guard bytes.count <= maximumBytes else { throw .length(stated: maximumBytes, actual: bytes.count) }
    let fields = BundleFields(bytes)
    guard fields.major == BundleFormat.major else { throw .version(fields.major) }
    guard fields.total == bytes.count else { throw .length(stated: fields.total, actual: bytes.count) }
    let entries = try fields.entries()
    guard CRC32C.checksum(Array(bytes[..<BundleFormat.checksumOffset]) + fields.table) == fields.checksum else {
      throw .headerChecksum
    }
    var sections: [BundleSection] = []
    sections.reserveCapacity(entries.count)
    for entry in entries {
      let contents = Array(bytes[entry.start..<entry.end])
      guard CRC32C.checksum(contents) == entry.checksum else { throw .sectionChecksum(entry.id) }
      sections.append(BundleSection(entry.id, critical: entry.critical, contents))
    }
    return SignedBundle(
      board: fields.board, counter: fields.counter, created: fields.created, key: fields.key,
      digest: .sha256(bytes), sections: sections)
  }
}
