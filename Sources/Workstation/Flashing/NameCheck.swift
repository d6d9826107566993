/// Names that go into files on the card, checked before anything is copied.
package enum NameCheck {
  /// A host name of one label (RFC 1123, 2.1; RFC 952): letters, digits and inner hyphens, 63 at most.
  package static func host(_ name: String) throws(FlashError) -> String {
    let bytes = Array(name.utf8)
    let plain = bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == 45 }
    guard plain, (1...63).contains(bytes.count), bytes.first != 45, bytes.last != 45 else {
      throw .usage(
        "--host '\(shown(name))' is no host name: letters, digits and hyphens, 1 to 63, no hyphen first or last, "
          + "no domain behind it")
    }
    guard !bytes.allSatisfy(isDigit) else {
      throw .usage("--host '\(name)' is a number, which programs take for an address: put a letter in it")
    }
    return name.lowercased()
  }

  /// An administrator's account name as Raspberry Pi OS takes it.
  package static func user(_ name: String) throws(FlashError) -> String {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, first >= 97, first <= 122, bytes.count <= 32,
      bytes.allSatisfy({ ($0 >= 97 && $0 <= 122) || isDigit($0) || $0 == 45 })
    else {
      throw .usage(
        "--user '\(shown(name))' is no account name: a lower-case letter, then such letters, digits, hyphens")
    }
    guard name != "edged" else {
      throw .usage("--user edged is the service's own account, made by the edged package: choose another name")
    }
    return name
  }

  /// A country as Wi-Fi rules know it: two capital letters (ISO 3166-1).
  package static func country(_ code: String) throws(FlashError) -> String {
    let upper = code.uppercased()
    guard upper.utf8.count == 2, upper.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) else {
      throw .usage("--wifi-country '\(shown(code))' is no country code: two letters, such as DE or JP")
    }
    return upper
  }

  /// A time zone or locale: the characters such names are made of.
  package static func plain(_ option: String, _ text: String, like example: String) throws(FlashError) -> String {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, isLetter(first), bytes.count <= 64,
      bytes.allSatisfy({ isLetter($0) || isDigit($0) || [43, 45, 46, 47, 64, 95].contains($0) }), !text.contains("..")
    else { throw .usage("--\(option) '\(shown(text))' is none: write it as \(example)") }
    return text
  }

  /// A name for the command to enroll and for known_hosts: a host name with dots, or an address.
  package static func address(_ text: String) throws(FlashError) -> String {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 253, isLetter(first) || isDigit(first),
      bytes.allSatisfy({ isLetter($0) || isDigit($0) || [45, 46, 58].contains($0) })
    else { throw .usage("--address '\(shown(text))' is neither a host name nor an IP address") }
    return text.lowercased()
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) >= 97 && (byte | 32) <= 122 }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  /// Hostile text as a message may show it: one line, no control characters, not endless.
  static func shown(_ text: String) -> String {
    let safe = text.unicodeScalars.map { $0.value < 32 || (127...159).contains($0.value) ? "?" : String($0) }.joined()
    return safe.count > 70 ? safe.prefix(67) + "..." : safe
  }
}
