import PhysicalNetwork

/// What a board file says besides the description the board is sent.
public struct BoardSource: Sendable {
  public var description: BoardDescription
  /// What the file calls its lines, in the description's order.
  public var lineNames: [String]
  /// The profile it names; nil for none.
  public var profile: BoardProfile?
}

/// Reads `board.toml`, which says how a board is wired, into the description the board is sent (docs/boards.md has every key).
///
/// Volts, hertz and the like become converter codes here, as `ChannelScale` has them, cut to the largest code.
public enum BoardFile {
  /// The board described by the file at `path`; `boardID` is its identity, 16 bytes, from enrolment.
  public static func read(
    path: String, boardID: [UInt8] = [UInt8](repeating: 0, count: 16), library: BoardLibrary = .standard
  ) throws(ConfigError) -> BoardDescription {
    try source(try ConfigTable(reading: path), boardID, library).description
  }

  /// The board described by `text`; `file` is for messages, `library` has the profile the file may name.
  public static func parse(
    _ text: String, file: String, boardID: [UInt8] = [UInt8](repeating: 0, count: 16),
    library: BoardLibrary = .standard
  ) throws(ConfigError) -> BoardDescription {
    try source(try ConfigTable(parsing: text, file: file), boardID, library).description
  }

  /// The file at `path` with what the description leaves out.
  public static func source(path: String, library: BoardLibrary = .standard) throws(ConfigError) -> BoardSource {
    try source(try ConfigTable(reading: path), [UInt8](repeating: 0, count: 16), library)
  }

  private static func source(
    _ root: ConfigTable, _ boardID: [UInt8], _ library: BoardLibrary
  ) throws(ConfigError) -> BoardSource {
    _ = try root.integer("schema", in: 1...ConfigTable.schema)
    let name = try root.string("name")
    let profile = try library.profile(namedIn: root)
    let step = try root.integer("step_us", in: 1...3_600_000_000)
    let delay = try root.integer("response_delay_us", default: 0, in: 0...3_600_000_000)
    guard delay < step else {
      throw root.error(
        .outOfRange, "response_delay_us", "\(delay) us is not shorter than the step", "step_us is \(step)",
        "Make it shorter than the step")
    }
    var lines = try LineTable(root)
    let buses = try BusTable(root, &lines, profile)
    let chipTables = try root.tables("chip", maximum: 254)
    let (seats, chipNames) = try ChipSeat.read(chipTables, buses: buses.names)
    var chips: [ChipDescription] = []
    for (seat, table) in zip(seats, chipTables) {
      chips.append(try ChipSettings(seat: seat, table: table).read(&lines))
      try table.finish()
    }
    let placement = try BoardAdditions.placement(root, &lines, profile)
    var channels = ChannelReader(chips: chips, names: chipNames, lines: lines)
    let nodes = try NodeTable(root, &channels)
    let board = BoardDescription(
      boardID: boardID, name: name, buses: buses.buses, chips: chips, drives: nodes.drives,
      responses: nodes.responses, inputs: nodes.inputs, nodes: nodes.nodes, stepPeriod: UInt64(step) * 1000,
      responseDelay: UInt64(delay) * 1000, lines: lines.lines, monitors: try BoardAdditions.monitors(root, channels),
      loopbacks: try BoardAdditions.loopbacks(root, channels, nodes.names, nodes.nodes),
      policy: try BoardAdditions.policy(root), placement: placement)
    try root.finish()
    try BoardRules.check(board, chipTables)
    if let profile {
      try ProfileRules(profile, board).check(.init(buses: buses.tables, chips: chipTables, lines: lines.tables))
    }
    if let fault = board.firstFault() {
      throw root.error(
        .inconsistent, "", "the board would refuse this description: \(fault)", "A rule of the board is broken",
        "Look at the keys of that name")
    }
    return BoardSource(description: board, lineNames: lines.names.names, profile: profile)
  }
}

/// Rules of the board that several tables have a part in.
enum BoardRules {
  static func check(_ board: BoardDescription, _ chips: [ConfigTable]) throws(ConfigError) {
    guard board.stepPeriod > 0 else { return }
    for (index, chip) in board.chips.enumerated() where chip.conversion == .continuous {
      let users = (board.responses + board.inputs).filter { Int($0.chip) == index }.count
      guard users > 1 else { continue }
      throw chips[index].error(
        .inconsistent, "conversion", "chip '\(chip.name)' converts all the time and \(users) of its channels are read",
        "In continuous conversion the chip looks at one channel",
        "Write conversion = \"single_shot\", or put the other channels on a chip of their own")
    }
  }
}
