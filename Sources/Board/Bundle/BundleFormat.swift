/// Sizes and positions in a bundle; docs/bundle.md has the whole layout.
enum BundleFormat {
  /// `EDTWBNDL`.
  static let magic: [UInt8] = [0x45, 0x44, 0x54, 0x57, 0x42, 0x4E, 0x44, 0x4C]
  static let major: UInt16 = 1
  static let minor: UInt16 = 0
  static let headerSize = 56
  static let checksumOffset = 52
  static let entrySize = 16
  static let trailerSize = 72
  static let signatureSize = 64
  static let maximumSections = 64
  static let maximumBytes = 16 << 20
  static let critical: UInt16 = 1
}
