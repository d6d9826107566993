/// Text inside other languages, so that nothing in it means anything there.
package enum QuotedText {
  /// One word of a POSIX shell.
  package static func shell(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// A double-quoted scalar of YAML 1.1 and 1.2; JSON's escapes are a part of both.
  package static func yaml(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default:
        // Controls, line and paragraph separators, and the byte-order mark are not printable in YAML 1.1.
        let value = scalar.value
        if value < 32 || (127...159).contains(value) || value == 0x2028 || value == 0x2029 || value == 0xFEFF {
          let digits = String(value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }

  /// A basic string of the TOML that rpi-preseed reads: it knows the escapes of quote and backslash alone.
  package static func preseed(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
}
