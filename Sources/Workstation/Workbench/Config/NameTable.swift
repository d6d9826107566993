/// Names of one kind of thing in a file, each used once, with its index.
struct NameTable {
  /// What is named, for messages: `chip`, `bus`.
  let kind: String
  private(set) var names: [String] = []

  init(_ kind: String) { self.kind = kind }

  /// Reads `name` of `table` and adds it; throws where it is taken.
  mutating func add(_ table: ConfigTable) throws(ConfigError) -> String {
    let name = try table.string("name")
    if names.contains(name) {
      throw table.error(
        .duplicate, "name", "two \(kind)s are named '\(name)'", "Names tell \(kind)s apart", "Rename one of them")
    }
    names.append(name)
    return name
  }

  /// The index of the thing that `key` of `table` names.
  func index(_ table: ConfigTable, _ key: String) throws(ConfigError) -> Int {
    let name = try table.string(key)
    guard let index = names.firstIndex(of: name) else {
      throw table.error(
        .unknownName, key, "there is no \(kind) '\(name)'", "The file describes no [[\(kind)]] of that name",
        NearestName.remedy(name, in: names))
    }
    return index
  }
}
