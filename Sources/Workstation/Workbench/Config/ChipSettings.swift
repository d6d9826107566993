import PhysicalNetwork

/// Reads what a `[[chip]]` says besides its seat: ranges, rates, ready line and the numbers of its kind.
struct ChipSettings {
  let seat: ChipSeat
  let table: ConfigTable

  /// The chip; every key of its kind is asked for.
  func read(_ lines: inout LineTable) throws(ConfigError) -> ChipDescription {
    var chip = ChipDescription(
      name: seat.name, kind: seat.rules.kind, address: UInt8(seat.address), bus: UInt8(seat.bus),
      mux: seat.mux.map { UInt8($0) } ?? ChipDescription.noMux, muxChannel: UInt8(seat.muxChannel),
      fullScaleVolts: Float(try fullScale()), samplesPerSecond: UInt16(try rate()), settings: try numbers())
    if chip.kind.hasReadyLine {
      chip.readyLine = try readyLine(&lines)
      let mode = try table.choice("conversion", ["single_shot", "continuous"], default: "single_shot")
      chip.conversion = mode == "continuous" ? .continuous : .singleShot
    }
    // Not sent to the board: what the profile's rules go by.
    if chip.kind != .gpio { _ = try table.boolean("stretches_clock", default: false) }
    return chip
  }

  private func fullScale() throws(ConfigError) -> Double {
    switch seat.rules.kind {
    case .mcp4725: return try table.real("reference_volts", in: 0.1...100)
    // These drive in parts of their full scale; the volts only tell what that is.
    case .pca9685, .ad5272: return try table.real("reference_volts", default: 1, in: 0.1...100)
    default: break
    }
    guard !seat.rules.fullScales.isEmpty else { return 0 }
    let volts = try table.real("full_scale_volts", in: 0...100)
    guard seat.rules.fullScales.contains(where: { abs($0 - volts) < 1e-6 }) else {
      throw cannotBeSet("full_scale_volts", "\(volts) V", seat.rules.fullScales.map { "\($0)" })
    }
    return volts
  }

  private func rate() throws(ConfigError) -> Int {
    guard let fastest = seat.rules.rates.last else { return 0 }
    let rate = try table.integer("samples_per_second", default: fastest, in: 1...fastest)
    guard seat.rules.rates.contains(rate) else {
      throw cannotBeSet("samples_per_second", "\(rate)", seat.rules.rates.map { "\($0)" })
    }
    return rate
  }

  private func cannotBeSet(_ key: String, _ value: String, _ known: [String]) -> ConfigError {
    table.error(
      .outOfRange, key, "\(value) cannot be set on an \(seat.rules.name)", "It knows \(known.joined(separator: ", "))",
      "Write one of these")
  }

  private func readyLine(_ lines: inout LineTable) throws(ConfigError) -> UInt8 {
    guard table.has("ready_line") else {
      _ = table.value("ready_line")
      return BusDescription.noLine
    }
    let line = try lines.take(table, "ready_line", owner: "chip '\(seat.name)'", .input)
    let edges = lines.lines[Int(line)].edges
    guard edges == .falling || edges == .both else {
      throw table.error(
        .inconsistent, "ready_line", "line '\(lines.names.names[Int(line)])' does not watch for falling edges",
        "ALERT/RDY falls at the end of a conversion", "Add edges = \"falling\" to its [[line]]")
    }
    return line
  }

  /// `ChipDescription.settings`.
  private func numbers() throws(ConfigError) -> [Float] {
    switch seat.rules.kind {
    case .pca9685: return [Float(try table.real("pwm_hz", in: 24...1526))]
    case .si5351a:
      let crystal = try table.real("crystal_hz", default: 25_000_000, in: 25_000_000...27_000_000)
      let low = try table.real("low_hz", in: 2500...112_500_000)
      let high = try table.real("high_hz", in: 2500...112_500_000)
      guard Float(low) < Float(high) else {
        throw table.error(
          .outOfRange, "high_hz", "\(high) Hz is not above low_hz",
          "low_hz is \(low), and the codes run from low to high",
          "Write the higher frequency here")
      }
      return [Float(crystal), Float(low), Float(high)]
    case .ina219:
      let shunt = try table.real("shunt_ohms", in: 0.0001...100)
      let range = try table.integer("range_mv", default: 320, in: 1...320)
      guard [40, 80, 160, 320].contains(range) else {
        throw cannotBeSet("range_mv", "\(range) mV", ["40", "80", "160", "320"])
      }
      return [Float(shunt), Float(range)]
    case .at24c: return [Float(try size("bytes", 128...65536)), Float(try size("page_bytes", 8...256))]
    default: return []
    }
  }

  private func size(_ key: String, _ range: ClosedRange<Int>) throws(ConfigError) -> Int {
    let size = try table.integer(key, in: range)
    guard size & (size - 1) == 0 else {
      throw table.error(
        .outOfRange, key, "\(size) is not a power of two", "All chips of this family have such sizes",
        "Write what the data sheet says, in bytes")
    }
    return size
  }
}
