import PhysicalNetwork

/// The `[[bus]]` tables of a board file.
struct BusTable {
  static let combinings: [(name: String, combining: BusCombining)] = [
    ("any", .any), ("same_address", .sameAddress), ("read_last", .readLast), ("single", .single),
  ]

  private(set) var buses: [BusDescription] = []
  private(set) var names = NameTable("bus")
  private(set) var tables: [ConfigTable]

  /// Reads every `[[bus]]`; a bus that does not say how its controller combines has what the profile knows of it.
  init(_ root: ConfigTable, _ lines: inout LineTable, _ profile: BoardProfile?) throws(ConfigError) {
    tables = try root.tables("bus", minimum: 1, maximum: 32)
    for table in tables {
      let name = try names.add(table)
      let device = try table.string("device", default: "virtual")
      let known = profile?.buses.first { $0.device == device }?.combining ?? .any
      let combining = try table.choice(
        "combining", Self.combinings.map(\.name), default: Self.combinings.first { $0.combining == known }?.name)
      var bus = BusDescription(
        name: name, device: device,
        clockHertz: UInt32(try table.integer("clock_hz", default: 400_000, in: 1000...5_000_000)),
        timeoutMilliseconds: UInt16(try table.integer("timeout_ms", default: 0, in: 0...60_000)),
        retries: UInt8(try table.integer("retries", default: 0, in: 0...16)),
        combining: Self.combinings.first { $0.name == combining }?.combining ?? .any)
      for (key, other) in [("clock_line", "data_line"), ("data_line", "clock_line")] where table.has(key) {
        guard table.has(other) else {
          throw table.error(
            .missingKey, other, "'\(key)' is here and '\(other)' is not", "A stuck bus is freed by driving both",
            "Add the other, or take both out")
        }
      }
      if table.has("clock_line") {
        bus.clockLine = try lines.take(table, "clock_line", owner: "the clock of bus '\(name)'")
        bus.dataLine = try lines.take(table, "data_line", owner: "the data of bus '\(name)'")
      } else {
        _ = table.value("clock_line")
        _ = table.value("data_line")
      }
      try table.finish()
      if let index = buses.firstIndex(where: { $0.device == device }), device != "virtual" {
        throw table.error(
          .duplicate, "device", "buses '\(buses[index].name)' and '\(name)' are one device, \(device)",
          "Chips of one bus stand in one [[bus]]", "Name another device, or keep one of the two")
      }
      buses.append(bus)
    }
  }
}
