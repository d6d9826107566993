import CBoard
import WireFormat

/// A command's options: `--name value`, and flags that stand alone. The board has no argument parser but this.
struct Arguments {
  private var values: [(name: String, value: String)] = []
  private var flags: [String] = []

  /// - Parameters:
  ///   - start: index of the first argument to read.
  ///   - options: names that take a value.
  ///   - flags: names that stand alone.
  init(from start: Int32, options: [String], flags known: [String]) throws(CommandError) {
    var index = start
    while let name = Self.text(index) {
      if Self.contains(known, name) {
        flags.append(name)
      } else if Self.contains(options, name) {
        guard let value = Self.text(index + 1) else {
          throw CommandError(CommandError.Code.usage, "\(name) needs a value; see 'edged help'")
        }
        values.append((name, value))
        index += 1
      } else {
        throw CommandError(CommandError.Code.usage, "unknown option \(name); see 'edged help'")
      }
      index += 1
    }
  }

  static func text(_ index: Int32) -> String? {
    guard let pointer = cboard_argument(index) else { return nil }
    return String(cString: pointer)
  }

  static func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

  private static func contains(_ list: [String], _ name: String) -> Bool {
    for item in list where same(item, name) { return true }
    return false
  }

  func has(_ flag: String) -> Bool { Self.contains(flags, flag) }

  func value(_ name: String) -> String? {
    for item in values where Self.same(item.name, name) { return item.value }
    return nil
  }

  /// The value of an option that must be there.
  func required(_ name: String) throws(CommandError) -> String {
    guard let value = value(name) else {
      throw CommandError(CommandError.Code.usage, "\(name) is missing; see 'edged help'")
    }
    return value
  }

  /// Hexadecimal bytes of an option; nil when it is absent.
  func hex(_ name: String, count: Int) throws(CommandError) -> [UInt8]? {
    guard let text = value(name) else { return nil }
    guard let bytes = Hex.bytes(text), bytes.count == count else {
      throw CommandError(CommandError.Code.usage, "\(name) takes \(2 * count) hexadecimal digits, not '\(text)'")
    }
    return bytes
  }

  /// A whole number of an option, at most nine digits; nil when it is absent.
  func whole(_ name: String) throws(CommandError) -> UInt64? {
    guard let text = value(name) else { return nil }
    var number: UInt64 = 0
    var digits = 0
    for byte in text.utf8 {
      guard byte >= 48, byte <= 57, digits < 9 else { digits = 0; break }
      number = 10 * number + UInt64(byte - 48)
      digits += 1
    }
    guard digits > 0 else {
      throw CommandError(CommandError.Code.usage, "\(name) takes a whole number, not '\(text)'")
    }
    return number
  }
}
