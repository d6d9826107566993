/// The kernel's command line as cmdline.txt holds it: words on one line.
package enum CommandLineText {
  /// Its words; a word may hold blanks inside double quotes.
  package static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quoted = false
    for character in text {
      if character == "\"" { quoted.toggle() }
      if !quoted, character.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// The text with every word gone that begins as one of `keys` does, and `added` at its end.
  package static func replacing(_ keys: [String], with added: [String], in text: String) -> String {
    let kept = words(text).filter { word in !keys.contains { word.hasPrefix($0) } }
    return (kept + added).joined(separator: " ") + "\n"
  }
}

/// A board's fragment inside config.txt, between two marks.
package enum ConfigText {
  private static let begin = "# --- EdgeTwin: begin; replaced by edgesync flash ---"
  private static let end = "# --- EdgeTwin: end ---"

  /// The text with the fragment in place of an earlier one, or at its end. It holds for all boards the card may be put
  /// in, whatever section came before.
  package static func with(_ fragment: String, in text: String) -> String {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    // A begin without its end is somebody's doing: nothing after it is thrown away.
    while let first = lines.firstIndex(where: { $0 == begin }),
      let last = lines[first...].firstIndex(where: { $0 == end })
    {
      lines.removeSubrange(first...last)
    }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    let body = fragment.hasSuffix("\n") ? fragment : fragment + "\n"
    return lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n\n") + "\(begin)\n[all]\n\(body)\(end)\n"
  }
}
