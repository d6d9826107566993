import Foundation

/// One field of a line: a range of its bytes without the white space around it.
struct TextField {
  /// What a field holds where a number is expected.
  enum Number: Equatable {
    case value(Float)
    /// Empty, `?`, `NaN` or `NA`.
    case missing
    case invalid
  }

  let line: [UInt8]
  let range: Range<Int>

  init(_ line: [UInt8], _ range: Range<Int>) {
    var low = range.lowerBound
    var high = range.upperBound
    while low < high, Self.isSpace(line[low]) { low += 1 }
    while high > low, Self.isSpace(line[high - 1]) { high -= 1 }
    self.line = line
    self.range = low..<high
  }

  var isEmpty: Bool { range.isEmpty }
  var text: String { String(decoding: line[range], as: UTF8.self) }

  /// The text, cut so that a message stays short.
  var excerpt: String {
    let text = self.text
    return text.count <= 24 ? text : text.prefix(21) + "..."
  }

  /// The parts between `separator` bytes; one empty part for an empty field.
  func split(_ separator: UInt8) -> [TextField] {
    var parts: [TextField] = []
    var start = range.lowerBound
    for index in range where line[index] == separator {
      parts.append(TextField(line, start..<index))
      start = index + 1
    }
    parts.append(TextField(line, start..<range.upperBound))
    return parts
  }

  /// The field as a decimal number that is finite as a `Float`.
  var number: Number {
    if isEmpty { return .missing }
    for index in range where !Self.isNumeric(line[index]) {
      switch text.lowercased() {
      case "?", "nan", "na", "-nan", "+nan": return .missing
      default: return .invalid
      }
    }
    // The copy ends in zero, so the C function cannot run past the field.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: range.count + 1) { copy in
      for (offset, index) in range.enumerated() { copy[offset] = CChar(bitPattern: line[index]) }
      copy[range.count] = 0
      guard let base = copy.baseAddress else { return .invalid }
      var end: UnsafeMutablePointer<CChar>?
      let value = strtof(base, &end)
      guard end == base + range.count, value.isFinite else { return .invalid }
      return .value(value)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

  // Digits, sign, point and exponent: keeps hexadecimal, `inf` and `nan` out.
  private static func isNumeric(_ byte: UInt8) -> Bool {
    (byte >= 48 && byte <= 57) || byte == 43 || byte == 45 || byte == 46 || byte == 69 || byte == 101
  }
}
