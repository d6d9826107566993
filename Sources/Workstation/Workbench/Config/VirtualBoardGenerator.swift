/// Writes `board.toml` and `bench.toml` of a virtual board with any number of nodes from 1 to 64.
///
/// The first three quarters of the nodes sit on AD5593R chips behind a TCA9548A, four a chip (DAC channels 0 to 3, ADC
/// channels 4 to 7); the rest on pairs of MCP4728 and ADS1115, four a pair. All share one bus.
public struct VirtualBoardGenerator {
  /// The most nodes the addresses of one bus have room for in this layout.
  public static let largest = 64

  /// The two files' text.
  public struct Files: Equatable, Sendable {
    public var board: String
    public var bench: String
  }

  /// One converter channel pair of a node.
  private struct Seat {
    let drive: (chip: String, channel: Int, low: Double, high: Double)
    let response: (chip: String, channel: Int, low: Double, high: Double)
  }

  private struct Chip {
    let name: String
    let kind: String
    let address: Int
    var mux: (name: String, channel: Int)?
    var volts: Double?
  }

  private let design: VirtualBoardDesign
  private var chips: [Chip] = []
  private var seats: [Seat] = []

  /// The files of a board of `nodes` nodes (1 to 64, brought into that range) whose bench draws from `seed`.
  public static func make(
    nodes: Int, seed: UInt64, name: String = "virtual", design: VirtualBoardDesign = VirtualBoardDesign()
  ) -> Files {
    let count = min(max(nodes, 1), largest)
    let generator = VirtualBoardGenerator(nodes: count, design: design.fitted(to: count))
    return Files(
      board: generator.board(name, design.assign(count)), bench: generator.bench(seed, design.assign(count)))
  }

  private init(nodes: Int, design: VirtualBoardDesign) {
    self.design = design
    let combined = (3 * nodes + 3) / 4
    let combinedChips = (combined + 3) / 4
    let pairs = (nodes - combined + 3) / 4
    chips.append(Chip(name: "mux0", kind: "tca9548a", address: 0x70))
    for index in 0..<combinedChips {
      chips.append(
        Chip(
          name: "combi\(index)", kind: "ad5593r", address: 0x10 + index % 2, mux: ("mux0", index / 2), volts: 2.5))
    }
    for index in 0..<pairs {
      chips.append(Chip(name: "dac\(index)", kind: "mcp4728", address: 0x60 + index, volts: 2.048))
      chips.append(Chip(name: "adc\(index)", kind: "ads1115", address: 0x48 + index, volts: 4.096))
    }
    for node in 0..<nodes {
      if node < combined {
        let chip = "combi\(node / 4)"
        seats.append(
          Seat(drive: (chip, node % 4, 0.25, 2.25), response: (chip, 4 + node % 4, 0.25, 2.25)))
      } else {
        let place = node - combined
        seats.append(
          Seat(
            drive: ("dac\(place / 4)", place % 4, 0.2, 1.8), response: ("adc\(place / 4)", place % 4, 0.4, 3.6)))
      }
    }
  }

  private func board(_ name: String, _ couplings: [VirtualBoardDesign.Coupling]) -> String {
    var text = """
      # A virtual board of \(seats.count) nodes, as edged sees it. Made by `edgesync`; change it freely.
      schema = 1
      name = \(TOMLText.quoted(name))
      step_us = \(design.stepMicroseconds)
      response_delay_us = \(design.delayMicroseconds)

      [[bus]]
      name = "i2c"
      device = "virtual"
      clock_hz = \(design.busHertz)

      """
    for chip in chips {
      text += "\n" + header(chip)
      if let volts = chip.volts { text += "full_scale_volts = \(volts)\n" }
      if chip.kind == "ads1115" { text += "samples_per_second = 860\n" }
    }
    for (index, seat) in seats.enumerated() {
      let (drive, response) = (seat.drive, seat.response)
      text += """

        [[node]]
        name = "\(nodeName(index))"
        device = "\(couplings[index].kind)"
        drive = { chip = "\(drive.chip)", channel = \(drive.channel), range_volts = [\(drive.low), \(drive.high)], \
        safe_volts = \(number((drive.low + drive.high) / 2)) }
        response = { chip = "\(response.chip)", channel = \(response.channel), \
        range_volts = [\(response.low), \(response.high)] }

        """
    }
    return text
  }

  private func bench(_ seed: UInt64, _ couplings: [VirtualBoardDesign.Coupling]) -> String {
    var text = """
      # What the virtual board of \(seats.count) nodes is made of. Made by `edgesync`; change it freely.
      # Parameters that are not given have their usual values; each unit's own are drawn around them.
      schema = 1
      seed = \(seed & UInt64(Int64.max))
      spread = \(design.spread)
      quantum_us = \(design.quantumMicroseconds)

      [[bus]]
      name = "i2c"
      clock_hz = \(design.busHertz)

      """
    for chip in chips { text += "\n" + header(chip) }
    for (index, seat) in seats.enumerated() {
      let coupling = couplings[index]
      let (drive, response) = (seat.drive, seat.response)
      let driveGain = (drive.high - drive.low) / 2 / coupling.driveUnits
      let responseGain = (response.high - response.low) / 2 / coupling.responseUnits
      let rate = coupling.timePerStep / (Double(design.stepMicroseconds) * 1e-6)
      text += """

        [[device]]
        name = "\(nodeName(index))"
        kind = "\(coupling.kind)"
        time_per_second = \(number(rate))
        drive = { chip = "\(drive.chip)", channel = \(drive.channel), \
        volts_at_zero = \(number((drive.low + drive.high) / 2)), volts_per_unit = \(number(driveGain)) }
        response = { chip = "\(response.chip)", channel = \(response.channel), \
        volts_at_zero = \(number((response.low + response.high) / 2)), volts_per_unit = \(number(responseGain)), \
        noise_volts = \(number(design.noiseVolts)) }

        """
      let parameters = coupling.parameters.keys.sorted().map { "\($0) = \(number(coupling.parameters[$0] ?? 0))" }
      if !parameters.isEmpty { text += "parameters = { \(parameters.joined(separator: ", ")) }\n" }
    }
    return text
  }

  private func header(_ chip: Chip) -> String {
    var text = """
      [[chip]]
      name = "\(chip.name)"
      kind = "\(chip.kind)"
      bus = "i2c"
      address = 0x\(String(chip.address, radix: 16))

      """
    if let mux = chip.mux { text += "mux = \"\(mux.name)\"\nmux_channel = \(mux.channel)\n" }
    return text
  }

  private func nodeName(_ index: Int) -> String { "n\(index < 10 ? "0" : "")\(index)" }

  // Six decimals, without a trail of zeros or of binary fractions.
  private func number(_ value: Double) -> String { "\((value * 1e6).rounded() / 1e6)" }
}
