import WireFormat

extension BoardDescription {
  /// The most nodes, channels or chips one board may have.
  public static let largest = 1024

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
    for bus in buses where bus.clockHertz < 1000 || bus.clockHertz > 5_000_000 { return "bus clock" }
    for chip in chips {
      guard Int(chip.bus) < buses.count else { return "chip bus" }
      guard chip.address >= 0x08, chip.address <= 0x77 else { return "chip address" }
      guard chip.fullScaleVolts > 0 || chip.kind == .tca9548a else { return "full scale" }
      if let fault = Self.rangeFault(chip) { return fault }
      if chip.mux != ChipDescription.noMux {
        guard Int(chip.mux) < chips.count, chips[Int(chip.mux)].kind == .tca9548a, chip.muxChannel < 8,
          chips[Int(chip.mux)].bus == chip.bus, chips[Int(chip.mux)].mux == ChipDescription.noMux
        else { return "chip mux" }
      }
    }
    return channelFault() ?? nodeFault()
  }

  /// The ranges and rates each kind of chip has.
  private static func rangeFault(_ chip: ChipDescription) -> StaticName? {
    switch chip.kind {
    case .ad5593r: return chip.fullScaleVolts == 2.5 || chip.fullScaleVolts == 5 ? nil : "ad5593r full scale"
    case .mcp4728: return chip.fullScaleVolts == 2.048 || chip.fullScaleVolts == 4.096 ? nil : "mcp4728 full scale"
    case .ads1115:
      switch chip.fullScaleVolts {
      case 6.144, 4.096, 2.048, 1.024, 0.512, 0.256: break
      default: return "ads1115 full scale"
      }
      switch chip.samplesPerSecond {
      case 8, 16, 32, 64, 128, 250, 475, 860: return nil
      default: return "ads1115 samples per second"
      }
    case .tca9548a: return nil
    }
  }

  private func channelFault() -> StaticName? {
    for (index, drive) in drives.enumerated() {
      guard let limit = Self.driveLimit(chips, drive.chip), drive.channel < limit.channels else { return "drive chip" }
      guard drive.lowCode != drive.highCode, max(drive.lowCode, drive.highCode) <= limit.code,
        drive.safeCode <= limit.code
      else { return "drive codes" }
      for other in drives[(index + 1)...] where other.chip == drive.chip && other.channel == drive.channel {
        return "two nodes on one channel"
      }
    }
    for list in [responses, inputs] {
      for channel in list {
        guard let limit = Self.readLimit(chips, channel.chip), channel.channel < limit else { return "read chip" }
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

  private static func driveLimit(_ chips: [ChipDescription], _ index: UInt8) -> (channels: UInt8, code: UInt16)? {
    guard Int(index) < chips.count else { return nil }
    switch chips[Int(index)].kind {
    case .ad5593r: return (8, 4095)
    case .mcp4728: return (4, 4095)
    case .ads1115, .tca9548a: return nil
    }
  }

  private static func readLimit(_ chips: [ChipDescription], _ index: UInt8) -> UInt8? {
    guard Int(index) < chips.count else { return nil }
    switch chips[Int(index)].kind {
    case .ad5593r: return 8
    case .ads1115: return 4
    case .mcp4728, .tca9548a: return nil
    }
  }
}
