/// The known name a misspelt one was most likely meant to be.
public enum NearestName {
  /// The name of `known` with the fewest edits from `name`, or nil where even that one is unlike it.
  public static func of(_ name: String, in known: [String]) -> String? {
    var best: (name: String, distance: Int)?
    for candidate in known {
      let distance = editDistance(name.lowercased(), candidate.lowercased())
      if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(2, max(name.count, best.name.count) / 2) else { return nil }
    return best.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn `left` into `right` (optimal string
  /// alignment).
  public static func editDistance(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8.prefix(256))
    let b = Array(right.utf8.prefix(256))
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = before
    for row in 1...a.count {
      current[0] = row
      for column in 1...b.count {
        let replaced = previous[column - 1] + (a[row - 1] == b[column - 1] ? 0 : 1)
        current[column] = min(replaced, previous[column] + 1, current[column - 1] + 1)
        if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
          current[column] = min(current[column], before[column - 2] + 1)
        }
      }
      (before, previous, current) = (previous, current, before)
    }
    return previous[b.count]
  }

  /// A remedy that names the nearest known name, or all of them.
  static func remedy(_ name: String, in known: [String]) -> String {
    if let nearest = of(name, in: known) { return "Did you mean '\(nearest)'?" }
    if known.isEmpty { return "Take it out" }
    return "Use one of: \(known.prefix(40).joined(separator: ", "))"
  }
}
