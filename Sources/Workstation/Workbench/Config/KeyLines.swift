/// The line each key of a TOML text stands on, for messages about its meaning (the parser gives lines for syntax alone).
package struct KeyLines: Sendable {
  private var lines: [String: Int] = [:]

  /// Finds `[table]`, `[[list of tables]]` and `key =` lines; a key inside an inline table has its parent's line.
  package init(_ text: String) {
    var counts: [String: Int] = [:]
    var section = ""
    var fence: Substring?
    var number = 0
    for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      var line = raw.drop { $0 == " " || $0 == "\t" }
      while let last = line.last, last.isWhitespace { line = line.dropLast() }
      if let open = fence {
        if line.contains(open) { fence = nil }
        continue
      }
      if line.hasPrefix("[[") {
        let name = Self.name(line.dropFirst(2))
        let path = Self.resolve(name, counts)
        counts[path, default: 0] += 1
        section = "\(path)[\(counts[path, default: 1])]"
        lines[section] = number
      } else if line.hasPrefix("[") {
        section = Self.resolve(Self.name(line.dropFirst()), counts)
        lines[section] = number
      } else if !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
        let key = String(line[..<equals].filter { $0 != " " && $0 != "\"" && $0 != "\t" })
        let path = section.isEmpty ? key : "\(section).\(key)"
        if lines[path] == nil { lines[path] = number }
        for mark in ["\"\"\"", "'''"] where line.components(of: mark) == 1 { fence = Substring(mark) }
      }
    }
  }

  /// The line of the key at `path`, or of the nearest key around it.
  package func line(of path: String) -> Int? {
    var path = path
    while !path.isEmpty {
      if let line = lines[path] ?? lines[path + "[1]"] { return line }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
      path = String(path[..<cut])
    }
    return nil
  }

  private static func name(_ rest: Substring) -> String {
    rest.prefix { $0 != "]" }.filter { $0 != " " && $0 != "\"" }
  }

  // `[node.drive]` after the third `[[node]]` means `node[3].drive`.
  private static func resolve(_ name: String, _ counts: [String: Int]) -> String {
    var path = ""
    let parts = name.split(separator: ".")
    for (index, part) in parts.enumerated() {
      path += path.isEmpty ? String(part) : ".\(part)"
      if index < parts.count - 1, let count = counts[path] { path += "[\(count)]" }
    }
    return path
  }
}

extension Substring {
  fileprivate func components(of mark: String) -> Int {
    var count = 0
    var rest = self
    while let range = rest.firstRange(of: mark) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
