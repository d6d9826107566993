import PhysicalNetwork

/// Reads the converter channels of nodes and inputs, and sees that no two share one.
struct ChannelReader {
  let chips: [ChipDescription]
  let names: NameTable
  private var owners: [Int: String] = [:]

  init(chips: [ChipDescription], names: NameTable) {
    self.chips = chips
    self.names = names
  }

  /// A drive channel: chip, channel, range_volts = [at -1, at +1], safe_volts.
  mutating func drive(_ table: ConfigTable, owner: String) throws(ConfigError) -> DriveChannel {
    let (chip, channel, rules) = try seat(table, owner, drives: true)
    let fullScale = Double(chips[chip].fullScaleVolts)
    let (low, high) = try range(table, rules, fullScale)
    let safe = try table.real("safe_volts", in: 0...fullScale)
    try table.finish()
    return DriveChannel(
      chip: UInt8(chip), channel: UInt8(channel), lowCode: UInt16(low), highCode: UInt16(high),
      safeCode: UInt16(rules.code(volts: safe, fullScale: fullScale)))
  }

  /// A channel that is read: chip, channel, range_volts = [at -1, at +1].
  mutating func response(_ table: ConfigTable, owner: String) throws(ConfigError) -> ReadChannel {
    let (chip, channel, rules) = try seat(table, owner, drives: false)
    let (low, high) = try range(table, rules, Double(chips[chip].fullScaleVolts))
    try table.finish()
    return ReadChannel(
      chip: UInt8(chip), channel: UInt8(channel), signed: rules.signed, lowCode: Int32(low), highCode: Int32(high))
  }

  private mutating func seat(
    _ table: ConfigTable, _ owner: String, drives: Bool
  ) throws(ConfigError) -> (Int, Int, ChipRules) {
    let chip = try names.index(table, "chip")
    let rules = ChipRules(chips[chip].kind)
    let count = drives ? rules.driveChannels : rules.readChannels
    guard count > 0 else {
      throw table.error(
        .inconsistent, "chip", "chip '\(chips[chip].name)' cannot be \(drives ? "driven from" : "read")",
        "An \(rules.name) has no \(drives ? "DAC" : "ADC") channels",
        "Name a chip that has (\(drives ? "ad5593r, mcp4728" : "ad5593r, ads1115"))")
    }
    let channel = try table.integer("channel", in: 0...(count - 1))
    let key = chip * 256 + channel
    if let other = owners[key] {
      throw table.error(
        .duplicate, "channel", "\(other) and \(owner) share channel \(channel) of chip '\(chips[chip].name)'",
        "A channel can serve one node only", "Give one of them a channel of its own")
    }
    owners[key] = owner
    return (chip, channel, rules)
  }

  private func range(
    _ table: ConfigTable, _ rules: ChipRules, _ fullScale: Double
  ) throws(ConfigError) -> (Int, Int) {
    // A float's full scale may be a hair under the decimal one that the file names.
    let volts = try table.reals("range_volts", count: 2, in: 0...(fullScale * (1 + 1e-6)))
    let low = rules.code(volts: volts[0], fullScale: fullScale)
    let high = rules.code(volts: volts[1], fullScale: fullScale)
    guard low != high else {
      throw table.error(
        .outOfRange, "range_volts", "the range has no width", "Both ends are code \(low)",
        "Write [volts at -1, volts at +1]")
    }
    return (low, high)
  }
}
