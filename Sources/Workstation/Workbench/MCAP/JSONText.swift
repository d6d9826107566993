/// JSON written byte by byte, for messages made by the million.
package struct JSONText {
  package private(set) var bytes: [UInt8] = []

  package mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  package mutating func raw(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  /// A quoted string.
  package mutating func string(_ text: String) {
    bytes.append(34)
    for byte in text.utf8 {
      switch byte {
      case 34, 92: bytes += [92, byte]
      case 10: raw("\\n")
      case 13: raw("\\r")
      case 9: raw("\\t")
      case 0..<32:
        raw("\\u00")
        bytes.append(48 + byte / 16)
        bytes.append(byte % 16 < 10 ? 48 + byte % 16 : 87 + byte % 16)
      default: bytes.append(byte)
      }
    }
    bytes.append(34)
  }

  /// A whole number.
  package mutating func number(_ value: UInt64) { bytes.append(contentsOf: String(value).utf8) }

  /// A number in millionths, without a trail of zeros.
  package mutating func micros(_ value: Double) { decimal(value, parts: 1_000_000) }

  /// A number in thousand-millionths, without a trail of zeros.
  package mutating func nanos(_ value: Double) { decimal(value, parts: 1_000_000_000) }

  /// - Parameter parts: a power of ten.
  private mutating func decimal(_ value: Double, parts: UInt64) {
    guard value.isFinite, abs(value) * Double(parts) < 1e18 else { return raw("null") }
    let rounded = Int64((value * Double(parts)).rounded())
    if rounded < 0 { bytes.append(45) }
    let size = rounded.magnitude
    number(size / parts)
    var rest = size % parts
    guard rest > 0 else { return }
    bytes.append(46)
    var unit = parts / 10
    while rest > 0 {
      bytes.append(48 + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
  }

  package init() {}
}
