import VirtualBench

/// Reads what a bench file says of its chips besides where they sit, and its lines.
enum BenchChipReader {
  private static let lineKinds: [(name: String, kind: BenchLineKind)] = [
    ("output", .output), ("input", .input), ("ready", .ready),
  ]

  /// The chips of `tables`; every key of their kinds is asked for.
  static func chips(_ tables: [ConfigTable], _ seats: [ChipSeat]) throws(ConfigError) -> [BenchChip] {
    var chips: [BenchChip] = []
    for (table, seat) in zip(tables, seats) {
      guard let kind = BenchChipKind(rawValue: seat.rules.kind.rawValue) else {
        throw table.error(
          .inconsistent, "kind", "a bench has no chip of kind '\(seat.rules.name)'",
          "Lines of the board itself are no chip of the bench", "Write a [[line]] for each of them instead")
      }
      var chip = BenchChip(
        kind: kind, address: UInt8(seat.address), bus: UInt8(seat.bus),
        mux: seat.mux.map { UInt8($0) } ?? BenchChip.noMux, muxChannel: UInt8(seat.muxChannel))
      switch kind {
      case .mcp4725, .pca9685, .ad5272: chip.supplyVolts = try table.real("supply_volts", default: 5, in: 1...50)
      case .si5351a:
        chip.crystalHertz = UInt32(try table.integer("crystal_hz", default: 25_000_000, in: 10_000_000...40_000_000))
      case .at24c: chip.memoryBytes = try memory(table)
      default: break
      }
      try table.finish()
      chips.append(chip)
    }
    return chips
  }

  private static func memory(_ table: ConfigTable) throws(ConfigError) -> UInt32 {
    let bytes = try table.integer("bytes", default: 256, in: 128...65536)
    guard bytes & (bytes - 1) == 0 else {
      throw table.error(
        .outOfRange, "bytes", "there is no memory of \(bytes) bytes", "They come in powers of two",
        "Write 128, 256, 512 and so on up to 65536")
    }
    return UInt32(bytes)
  }

  /// The `[[line]]` tables, in the order of the board's.
  static func lines(
    _ root: ConfigTable, _ chips: [BenchChip], _ names: NameTable
  ) throws(ConfigError) -> [BenchLine] {
    var lineNames = NameTable("line")
    var lines: [BenchLine] = []
    for table in try root.tables("line", maximum: BenchDescription.mostLines) {
      let name = try lineNames.add(table)
      let word = try table.choice("kind", lineKinds.map(\.name))
      var line = BenchLine(kind: lineKinds.first { $0.name == word }?.kind ?? .output)
      if line.kind == .ready {
        line.chip = try ready(table, name, chips, names, lines, lineNames)
      } else {
        line.level = try table.boolean("high", default: false)
      }
      try table.finish()
      lines.append(line)
    }
    return lines
  }

  private static func ready(
    _ table: ConfigTable, _ name: String, _ chips: [BenchChip], _ names: NameTable, _ lines: [BenchLine],
    _ lineNames: NameTable
  ) throws(ConfigError) -> UInt8 {
    let chip = try names.index(table, "chip")
    guard chips[chip].kind.hasReadyOutput else {
      throw table.error(
        .inconsistent, "chip", "chip '\(names.names[chip])' has no ready output", "Only ADS1115 and ADS1015 have",
        "Name one of these, or make the line an input")
    }
    for (index, other) in lines.enumerated() where other.kind == .ready && Int(other.chip) == chip {
      throw table.error(
        .duplicate, "chip", "lines '\(lineNames.names[index])' and '\(name)' hang on the ready output of one chip",
        "'\(names.names[chip])' has one", "Take one of them out")
    }
    return UInt8(chip)
  }
}
