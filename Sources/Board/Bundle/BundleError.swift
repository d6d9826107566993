import WireFormat

/// Why a bundle is not accepted. Cases are in the order of the checks.
public enum BundleError: Error, Equatable, Sendable {
  /// It does not start as a bundle does.
  case notABundle
  /// Its format is of another major version than this program reads.
  case version(UInt16)
  /// It is `actual` bytes long where its own header, or the format, asks for `stated`: it was cut short or added to.
  case length(stated: Int, actual: Int)
  /// Its layout breaks the format's rules; `field` says where.
  case layout(field: StaticName)
  /// The header's checksum is wrong.
  case headerChecksum
  /// A section's checksum is wrong.
  case sectionChecksum(SectionID)
  /// The key it says it was signed with is not trusted here.
  case unknownKey(KeyID)
  /// It was signed with another key, or altered after it was signed.
  case signature(KeyID)
  /// It is for another board.
  case wrongBoard(bundle: Identifier, board: Identifier)
  /// It is not newer than what this board has accepted already.
  case oldCounter(bundle: UInt64, highest: UInt64)
  /// It holds a section that must be understood, and this program does not know it.
  case unknownSection(SectionID)

  /// What is wrong, and what to do.
  public var message: String {
    switch self {
    case .notABundle: "this file is not a bundle: give the file that edgesync built"
    case .version(let major): "the bundle has format version \(major), this board reads 1: update the board's program"
    case .length(let stated, let actual):
      "the bundle is \(actual) bytes long and should have \(stated): it was cut short on its way; send it again"
    case .layout(let field): "the bundle breaks its format (\(field.description)): build it again"
    case .headerChecksum: "the bundle's header is damaged: send it again"
    case .sectionChecksum(let id): "the bundle's section \(id.rawValue) is damaged: send it again"
    case .unknownKey(let key):
      "the bundle is signed with key \(key.description), which this board does not trust: enroll the workstation"
    case .signature(let key):
      "the bundle's signature by key \(key.description) is wrong: it was altered after it was signed; build it again"
    case .wrongBoard(let bundle, let board):
      "the bundle is for board \(bundle.description), this is \(board.description): push it to the board it was made for"
    case .oldCounter(let bundle, let highest):
      "the bundle has counter \(bundle), this board has accepted \(highest): build it again to give it a newer one"
    case .unknownSection(let id):
      "the bundle needs section \(id.rawValue), which this board's program does not know: update the board's program"
    }
  }
}
