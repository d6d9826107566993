import PhysicalNetwork

/// Holds a description against what its kind of board has: buses, clocks, lines, pins, CPUs.
struct ProfileRules {
  let profile: BoardProfile
  let board: BoardDescription

  init(_ profile: BoardProfile, _ board: BoardDescription) {
    self.profile = profile
    self.board = board
  }

  /// The tables that errors point at, in the order of the description.
  struct Tables {
    var buses: [ConfigTable]
    var chips: [ConfigTable]
    var lines: [ConfigTable]
  }

  func check(_ tables: Tables) throws(ConfigError) {
    for (bus, table) in zip(board.buses, tables.buses) { try check(bus, table) }
    for (chip, table) in zip(board.chips, tables.chips) { try check(chip, table) }
    var pins: [String: String] = [:]
    for (index, table) in tables.lines.enumerated() {
      let name = try table.string("name")
      let pin = try pin(of: board.lines[index], table)
      if let other = pins[pin] {
        throw table.error(
          .duplicate, "line", "lines '\(other)' and '\(name)' are one pin, \(pin)",
          "Two users of one line would undo what the other does", "Name another pin")
      }
      pins[pin] = name
      try checkBusPin(index, pin, table)
    }
  }

  private func known(_ bus: BusDescription) -> BoardProfile.Bus? {
    profile.buses.first { $0.device == bus.device }
  }

  private func check(_ bus: BusDescription, _ table: ConfigTable) throws(ConfigError) {
    guard let known = known(bus) else {
      throw table.error(
        .unknownName, "device", "a \(profile.title) has no bus \(bus.device) on its header",
        "Its profile knows \(profile.buses.map(\.device).joined(separator: ", "))",
        NearestName.remedy(bus.device, in: profile.buses.map(\.device)))
    }
    guard Int(bus.clockHertz) <= known.fastestHertz else {
      throw table.error(
        .outOfRange, "clock_hz", "\(bus.clockHertz) Hz is faster than the \(known.controller) controller can",
        "It goes up to \(known.fastestHertz) Hz",
        "Write \(known.fastestHertz) or less, here and in the boot configuration")
    }
    guard bus.combining == known.combining || bus.combining == .single else {
      let right = BusTable.combinings.first { $0.combining == known.combining }?.name ?? "single"
      throw table.error(
        .inconsistent, "combining", "the \(known.controller) controller does not combine in this way",
        "It takes '\(right)', and refuses other calls", "Write combining = \"\(right)\", or leave it out")
    }
  }

  private func check(_ chip: ChipDescription, _ table: ConfigTable) throws(ConfigError) {
    guard chip.kind != .gpio, let known = known(board.buses[Int(chip.bus)]) else { return }
    if known.reserved.contains(Int(chip.address)) {
      let taken = known.reserved.map { "0x" + ChipSeat.hex($0) }.joined(separator: ", ")
      throw table.error(
        .inconsistent, "address",
        "0x\(ChipSeat.hex(Int(chip.address))) of bus '\(board.buses[Int(chip.bus)].name)' is taken",
        "A \(profile.title) has \(taken) for itself", "Give chip '\(chip.name)' another address")
    }
    guard try table.boolean("stretches_clock", default: false), !known.stretching else { return }
    throw table.error(
      .inconsistent, "stretches_clock",
      "chip '\(chip.name)' stretches the clock of bus '\(board.buses[Int(chip.bus)].name)'",
      "The \(known.controller) controller shortens the pulse after a stretch, so that bits are lost",
      "Put it on a bus of another controller (a software bus, i2c-gpio, waits as it should), or take a chip that does not"
    )
  }

  /// The header's pin that a line is, by name first.
  private func pin(of line: LineDescription, _ table: ConfigTable) throws(ConfigError) -> String {
    let named = profile.lines.first { !line.name.isEmpty && $0.names.contains(line.name) }
    let placed = profile.lines.first { $0.chip == line.chip && $0.offset == Int(line.offset) }
    if let named, let placed, named != placed {
      throw table.error(
        .inconsistent, "offset", "line '\(line.name)' is not line \(line.offset) of \(line.chip)",
        "It is line \(named.offset) of \(named.chip)", "Write that, or leave chip and offset out")
    }
    if !line.chip.isEmpty, placed == nil {
      let chips = Set(profile.lines.map(\.chip)).sorted()
      throw table.error(
        .unknownName, chips.contains(line.chip) ? "offset" : "chip",
        "a \(profile.title) has no line \(line.offset) of '\(line.chip)' on its header",
        "Its chips are \(chips.joined(separator: ", "))", NearestName.remedy(line.chip, in: chips))
    }
    if let line = named ?? (line.name.isEmpty ? placed : nil) { return line.pin }
    throw table.error(
      .unknownName, "line", "a \(profile.title) has no line '\(line.name)' on its header",
      "No kernel of that board names one so", NearestName.remedy(line.name, in: profile.lines.flatMap(\.names)))
  }

  /// A pin of an I2C bus may be named by that bus alone, as what it is.
  private func checkBusPin(_ index: Int, _ pin: String, _ table: ConfigTable) throws(ConfigError) {
    for bus in board.buses {
      guard let known = known(bus) else { continue }
      for (isPin, busLine, word) in [
        (pin == known.clock, bus.clockLine, "clock"), (pin == known.data, bus.dataLine, "data"),
      ] {
        if isPin, Int(busLine) != index {
          throw table.error(
            .duplicate, "line", "pin \(pin) is the \(word) of bus '\(bus.name)'", "It cannot be a line as well",
            "Name another pin, or let the bus name it as its \(word)_line")
        }
        // An output is a pin of its own, wired to the bus besides; an input is the controller's.
        if !isPin, Int(busLine) == index, board.lines[index].direction == .input {
          throw table.error(
            .inconsistent, "line", "pin \(pin) is not the \(word) of bus '\(bus.name)'",
            "That is pin \(word == "clock" ? known.clock : known.data)", "Name that pin")
        }
      }
    }
  }
}
