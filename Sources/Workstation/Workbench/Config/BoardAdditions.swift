import PhysicalNetwork

/// Reads `[[monitor]]`, `[[loopback]]`, `[faults]` and `[loop]` of a board file.
enum BoardAdditions {
  static func monitors(_ root: ConfigTable, _ channels: ChannelReader) throws(ConfigError) -> [MonitorChannel] {
    var names = NameTable("monitor")
    var monitors: [MonitorChannel] = []
    for table in try root.tables("monitor", maximum: BoardDescription.largest) {
      let name = try names.add(table)
      let (chip, channel) = try channels.watched(table, "a monitor reads")
      if let owner = channels.owner(ofChip: Int(chip)) {
        throw table.error(
          .inconsistent, "chip", "chip '\(channels.chips[Int(chip)].name)' serves \(owner)",
          "A monitor is read between the steps' own transfers and must not disturb them",
          "Name a chip that no node and no input uses")
      }
      let period = try table.integer("period_ms", default: 1000, in: 1...86_400_000)
      try table.finish()
      monitors.append(
        MonitorChannel(name: name, chip: chip, channel: channel, period: UInt64(period) * 1_000_000))
    }
    return monitors
  }

  static func loopbacks(
    _ root: ConfigTable, _ channels: ChannelReader, _ nodes: NameTable, _ board: [NodeDescription]
  ) throws(ConfigError) -> [Loopback] {
    var loopbacks: [Loopback] = []
    for table in try root.tables("loopback", maximum: BoardDescription.largest) {
      let node = try nodes.index(table, "node")
      let (chip, channel) = try channels.watched(table, "a loopback reads")
      let tolerance = try table.real("tolerance_fraction", default: 0.02, in: 0.0001...1)
      try table.finish()
      loopbacks.append(
        Loopback(drive: board[node].firstDrive, chip: chip, channel: channel, tolerance: Float(tolerance)))
    }
    return loopbacks
  }

  static func policy(_ root: ConfigTable) throws(ConfigError) -> FaultPolicy {
    let table = try root.optionalTable("faults")
    let usual = FaultPolicy()
    let longest = 86_400_000
    let policy = FaultPolicy(
      retries: UInt8(try table.integer("retries", default: Int(usual.retries), in: 0...16)),
      leftOutValue: try table.choice("left_out", ["last", "neutral"], default: "last") == "last" ? .last : .neutral,
      reprobe: UInt64(try table.integer("reprobe_ms", default: 1000, in: 0...longest)) * 1_000_000,
      hang: UInt64(try table.integer("hang_ms", default: 0, in: 0...longest)) * 1_000_000)
    try table.finish()
    return policy
  }

  static func placement(
    _ root: ConfigTable, _ lines: inout LineTable, _ profile: BoardProfile?
  ) throws(ConfigError) -> LoopPlacement {
    let table = try root.optionalTable("loop")
    var placement = LoopPlacement()
    placement.priority = UInt8(try table.integer("priority", default: Int(placement.priority), in: 0...99))
    if table.has("cpu") {
      let cpu = try table.integer("cpu", in: 0...254)
      if let profile, cpu >= profile.cpus {
        throw table.error(
          .outOfRange, "cpu", "there is no CPU \(cpu)", "A \(profile.title) has \(profile.cpus), counted from 0",
          "Write 0 to \(profile.cpus - 1), or take it out")
      }
      placement.cpu = UInt8(cpu)
    } else {
      _ = table.value("cpu")
    }
    if table.has("step_line") {
      placement.stepLine = try lines.take(table, "step_line", owner: "the step's mark", .output)
    } else {
      _ = table.value("step_line")
    }
    try table.finish()
    return placement
  }
}
