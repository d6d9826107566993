/// What a section of a bundle holds.
public struct SectionID: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The chips, nodes and lines of the board.
  public static let board = SectionID(rawValue: 1)
  /// The network: topology, parameters, encoding, read-out.
  public static let network = SectionID(rawValue: 2)
  /// Kept for calibration tables.
  public static let calibration = SectionID(rawValue: 3)
  /// Where the contents came from, as text; the board passes it on unread.
  public static let provenance = SectionID(rawValue: 4)
  /// Periods, deadlines and safe values.
  public static let limits = SectionID(rawValue: 5)

  /// The twins that are stepped beside the nodes, and when their residuals are out of range.
  public static let residuals = SectionID(rawValue: 6)

  /// Whether this version knows the section.
  public var isKnown: Bool { (1...6).contains(rawValue) }
}

/// One section of a bundle.
public struct BundleSection: Equatable, Sendable {
  public let id: SectionID
  /// A board that does not know the section must refuse the bundle.
  public let critical: Bool
  public let bytes: [UInt8]

  public init(_ id: SectionID, critical: Bool = true, _ bytes: [UInt8]) {
    self.id = id
    self.critical = critical
    self.bytes = bytes
  }
}
