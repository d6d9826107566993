/// Looks for texts that the TOML parser would stop the program on instead of refusing them.
///
/// Built with its assertions, the parser aborts on a table header whose first character cannot begin a key, as in `[=]`,
/// on `[}`, on odd white space in arrays and on some malformed dates and times. Dates are refused altogether: no key of
/// ours takes one. The guard tells texts, comments and brackets apart as TOML does, so it is exact as far as the file is
/// sound; past that the parser has stopped with an error of its own.
package struct TOMLGuard {
  /// A line, from 1, that the parser must not see, and why.
  package struct Fault: Equatable {
    package var line: Int
    package var why: String
    package var remedy: String
  }

  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  /// Brackets of the open arrays and inline tables.
  private var open: [UInt8] = []
  private var inValue = false
  private var atStart = true

  /// The first fault of `text`, or nil.
  package static func fault(_ text: String) -> Fault? {
    var scan = TOMLGuard(text)
    return scan.run()
  }

  private init(_ text: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  private mutating func run() -> Fault? {
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 10:
        line += 1
        if open.isEmpty { (atStart, inValue) = (true, false) }
        index += 1
        continue
      case 13 where index + 1 < bytes.count && bytes[index + 1] == 10:
        index += 1
        continue
      case 9, 32:
        index += 1
        continue
      case UInt8(ascii: "#"): while index < bytes.count, bytes[index] != 10 { index += 1 }
      case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText(byte)
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        if atStart, open.isEmpty, byte == UInt8(ascii: "[") {
          if !headerHasName() {
            return Fault(line: line, why: "A table header must begin with a name", remedy: "Write [name] or [[name]]")
          }
        } else if inValue {
          open.append(byte)
        }
        index += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if let bracket = open.popLast(), bracket != (byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{"))
        {
          return Fault(line: line, why: "A bracket is closed by one of another kind", remedy: "Close [ by ] and { by }")
        }
        index += 1
      case UInt8(ascii: "="):
        inValue = true
        index += 1
      case 0..<32, 127...255:
        return Fault(
          line: line, why: "A character stands outside quotes that only texts may hold",
          remedy: "Take it out or quote it")
      default:
        if isDate() {
          return Fault(line: line, why: "It holds a date or a time", remedy: "Write a number, or quote the text")
        }
      }
      atStart = false
    }
    return nil
  }

  /// Whether a name follows the one or two brackets here.
  private func headerHasName() -> Bool {
    var place = index + 1
    func skipSpace() { while place < bytes.count, bytes[place] == 32 || bytes[place] == 9 { place += 1 } }
    skipSpace()
    if place < bytes.count, bytes[place] == UInt8(ascii: "[") {
      place += 1
      skipSpace()
    }
    guard place < bytes.count else { return true }
    switch bytes[place] {
    case 48...57, 65...90, 97...122, 45, 95, 34, 39, UInt8(ascii: "]"): return true
    default: return false
    }
  }

  private mutating func skipText(_ quote: UInt8) {
    let long = index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
    index += long ? 3 : 1
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 10 {
        if !long { return }
        line += 1
      }
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), index + 1 < bytes.count, bytes[index + 1] != 10 {
        index += 2
        continue
      }
      index += 1
      guard byte == quote else { continue }
      if !long { return }
      if index + 1 < bytes.count, bytes[index] == quote, bytes[index + 1] == quote {
        index += 2
        // Up to two quotes may stand before the closing three.
        for _ in 0..<2 where index < bytes.count && bytes[index] == quote { index += 1 }
        return
      }
    }
  }

  /// Passes over a bare word; true where it is a value that begins like a date or a time.
  private mutating func isDate() -> Bool {
    let start = index
    var suspect = false
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 48...57, 65...90, 97...122, 43, 46, 95: break
      case UInt8(ascii: ":"): suspect = true
      case UInt8(ascii: "-"):
        // A minus belongs at a number's start and after its exponent's letter alone.
        if index > start, bytes[index - 1] | 32 != UInt8(ascii: "e") { suspect = true }
      default:
        if index == start { index += 1 }
        return inValue && suspect && Self.isNumeric(bytes[start])
      }
      index += 1
    }
    return inValue && suspect && Self.isNumeric(bytes[start])
  }

  private static func isNumeric(_ byte: UInt8) -> Bool { (byte >= 48 && byte <= 57) || byte == 43 || byte == 45 }
}
