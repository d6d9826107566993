import Bundle

/// Reads sections of a stored bundle. (A file of its own: Foundation has a type of the same name.)
enum BundleReading {
  /// The bytes of a section; nil when the bundle has none.
  static func section(_ id: SectionID, of bytes: [UInt8]) throws(BundleError) -> [UInt8]? {
    try SignedBundle.read(bytes)[id]
  }
}
