import VirtualBench

/// Reads the wires of bench devices; each converter channel goes to one device.
struct WireReader {
  let seats: [ChipSeat]
  let names: NameTable
  private var owners: [Int: String] = [:]

  init(seats: [ChipSeat], names: NameTable) {
    self.seats = seats
    self.names = names
  }

  mutating func wire(_ table: ConfigTable, owner: String, noise: Bool) throws(ConfigError) -> BenchWire {
    let chip = try names.index(table, "chip")
    let rules = seats[chip].rules
    let kind = BenchChipKind(rawValue: rules.kind.rawValue)
    let count = Int((noise ? kind?.readChannels : kind?.driveChannels) ?? 0)
    guard count > 0 else {
      throw table.error(
        .inconsistent, "chip", "chip '\(seats[chip].name)' has no \(noise ? "ADC" : "DAC") channels",
        "It is an \(rules.name)", "Name a chip that has")
    }
    let channel = try table.integer("channel", in: 0...(count - 1))
    if let other = owners[chip * 256 + channel] {
      throw table.error(
        .duplicate, "channel",
        "devices '\(other)' and '\(owner)' share channel \(channel) of chip '\(seats[chip].name)'",
        "A channel is wired to one device only", "Give one of them a channel of its own")
    }
    owners[chip * 256 + channel] = owner
    // The drive of a clock generator is its frequency: hertz stand in place of volts.
    let hertz = kind == .si5351a
    let (zeroKey, unitKey) = hertz ? ("hertz_at_zero", "hertz_per_unit") : ("volts_at_zero", "volts_per_unit")
    let largest = hertz ? 1e9 : 1e6
    let perUnit = try table.real(unitKey, in: -largest...largest)
    guard perUnit != 0 else {
      throw table.error(.outOfRange, unitKey, "it is zero", "Nothing would pass the wire", "Write a gain")
    }
    let farthest: Double = hertz ? 2e8 : 100
    let wire = BenchWire(
      chip: UInt8(chip), channel: UInt8(channel), voltsAtZero: try table.real(zeroKey, in: -farthest...farthest),
      voltsPerUnit: perUnit, noiseVolts: noise ? try table.real("noise_volts", default: 0, in: 0...10) : 0)
    try table.finish()
    return wire
  }
}
