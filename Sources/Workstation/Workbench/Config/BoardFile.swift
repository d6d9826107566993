import PhysicalNetwork

/// Reads `board.toml`, which says how a board is wired, into the description the board is sent.
///
/// Volts become converter codes here: code = volts / full scale x 4096 (ADS1115: x 32768), cut to the largest code.
public enum BoardFile {
  /// The most channels one node may be read by: the observables of the widest twin.
  static let mostResponses = 64

  /// The board described by the file at `path`; `boardID` is its identity, 16 bytes, from enrolment.
  public static func read(
    path: String, boardID: [UInt8] = [UInt8](repeating: 0, count: 16)
  ) throws(ConfigError) -> BoardDescription {
    try board(try ConfigTable(reading: path), boardID)
  }

  /// The board described by `text`; `file` is for messages.
  public static func parse(
    _ text: String, file: String, boardID: [UInt8] = [UInt8](repeating: 0, count: 16)
  ) throws(ConfigError) -> BoardDescription {
    try board(try ConfigTable(parsing: text, file: file), boardID)
  }

  private static func board(_ root: ConfigTable, _ boardID: [UInt8]) throws(ConfigError) -> BoardDescription {
    _ = try root.integer("schema", in: 1...ConfigTable.schema)
    let name = try root.string("name")
    let step = try root.integer("step_us", in: 1...3_600_000_000)
    let delay = try root.integer("response_delay_us", default: 0, in: 0...3_600_000_000)
    guard delay < step else {
      throw root.error(
        .outOfRange, "response_delay_us", "\(delay) us is not shorter than the step", "step_us is \(step)",
        "Make it shorter than the step")
    }
    var busNames = NameTable("bus")
    var buses: [BusDescription] = []
    for table in try root.tables("bus", minimum: 1, maximum: 32) {
      buses.append(
        BusDescription(
          name: try busNames.add(table), device: try table.string("device", default: "virtual"),
          clockHertz: UInt32(try table.integer("clock_hz", default: 400_000, in: 1000...5_000_000))))
      try table.finish()
    }
    let chipTables = try root.tables("chip", maximum: 254)
    let (seats, chipNames) = try ChipSeat.read(chipTables, buses: busNames)
    var chips: [ChipDescription] = []
    for (seat, table) in zip(seats, chipTables) {
      chips.append(try chip(seat, table))
      try table.finish()
    }
    var channels = ChannelReader(chips: chips, names: chipNames)
    var nodeNames = NameTable("node")
    var nodes: [NodeDescription] = []
    var drives: [DriveChannel] = []
    var responses: [ReadChannel] = []
    for table in try root.tables("node", maximum: BoardDescription.largest) {
      let node = try nodeNames.add(table)
      guard ProjectFile.isPlain(node) else {
        throw table.error(
          .outOfRange, "name", "'\(node)' cannot name a file", "A node's twin stands in a file of its name",
          "Use letters, digits, '-', '_' and '.', not first a '.'")
      }
      let index = UInt16(nodes.count)
      drives.append(try channels.drive(try table.table("drive"), owner: "node '\(node)'"))
      let firstResponse = UInt16(responses.count)
      for response in try table.tables(
        "response", or: "responses", maximum: mostResponses, of: "A node has 1 to \(mostResponses) responses")
      {
        responses.append(try channels.response(response, owner: "node '\(node)'"))
      }
      nodes.append(
        NodeDescription(
          name: node, device: try table.string("device", default: "unknown"), firstDrive: index,
          firstResponse: firstResponse, responseCount: UInt8(responses.count - Int(firstResponse))))
      try table.finish()
    }
    guard !nodes.isEmpty else {
      throw root.error(.missingKey, "node", "the board has no nodes", "Nothing would run on it", "Add a [[node]]")
    }
    var inputs: [ReadChannel] = []
    for (index, table) in try root.tables("input", maximum: BoardDescription.largest).enumerated() {
      inputs.append(try channels.response(table, owner: "input \(index + 1)"))
    }
    try root.finish()
    let board = BoardDescription(
      boardID: boardID, name: name, buses: buses, chips: chips, drives: drives, responses: responses, inputs: inputs,
      nodes: nodes, stepPeriod: UInt64(step) * 1000, responseDelay: UInt64(delay) * 1000)
    if let fault = board.firstFault() {
      throw root.error(
        .inconsistent, "", "the board would refuse this description: \(fault)", "A rule of the board is broken",
        "Look at the keys of that name")
    }
    return board
  }

  private static func chip(_ seat: ChipSeat, _ table: ConfigTable) throws(ConfigError) -> ChipDescription {
    var fullScale = 0.0
    var rate = 0
    if !seat.rules.fullScales.isEmpty {
      fullScale = try table.real("full_scale_volts", in: 0...100)
      guard seat.rules.fullScales.contains(where: { abs($0 - fullScale) < 1e-6 }) else {
        let known = seat.rules.fullScales.map { "\($0)" }.joined(separator: ", ")
        throw table.error(
          .outOfRange, "full_scale_volts", "\(fullScale) V cannot be set on an \(seat.rules.name)", "It knows \(known)",
          "Write one of these")
      }
    }
    if let fastest = seat.rules.rates.last {
      rate = try table.integer("samples_per_second", default: fastest, in: 1...fastest)
      guard seat.rules.rates.contains(rate) else {
        let known = seat.rules.rates.map { "\($0)" }.joined(separator: ", ")
        throw table.error(
          .outOfRange, "samples_per_second", "\(rate) cannot be set on an \(seat.rules.name)", "It knows \(known)",
          "Write one of these")
      }
    }
    return ChipDescription(
      name: seat.name, kind: seat.rules.kind, address: UInt8(seat.address), bus: UInt8(seat.bus),
      mux: seat.mux.map { UInt8($0) } ?? ChipDescription.noMux, muxChannel: UInt8(seat.muxChannel),
      fullScaleVolts: Float(fullScale), samplesPerSecond: UInt16(rate))
  }
}
