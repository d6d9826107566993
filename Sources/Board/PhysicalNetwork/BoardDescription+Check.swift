import Drivers
import WireFormat

extension BoardDescription {
  /// The most nodes, channels or chips one board may have.
  public static let largest = 1024
  /// The most GPIO lines one board may have.
  public static let mostLines = 64

  /// The first rule the description breaks, or nil: the board trusts no index it has not checked.
  public func firstFault() -> StaticName? {
    guard boardID.count == 16 else { return "board id" }
    guard stepPeriod >= 1000, stepPeriod <= 3_600_000_000_000 else { return "step period" }
    guard responseDelay < stepPeriod else { return "response delay" }
    guard !buses.isEmpty, buses.count <= 32 else { return "buses" }
    guard chips.count < Int(ChipDescription.noMux) else { return "chips" }
    guard drives.count <= Self.largest, responses.count <= Self.largest, inputs.count <= Self.largest else {
      return "channels"
    }
    guard lines.count <= Self.mostLines else { return "lines" }
    for bus in buses where bus.clockHertz < 1000 || bus.clockHertz > 5_000_000 { return "bus clock" }
    for index in chips.indices {
      if let fault = chipFault(index) { return fault }
    }
    return channelFault() ?? nodeFault() ?? lineFault() ?? additionFault()
  }

  private func chipFault(_ index: Int) -> StaticName? {
    let chip = chips[index]
    guard Int(chip.bus) < buses.count else { return "chip bus" }
    guard chip.kind == .gpio || (chip.address >= 0x08 && chip.address <= 0x77) else { return "chip address" }
    guard chip.settings.count == chip.kind.settingCount else { return "chip settings" }
    if let fault = Self.rangeFault(chip) { return fault }
    if chip.mux != ChipDescription.noMux {
      guard chip.kind != .gpio, chip.kind != .tca9548a, Int(chip.mux) < chips.count,
        chips[Int(chip.mux)].kind == .tca9548a, chip.muxChannel < 8, chips[Int(chip.mux)].bus == chip.bus,
        chips[Int(chip.mux)].mux == ChipDescription.noMux
      else { return "chip mux" }
    }
    return nil
  }

  /// The ranges and rates each kind of chip has.
  private static func rangeFault(_ chip: ChipDescription) -> StaticName? {
    switch chip.kind {
    case .ad5593r: return chip.fullScaleVolts == 2.5 || chip.fullScaleVolts == 5 ? nil : "ad5593r full scale"
    case .mcp4728: return chip.fullScaleVolts == 2.048 || chip.fullScaleVolts == 4.096 ? nil : "mcp4728 full scale"
    case .ads1115, .ads1015: return adcFault(chip)
    case .mcp4725, .pca9685, .ad5272:
      guard chip.fullScaleVolts > 0, chip.fullScaleVolts <= 100 else { return "full scale" }
      guard chip.kind == .pca9685, let hertz = chip.settings.first else { return nil }
      return hertz >= 24 && hertz <= 1526 ? nil : "pca9685 pwm hertz"
    case .si5351a:
      for hertz in chip.settings where hertz < 2500 || hertz > 200_000_000 { return "si5351a hertz" }
      guard chip.settings.count == 3,
        Si5351ASweep(
          crystalHertz: UInt32(chip.settings[0]), low: UInt64(chip.settings[1]) * 1000,
          high: UInt64(chip.settings[2]) * 1000) != nil
      else { return "si5351a sweep" }
      return nil
    case .ina219:
      guard chip.settings.count == 2, chip.settings[0] > 0 else { return "ina219 shunt" }
      let range = chip.settings[1]
      return range == 40 || range == 80 || range == 160 || range == 320 ? nil : "ina219 range"
    case .at24c:
      guard chip.settings.count == 2, chip.settings[0] >= 128, chip.settings[0] <= 65536, chip.settings[1] >= 8,
        chip.settings[1] <= 256
      else { return "at24c size" }
      return nil
    case .tca9548a, .tmp117, .tmp105, .ds1338, .gpio: return nil
    }
  }

  private static func adcFault(_ chip: ChipDescription) -> StaticName? {
    switch chip.fullScaleVolts {
    case 6.144, 4.096, 2.048, 1.024, 0.512, 0.256: break
    default: return "ads1x15 full scale"
    }
    if chip.kind == .ads1115 {
      switch chip.samplesPerSecond {
      case 8, 16, 32, 64, 128, 250, 475, 860: return nil
      default: return "ads1115 samples per second"
      }
    }
    switch chip.samplesPerSecond {
    case 128, 250, 490, 920, 1600, 2400, 3300: return nil
    default: return "ads1015 samples per second"
    }
  }

  private func channelFault() -> StaticName? {
    for (index, drive) in drives.enumerated() {
      guard Int(drive.chip) < chips.count else { return "drive chip" }
      let kind = chips[Int(drive.chip)].kind
      guard Int(drive.channel) < kind.driveChannels else { return "drive chip" }
      guard drive.lowCode != drive.highCode, max(drive.lowCode, drive.highCode) <= kind.largestDriveCode,
        drive.safeCode <= kind.largestDriveCode
      else { return "drive codes" }
      if kind == .gpio, !isLine(drive.channel, .output) { return "drive line" }
      for other in drives[(index + 1)...] where other.chip == drive.chip && other.channel == drive.channel {
        return "two nodes on one channel"
      }
    }
    for list in [responses, inputs] {
      for channel in list {
        guard Int(channel.chip) < chips.count else { return "read chip" }
        let kind = chips[Int(channel.chip)].kind
        guard Int(channel.channel) < kind.readChannels else { return "read chip" }
        if kind == .gpio, !isLine(channel.channel, .input) { return "read line" }
        guard channel.lowCode != channel.highCode else { return "read codes" }
      }
    }
    let reads = responses + inputs
    for (index, channel) in reads.enumerated() {
      for other in reads[(index + 1)...] where other.chip == channel.chip && other.channel == channel.channel {
        return "two nodes on one channel"
      }
      for drive in drives where drive.chip == channel.chip && drive.channel == channel.channel {
        return "two nodes on one channel"
      }
    }
    return nil
  }

  private func nodeFault() -> StaticName? {
    guard nodes.count <= Self.largest else { return "nodes" }
    for node in nodes {
      guard node.driveCount >= 1, Int(node.firstDrive) + Int(node.driveCount) <= drives.count else {
        return "node drive"
      }
      guard node.responseCount >= 1, Int(node.firstResponse) + Int(node.responseCount) <= responses.count else {
        return "node response"
      }
    }
    return nil
  }
}
