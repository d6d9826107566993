import CBoard

/// The program's arguments: words, and `key=value` pairs among them.
struct Arguments {
  let count = Int(cboard_argument_count())

  func word(_ index: Int) -> String? {
    guard let text = cboard_argument(Int32(index)) else { return nil }
    return String(cString: text)
  }

  /// The value of `key=value`; nil when it is not given.
  func value(_ key: StaticString) -> String? {
    for index in 0..<count {
      guard let word = word(index) else { continue }
      let bytes = Array(word.utf8)
      guard bytes.count > key.utf8CodeUnitCount, bytes[key.utf8CodeUnitCount] == UInt8(ascii: "=") else { continue }
      var same = true
      for place in 0..<key.utf8CodeUnitCount where bytes[place] != key.utf8Start[place] { same = false }
      if same { return String(decoding: bytes[(key.utf8CodeUnitCount + 1)...], as: UTF8.self) }
    }
    return nil
  }

  /// A number, decimal or 0x…; nil when it is not given or none.
  func number(_ key: StaticString) -> UInt64? { value(key).flatMap(Self.number) }

  /// A whole number with or without a sign; nil when it is not given or none.
  func signed(_ key: StaticString) -> Int64? { value(key).flatMap { Int64($0) } }

  func number(at index: Int) -> UInt64? { word(index).flatMap(Self.number) }

  private static func number(_ text: String) -> UInt64? {
    let bytes = Array(text.utf8)
    if bytes.count > 2, bytes[0] == UInt8(ascii: "0"), bytes[1] | 32 == UInt8(ascii: "x") {
      return UInt64(String(decoding: bytes[2...], as: UTF8.self), radix: 16)
    }
    return UInt64(text)
  }
}

extension String {
  /// Whether the bytes are the same.
  func isWord(_ other: String) -> Bool {
    utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0 == $1 }
  }
}
