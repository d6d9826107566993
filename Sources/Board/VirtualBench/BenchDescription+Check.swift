import WireFormat

extension BenchDescription {
  /// The most devices one bench may have.
  public static let mostDevices = 1024
  /// The longest step of a Duffing oscillator's integrator, device time units.
  static let longestDuffingStep = 0.25

  /// The first rule the description breaks, or nil.
  public func firstFault() -> StaticName? {
    guard spread >= 0, spread <= 0.35 else { return "spread" }
    guard quantum >= 1000, quantum <= 1_000_000_000 else { return "quantum" }
    guard !busClocks.isEmpty, busClocks.count <= 32 else { return "buses" }
    for clock in busClocks where clock < 1000 || clock > 5_000_000 { return "bus clock" }
    guard chips.count < Int(BenchChip.noMux) else { return "chips" }
    for index in 0..<chips.count {
      if let fault = chipFault(index) { return fault }
    }
    guard devices.count <= Self.mostDevices else { return "devices" }
    for index in 0..<devices.count {
      if let fault = deviceFault(index) { return fault }
    }
    return nil
  }

  private func chipFault(_ index: Int) -> StaticName? {
    let chip = chips[index]
    guard Int(chip.bus) < busClocks.count else { return "chip bus" }
    guard chip.kind.addresses.contains(chip.address) else { return "chip address" }
    if chip.mux != BenchChip.noMux {
      guard Int(chip.mux) < chips.count, chip.muxChannel < 8 else { return "chip mux" }
      let mux = chips[Int(chip.mux)]
      guard mux.kind == .tca9548a, mux.bus == chip.bus, mux.mux == BenchChip.noMux else { return "chip mux" }
    }
    for other in chips[..<index] where other.bus == chip.bus && other.address == chip.address {
      let apart =
        other.mux != BenchChip.noMux && chip.mux != BenchChip.noMux
        && (other.mux != chip.mux || other.muxChannel != chip.muxChannel)
      guard apart else { return "two chips at one address" }
    }
    return nil
  }

  private func deviceFault(_ index: Int) -> StaticName? {
    let device = devices[index]
    guard Int(device.drive.chip) < chips.count,
      device.drive.channel < chips[Int(device.drive.chip)].kind.dacChannels
    else { return "drive wire" }
    guard 1 + device.furtherResponses.count <= device.kind.readingNames.count else { return "readings" }
    if let fault = Self.wireFault(device.drive) { return fault }
    let responses = device.responses
    for (place, response) in responses.enumerated() {
      guard Int(response.chip) < chips.count,
        response.channel < chips[Int(response.chip)].kind.adcChannels
      else { return "response wire" }
      if let fault = Self.wireFault(response) { return fault }
      for other in responses[..<place] {
        guard !Self.onePin(other, response) else { return "two wires on one pin" }
      }
      for other in devices[..<index] {
        guard !Self.onePin(other.response, response) else { return "two wires on one pin" }
        for further in other.furtherResponses {
          guard !Self.onePin(further, response) else { return "two wires on one pin" }
        }
      }
      for other in devices {
        guard !Self.onePin(other.drive, response) else { return "two wires on one pin" }
      }
    }
    return Self.physicsFault(
      device.kind, device.parameters, device.ageing, timePerSecond: device.timePerSecond, quantum: quantum)
  }

  private static func wireFault(_ wire: BenchWire) -> StaticName? {
    guard wire.voltsAtZero >= -100, wire.voltsAtZero <= 100 else { return "volts at zero" }
    let size = wire.voltsPerUnit.magnitude
    guard size >= 1e-6, size <= 1e6 else { return "volts per unit" }
    guard wire.noiseVolts >= 0, wire.noiseVolts <= 10 else { return "noise volts" }
    return nil
  }

  private static func onePin(_ a: BenchWire, _ b: BenchWire) -> Bool { a.chip == b.chip && a.channel == b.channel }

  /// The first rule a device's own numbers break, or nil.
  static func physicsFault(
    _ kind: BenchDeviceKind, _ parameters: [Double], _ ageing: DeviceAgeing, timePerSecond: Double, quantum: UInt64
  ) -> StaticName? {
    guard timePerSecond > 0, timePerSecond <= 1e12 else { return "time per second" }
    let rules = kind.parameters
    guard parameters.count == rules.count else { return "parameter count" }
    for (value, rule) in zip(parameters, rules) {
      guard value >= rule.lowest, value <= rule.highest else { return rule.name }
    }
    let step = Double(quantum) * 1e-9 * timePerSecond
    switch kind {
    case .duffing: guard step <= longestDuffingStep else { return "quantum" }
    case .nanoring: guard step <= Nanoring.longestStep else { return "quantum" }
    case .superparamagnetic, .leakyIntegrator, .dead: break
    }
    return ageing.firstFault()
  }
}

extension BenchChipKind {
  /// The 7-bit addresses its pins or options can choose.
  public var addresses: ClosedRange<UInt8> {
    switch self {
    case .ad5593r: return 0x10...0x11
    case .mcp4728: return 0x60...0x67
    case .ads1115: return 0x48...0x4B
    case .tca9548a: return 0x70...0x77
    }
  }

  var dacChannels: UInt8 {
    switch self {
    case .ad5593r: return 8
    case .mcp4728: return 4
    case .ads1115, .tca9548a: return 0
    }
  }

  var adcChannels: UInt8 {
    switch self {
    case .ad5593r: return 8
    case .ads1115: return 4
    case .mcp4728, .tca9548a: return 0
    }
  }
}
