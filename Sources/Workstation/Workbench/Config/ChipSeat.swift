import PhysicalNetwork

/// Where a chip sits: what board files and bench files say of it alike.
struct ChipSeat {
  let name: String
  let rules: ChipRules
  let bus: Int
  let address: Int
  let mux: Int?
  let muxChannel: Int

  /// Reads name, kind, bus, address, mux and mux_channel of every `[[chip]]`.
  ///
  /// Throws where two chips answer to one address, or a multiplexer is no multiplexer.
  static func read(
    _ tables: [ConfigTable], buses: NameTable
  ) throws(ConfigError) -> (seats: [ChipSeat], names: NameTable) {
    var names = NameTable("chip")
    for table in tables { _ = try names.add(table) }
    var seats: [ChipSeat] = []
    for table in tables { seats.append(try ChipSeat(table, buses: buses, chips: names)) }
    for (index, seat) in seats.enumerated() {
      try check(seat, tables[index], seats)
      for earlier in seats[..<index]
      where earlier.bus == seat.bus && earlier.address == seat.address && seat.rules.kind != .gpio {
        // A chip in front of the multiplexers is always connected, so it clashes with one behind them too.
        guard
          earlier.mux == nil || seat.mux == nil || (earlier.mux == seat.mux && earlier.muxChannel == seat.muxChannel)
        else { continue }
        throw tables[index].error(
          .duplicate, "address", "chips '\(earlier.name)' and '\(seat.name)' have one address, 0x\(hex(seat.address))",
          "Both would answer at once", "Give one another address, or put them behind different multiplexer channels")
      }
    }
    return (seats, names)
  }

  private init(_ table: ConfigTable, buses: NameTable, chips: NameTable) throws(ConfigError) {
    name = try table.string("name")
    let kind = try table.choice("kind", ChipRules.kinds)
    rules = ChipRules(kind) ?? ChipRules(.ad5593r)
    if rules.kind == .gpio {
      // The board's own lines: no bus, no address, no multiplexer.
      (bus, address, mux, muxChannel) = (0, 0, nil, 0)
      return
    }
    bus = try buses.index(table, "bus")
    address = try table.integer("address", in: 0...127)
    guard rules.addresses.contains(address) else {
      throw table.error(
        .outOfRange, "address", "0x\(Self.hex(address)) is no address of an \(kind)",
        "It answers to 0x\(Self.hex(rules.addresses.lowerBound)) to 0x\(Self.hex(rules.addresses.upperBound))",
        "Look at the chip's address pins; addresses are 7-bit")
    }
    // Every PCA9685 answers to 0x70 until it is set up: its call to all.
    if rules.kind == .pca9685, address == 0x70 {
      throw table.error(
        .outOfRange, "address", "0x70 is no address of a pca9685", "All of them answer to it when they come up",
        "Choose another by its pins A0 to A5")
    }
    mux = table.has("mux") ? try chips.index(table, "mux") : nil
    muxChannel = mux == nil ? 0 : try table.integer("mux_channel", in: 0...7)
    if mux == nil, table.has("mux_channel") {
      throw table.error(
        .inconsistent, "mux_channel", "there is a multiplexer channel but no multiplexer", "'mux' is missing",
        "Add mux = \"…\" or take mux_channel out")
    }
  }

  private static func check(_ seat: ChipSeat, _ table: ConfigTable, _ seats: [ChipSeat]) throws(ConfigError) {
    guard let index = seat.mux else { return }
    let mux = seats[index]
    guard mux.rules.kind == .tca9548a, mux.bus == seat.bus, mux.mux == nil else {
      throw table.error(
        .inconsistent, "mux", "chip '\(mux.name)' cannot stand in front of '\(seat.name)'",
        "It must be a tca9548a on the same bus, not behind another multiplexer", "Name such a chip")
    }
  }

  static func hex(_ number: Int) -> String { String(number, radix: 16, uppercase: true) }
}
