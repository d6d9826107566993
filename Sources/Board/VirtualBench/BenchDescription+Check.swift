import WireFormat

extension BenchDescription {
  /// The most devices one bench may have.
  public static let mostDevices = 1024
  /// The most bytes all memories of one bench may have.
  public static let mostMemory = 1 << 20
  /// The most lines one bench may have.
  public static let mostLines = 64
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
    guard chips.reduce(0, { $0 + $1.memorySize }) <= Self.mostMemory else { return "memory bytes" }
    guard devices.count <= Self.mostDevices else { return "devices" }
    for index in 0..<devices.count {
      if let fault = deviceFault(index) { return fault }
    }
    return lineFault()
  }

  private func lineFault() -> StaticName? {
    guard ambientCelsius >= -40, ambientCelsius <= 125 else { return "ambient celsius" }
    guard ambientSwing >= 0, ambientSwing <= 50 else { return "ambient swing" }
    guard lines.count <= Self.mostLines else { return "lines" }
    for (index, line) in lines.enumerated() where line.kind == .ready {
      guard Int(line.chip) < chips.count, chips[Int(line.chip)].kind.hasReadyOutput else { return "ready line" }
      for other in lines[..<index] where other.kind == .ready && other.chip == line.chip {
        return "two lines on one ready output"
      }
    }
    return nil
  }

  private func chipFault(_ index: Int) -> StaticName? {
    let chip = chips[index]
    guard Int(chip.bus) < busClocks.count else { return "chip bus" }
    if let fault = chip.fault() { return fault }
    if chip.mux != BenchChip.noMux {
      guard Int(chip.mux) < chips.count, chip.muxChannel < 8 else { return "chip mux" }
      let mux = chips[Int(chip.mux)]
      guard mux.kind == .tca9548a, mux.bus == chip.bus, mux.mux == BenchChip.noMux else { return "chip mux" }
    }
    for other in chips[..<index] where other.bus == chip.bus && Self.overlap(other, chip) {
      let apart =
        other.mux != BenchChip.noMux && chip.mux != BenchChip.noMux
        && (other.mux != chip.mux || other.muxChannel != chip.muxChannel)
      guard apart else { return "two chips at one address" }
      // The routes of one address are one chain; chips that share some addresses only would need several.
      guard other.address == chip.address, other.addressCount == chip.addressCount else { return "chip address" }
    }
    return nil
  }

  private static func overlap(_ a: BenchChip, _ b: BenchChip) -> Bool {
    Int(a.address) < Int(b.address) + b.addressCount && Int(b.address) < Int(a.address) + a.addressCount
  }

  private func deviceFault(_ index: Int) -> StaticName? {
    let device = devices[index]
    guard Int(device.drive.chip) < chips.count,
      device.drive.channel < chips[Int(device.drive.chip)].kind.driveChannels
    else { return "drive wire" }
    guard 1 + device.furtherResponses.count <= device.kind.readingNames.count else { return "readings" }
    let hertz = chips[Int(device.drive.chip)].kind == .si5351a
    if let fault = Self.wireFault(device.drive, hertz: hertz) { return fault }
    let responses = device.responses
    for (place, response) in responses.enumerated() {
      guard Int(response.chip) < chips.count,
        response.channel < chips[Int(response.chip)].kind.readChannels
      else { return "response wire" }
      if let fault = Self.wireFault(response, hertz: false) { return fault }
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

  // The drive of a clock generator is its frequency: hertz stand in place of volts.
  private static func wireFault(_ wire: BenchWire, hertz: Bool) -> StaticName? {
    let farthest: Double = hertz ? 2e8 : 100
    guard wire.voltsAtZero >= -farthest, wire.voltsAtZero <= farthest else { return "volts at zero" }
    let size = wire.voltsPerUnit.magnitude
    guard size >= 1e-6, size <= (hertz ? 1e9 : 1e6) else { return "volts per unit" }
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
