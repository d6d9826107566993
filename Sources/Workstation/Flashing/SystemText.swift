import Foundation

/// Words of the C library, and numbers for people.
enum SystemText {
  /// The system's text for an error number.
  static func of(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// A size in the unit that suits it, decimal as on the boxes cards are sold in.
  static func size(_ bytes: UInt64) -> String {
    let units: [(UInt64, String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")]
    for (unit, name) in units where bytes >= unit {
      return String(format: bytes >= 100 * unit ? "%.0f %@" : "%.1f %@", Double(bytes) / Double(unit), name)
    }
    return "\(bytes) bytes"
  }
}
