import PhysicalNetwork

/// Reads the converter channels of nodes and inputs, and sees that no two share one.
struct ChannelReader {
  let chips: [ChipDescription]
  let names: NameTable
  var lines: LineTable
  private var owners: [Int: String] = [:]

  init(chips: [ChipDescription], names: NameTable, lines: LineTable) {
    self.chips = chips
    self.names = names
    self.lines = lines
  }

  /// A drive channel: chip, channel (or line), range_… = [at -1, at +1] and safe_… in the channel's own unit.
  mutating func drive(_ table: ConfigTable, owner: String) throws(ConfigError) -> DriveChannel {
    let (chip, channel) = try seat(table, owner, drives: true)
    let scale = ChannelScale(drive: chips[chip]) ?? ChannelScale(.volts, step: 1, codes: 0...1)
    let (low, high) = try range(table, scale, chips[chip])
    let safe: Int
    if scale.unit == .level {
      safe = try table.integer(scale.unit.safeKey, in: 0...1)
    } else {
      safe = scale.code(of: try table.real(scale.unit.safeKey, in: Self.allowed(scale)))
    }
    try table.finish()
    return DriveChannel(
      chip: UInt8(chip), channel: UInt8(channel), lowCode: UInt16(low), highCode: UInt16(high), safeCode: UInt16(safe))
  }

  /// A channel that is read: chip, channel (or line), range_… = [at -1, at +1].
  mutating func response(_ table: ConfigTable, owner: String) throws(ConfigError) -> ReadChannel {
    let (chip, channel) = try seat(table, owner, drives: false)
    let scale =
      ChannelScale(reading: chips[chip], channel: UInt8(channel)) ?? ChannelScale(.volts, step: 1, codes: 0...1)
    let (low, high) = try range(table, scale, chips[chip])
    try table.finish()
    return ReadChannel(
      chip: UInt8(chip), channel: UInt8(channel), signed: scale.signed, lowCode: Int32(low), highCode: Int32(high))
  }

  /// A channel that is looked at beside the nodes: its chip and channel.
  func watched(_ table: ConfigTable, _ what: String) throws(ConfigError) -> (chip: UInt8, channel: UInt8) {
    let chip = try names.index(table, "chip")
    let count = chips[chip].kind.readChannels
    guard count > 0, chips[chip].kind != .gpio else {
      throw table.error(
        .inconsistent, "chip", "\(what) chip '\(chips[chip].name)'",
        "An \(ChipRules(chips[chip].kind).name) has nothing to read but in a node", "Name a chip that measures")
    }
    return (UInt8(chip), UInt8(try table.integer("channel", default: 0, in: 0...(count - 1))))
  }

  /// One of the owners of channels of a chip, or nil where nobody uses it.
  func owner(ofChip chip: Int) -> String? {
    owners.filter { $0.key / 256 == chip }.min { $0.key < $1.key }?.value
  }

  private mutating func seat(
    _ table: ConfigTable, _ owner: String, drives: Bool
  ) throws(ConfigError) -> (Int, Int) {
    let chip = try names.index(table, "chip")
    let kind = chips[chip].kind
    let count = drives ? kind.driveChannels : kind.readChannels
    guard count > 0 else {
      throw table.error(
        .inconsistent, "chip", "chip '\(chips[chip].name)' cannot be \(drives ? "driven from" : "read")",
        "An \(ChipRules(kind).name) has no \(drives ? "DAC" : "ADC") channels",
        "Name a chip that has (\(drives ? "ad5593r, mcp4728" : "ad5593r, ads1115"))")
    }
    let channel: Int
    if kind == .gpio {
      channel = Int(try lines.take(table, "line", owner: owner, drives ? .output : .input))
    } else {
      channel = try table.integer("channel", in: 0...(count - 1))
    }
    let key = chip * 256 + channel
    if let other = owners[key] {
      throw table.error(
        .duplicate, "channel", "\(other) and \(owner) share channel \(channel) of chip '\(chips[chip].name)'",
        "A channel can serve one node only", "Give one of them a channel of its own")
    }
    owners[key] = owner
    return (chip, channel)
  }

  // A float's full scale may be a hair under the decimal one that the file names.
  private static func allowed(_ scale: ChannelScale) -> ClosedRange<Double> {
    let hair = max(abs(scale.range.lowerBound), abs(scale.range.upperBound)) * 1e-6
    let low = scale.range.lowerBound == 0 ? 0 : scale.range.lowerBound - hair
    return low...(scale.range.upperBound + hair)
  }

  private func range(
    _ table: ConfigTable, _ scale: ChannelScale, _ chip: ChipDescription
  ) throws(ConfigError) -> (Int, Int) {
    let key = scale.unit.rangeKey
    for other in ChannelScale.Unit.all where other != scale.unit && table.has(other.rangeKey) && !table.has(key) {
      throw table.error(
        .inconsistent, other.rangeKey, "chip '\(chip.name)' has no range in this unit",
        "This channel of an \(ChipRules(chip.kind).name) is counted in \(scale.unit.rawValue)",
        "Write \(key) = [at -1, at +1]")
    }
    let values = try table.reals(key, count: 2, in: Self.allowed(scale))
    let low = scale.code(of: values[0])
    let high = scale.code(of: values[1])
    guard low != high else {
      throw table.error(
        .outOfRange, key, "the range has no width", "Both ends are code \(low)",
        "Write [\(scale.unit.rawValue) at -1, \(scale.unit.rawValue) at +1]")
    }
    return (low, high)
  }
}
