import VirtualBench

/// Writes `board.toml` and `bench.toml` of a virtual board with any number of nodes from 1 to 64, half as many where nodes
/// are read twice. Which channels they sit on, `VirtualBoardLayout` says.
public struct VirtualBoardGenerator {
  /// The most nodes the addresses of one bus have room for in this layout, each read once.
  public static let largest = 64

  /// The two files' text.
  public struct Files: Equatable, Sendable {
    public var board: String
    public var bench: String
  }

  private let design: VirtualBoardDesign
  private let couplings: [VirtualBoardDesign.Coupling]
  private let layout: VirtualBoardLayout

  /// The files of a board of `nodes` nodes (brought into the range there is room for) whose bench draws from `seed`.
  public static func make(
    nodes: Int, seed: UInt64, name: String = "virtual", design: VirtualBoardDesign = VirtualBoardDesign()
  ) -> Files {
    let count = min(max(nodes, 1), max(design.largest, 1))
    let generator = VirtualBoardGenerator(design.fitted(to: count), design.assign(count))
    return Files(board: generator.board(name), bench: generator.bench(seed))
  }

  private init(_ design: VirtualBoardDesign, _ couplings: [VirtualBoardDesign.Coupling]) {
    self.design = design
    self.couplings = couplings
    layout = VirtualBoardLayout(readings: couplings.map(\.device.readings.count))
  }

  private func board(_ name: String) -> String {
    var text = """
      # A virtual board of \(couplings.count) nodes, as edged sees it. Made by `edgesync`; change it freely.
      schema = 1
      name = \(TOMLText.quoted(name))
      step_us = \(design.stepMicroseconds)
      response_delay_us = \(design.delayMicroseconds)

      [[bus]]
      name = "i2c"
      device = "virtual"
      clock_hz = \(design.busHertz)

      """
    for chip in layout.chips {
      text += "\n" + header(chip)
      if let volts = chip.volts { text += "full_scale_volts = \(volts)\n" }
      if chip.kind == "ads1115" { text += "samples_per_second = 860\n" }
    }
    for (index, seat) in layout.seats.enumerated() {
      let drive = seat.drive
      text += """

        [[node]]
        name = "\(nodeName(index))"
        device = "\(BenchFile.name(couplings[index].device.kind))"
        drive = { \(place(drive)), \(range(drive)), safe_volts = \(number(drive.middle)) }

        """
      text += responses(seat.responses.map { "\(place($0)), \(range($0))" })
    }
    return text
  }

  private func bench(_ seed: UInt64) -> String {
    var text = """
      # What the virtual board of \(couplings.count) nodes is made of. Made by `edgesync`; change it freely.
      # Parameters that are not given have their usual values; each unit's own are drawn around them.
      schema = 1
      seed = \(seed & UInt64(Int64.max))
      spread = \(design.spread)
      quantum_us = \(design.quantumMicroseconds)

      [[bus]]
      name = "i2c"
      clock_hz = \(design.busHertz)

      """
    for chip in layout.chips { text += "\n" + header(chip) }
    for (index, seat) in layout.seats.enumerated() {
      let coupling = couplings[index].device
      let rate = coupling.timePerStep / (Double(design.stepMicroseconds) * 1e-6)
      text += """

        [[device]]
        name = "\(nodeName(index))"
        kind = "\(BenchFile.name(coupling.kind))"
        time_per_second = \(number(rate))
        drive = { \(place(seat.drive)), \(gain(seat.drive, coupling.driveZero, coupling.driveUnits)) }

        """
      text += responses(
        zip(seat.responses, coupling.readings).map { channel, reading in
          "\(place(channel)), \(gain(channel, reading.zero, reading.units)), noise_volts = \(number(design.noiseVolts))"
        })
      text += parameters(coupling) + ageing(couplings[index].ageing)
    }
    return text
  }

  private func responses(_ tables: [String]) -> String {
    if tables.count == 1 { return "response = { \(tables[0]) }\n" }
    return "responses = [\n" + tables.map { "  { \($0) },\n" }.joined() + "]\n"
  }

  private func place(_ channel: VirtualBoardLayout.Channel) -> String {
    "chip = \"\(channel.chip)\", channel = \(channel.channel)"
  }

  private func range(_ channel: VirtualBoardLayout.Channel) -> String {
    "range_volts = [\(channel.low), \(channel.high)]"
  }

  private func gain(_ channel: VirtualBoardLayout.Channel, _ zero: Double, _ units: Double) -> String {
    let gain = channel.half / units
    return "volts_at_zero = \(number(channel.middle - zero * gain)), volts_per_unit = \(number(gain))"
  }

  /// The parameters that differ from the kind's usual ones.
  private func parameters(_ coupling: DeviceCoupling) -> String {
    let given = zip(coupling.kind.parameters, coupling.parameters).filter { $0.nominal != $1 }
      .map { "\($0.name) = \(number($1))" }.sorted()
    return given.isEmpty ? "" : "parameters = { \(given.joined(separator: ", ")) }\n"
  }

  private func ageing(_ ageing: DeviceAgeing) -> String {
    guard ageing != .none else { return "" }
    return """
      ageing = { exponent_mean = \(number(ageing.exponentMean)), exponent_sd = \(number(ageing.exponentDeviation)), \
      start_seconds = \(number(ageing.startSeconds)), drift_per_hour_mean = \(number(ageing.driftPerHourMean)), \
      drift_per_hour_sd = \(number(ageing.driftPerHourDeviation)), age_seconds = \(number(ageing.ageSeconds)) }

      """
  }

  private func header(_ chip: VirtualBoardLayout.Chip) -> String {
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
