import PhysicalNetwork

/// The `[[line]]` tables of a board file, and who uses which line.
struct LineTable {
  private(set) var lines: [LineDescription] = []
  private(set) var names = NameTable("line")
  private(set) var tables: [ConfigTable]
  private var owners: [Int: String] = [:]

  /// Reads every `[[line]]` of the file.
  init(_ root: ConfigTable) throws(ConfigError) {
    tables = try root.tables("line", maximum: BoardDescription.mostLines)
    for table in tables {
      let name = try names.add(table)
      let line = try Self.line(table)
      try table.finish()
      for (index, other) in lines.enumerated() where Self.same(line, other) {
        throw table.error(
          .duplicate, table.has("line") ? "line" : "offset",
          "lines '\(names.names[index])' and '\(name)' are one pin, \(Self.place(line))",
          "Two users of one line would undo what the other does", "Keep one [[line]] for it, or name another pin")
      }
      lines.append(line)
    }
  }

  private static func line(_ table: ConfigTable) throws(ConfigError) -> LineDescription {
    let name = table.has("line") ? try table.string("line") : ""
    let chip = table.has("chip") ? try table.string("chip") : ""
    guard !name.isEmpty || !chip.isEmpty else {
      throw table.error(
        .missingKey, "line", "nothing says which pin it is", "Neither 'line' nor 'chip' and 'offset' are there",
        "Write line = \"GPIO17\", as the kernel names it ('gpioinfo' lists them), or chip = \"its label\" and offset")
    }
    let offset = chip.isEmpty ? 0 : try table.integer("offset", in: 0...Int(UInt16.max))
    if chip.isEmpty, table.has("offset") {
      throw table.error(
        .inconsistent, "offset", "there is an offset but no chip", "An offset counts lines of a chip",
        "Add chip = \"its label\", or take offset out")
    }
    let output = try table.choice("direction", ["input", "output"]) == "output"
    let biases: [(String, LineDescription.Bias)] = [
      ("as_is", .asIs), ("off", .disabled), ("pull_up", .pullUp), ("pull_down", .pullDown),
    ]
    let edges: [(String, LineDescription.Edges)] = [
      ("none", .none), ("rising", .rising), ("falling", .falling), ("both", .both),
    ]
    let bias = try table.choice("bias", biases.map(\.0), default: "as_is")
    let edge = try table.choice("edges", edges.map(\.0), default: "none")
    for key in output ? ["edges"] : ["initial", "safe"] where table.has(key) {
      throw table.error(
        .inconsistent, key, "an \(output ? "output" : "input") has no '\(key)'",
        output ? "Edges are waited for on inputs" : "Only outputs are set", "Take it out, or change 'direction'")
    }
    return LineDescription(
      name: name, chip: chip, offset: UInt16(offset), direction: output ? .output : .input,
      bias: biases.first { $0.0 == bias }?.1 ?? .asIs, activeLow: try table.boolean("active_low", default: false),
      initial: try table.boolean("initial", default: false), safe: try table.boolean("safe", default: false),
      edges: edges.first { $0.0 == edge }?.1 ?? .none)
  }

  /// The line that `key` of `table` names, which `owner` has from here on for itself.
  mutating func take(
    _ table: ConfigTable, _ key: String, owner: String, _ direction: LineDescription.Direction? = nil
  ) throws(ConfigError) -> UInt8 {
    let index = try names.index(table, key)
    if let direction, lines[index].direction != direction {
      let needed = direction == .output ? "an output" : "an input"
      throw table.error(
        .inconsistent, key, "line '\(names.names[index])' is not \(needed)", "\(owner) needs \(needed)",
        "Set direction = \"\(direction == .output ? "output" : "input")\" in its [[line]], or name another")
    }
    if let other = owners[index] {
      throw table.error(
        .duplicate, key, "\(other) and \(owner) share line '\(names.names[index])'", "A line has one use",
        "Give one of them a line of its own")
    }
    owners[index] = owner
    return UInt8(index)
  }

  private static func same(_ left: LineDescription, _ right: LineDescription) -> Bool {
    if !left.name.isEmpty, left.name == right.name { return true }
    return !left.chip.isEmpty && left.chip == right.chip && left.offset == right.offset
  }

  static func place(_ line: LineDescription) -> String {
    line.name.isEmpty ? "line \(line.offset) of chip '\(line.chip)'" : "'\(line.name)'"
  }
}
