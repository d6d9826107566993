import PhysicalNetwork
import VirtualBench

/// Reads `bench.toml`, which says what a virtual board is made of.
public enum BenchFile {
  static let kinds: [(name: String, kind: BenchDeviceKind)] = [
    ("superparamagnetic", .superparamagnetic), ("duffing", .duffing), ("leaky_integrator", .leakyIntegrator),
    ("nanoring", .nanoring), ("dead", .dead),
  ]

  /// The names of all kinds of devices, as bench files write them.
  public static var kindNames: [String] { kinds.map(\.name) }

  /// The kind of that name, or nil.
  public static func kind(_ name: String) -> BenchDeviceKind? { kinds.first { $0.name == name }?.kind }

  /// What bench files call a kind of device.
  static func name(_ kind: BenchDeviceKind) -> String { kinds.first { $0.kind == kind }?.name ?? "dead" }

  /// The bench described by the file at `path`.
  public static func read(path: String) throws(ConfigError) -> BenchDescription {
    try bench(try ConfigTable(reading: path))
  }

  /// The bench described by `text`; `file` is for messages.
  public static func parse(_ text: String, file: String) throws(ConfigError) -> BenchDescription {
    try bench(try ConfigTable(parsing: text, file: file))
  }

  private static func bench(_ root: ConfigTable) throws(ConfigError) -> BenchDescription {
    _ = try root.integer("schema", in: 1...ConfigTable.schema)
    let seed = try root.integer("seed", default: 1, in: 0...Int.max)
    let spread = try root.real("spread", default: 0.15, in: 0...0.35)
    let quantum = try root.integer("quantum_us", in: 1...1_000_000)
    var busNames = NameTable("bus")
    var clocks: [UInt32] = []
    for table in try root.tables("bus", minimum: 1, maximum: 32) {
      _ = try busNames.add(table)
      clocks.append(UInt32(try table.integer("clock_hz", default: 400_000, in: 1000...5_000_000)))
      try table.finish()
    }
    let chipTables = try root.tables("chip", maximum: 254)
    let (seats, chipNames) = try ChipSeat.read(chipTables, buses: busNames)
    let chips = try BenchChipReader.chips(chipTables, seats)
    let lines = try BenchChipReader.lines(root, chips, chipNames)
    let ambient = try root.real("ambient_celsius", default: 25, in: -40...125)
    let swing = try root.real("ambient_swing_celsius", default: 2, in: 0...50)
    var wires = WireReader(seats: seats, names: chipNames)
    var deviceNames = NameTable("device")
    var devices: [BenchDevice] = []
    for table in try root.tables("device", maximum: BoardDescription.largest) {
      devices.append(try device(table, try deviceNames.add(table), &wires))
      try table.finish()
    }
    try root.finish()
    let bench = BenchDescription(
      seed: UInt64(seed), spread: spread, quantum: UInt64(quantum) * 1000, busClocks: clocks,
      chips: chips, devices: devices, lines: lines, ambientCelsius: ambient, ambientSwing: swing)
    if let fault = bench.firstFault() {
      throw root.error(
        .inconsistent, "", "the bench cannot be built: \(fault)", "A rule of the virtual bench is broken",
        fault == "quantum"
          ? "Make quantum_us shorter or time_per_second smaller: an oscillator needs steps of at most 0.25 of "
            + "its time, a nanoring array of at most one rotation"
          : "Look at the keys of that name")
    }
    return bench
  }

  private static func device(
    _ table: ConfigTable, _ name: String, _ wires: inout WireReader
  ) throws(ConfigError) -> BenchDevice {
    let kind = kind(try table.choice("kind", kindNames)) ?? .dead
    let time = try table.real("time_per_second", default: 1, in: 1e-9...1e12)
    let drive = try wires.wire(try table.table("drive"), owner: name, noise: false)
    let readings = kind.readingNames.map { "\($0)" }
    var responses: [BenchWire] = []
    for response in try table.tables(
      "response", or: "responses", maximum: readings.count,
      of: "What can be read of this kind: \(readings.joined(separator: ", "))")
    {
      responses.append(try wires.wire(response, owner: name, noise: true))
    }
    let given = try table.optionalTable("parameters")
    var parameters: [Double] = []
    for rule in kind.parameters {
      parameters.append(try given.real("\(rule.name)", default: rule.nominal, in: rule.lowest...rule.highest))
    }
    try given.finish()
    return BenchDevice(
      kind: kind, drive: drive, response: responses[0], furtherResponses: Array(responses.dropFirst()),
      timePerSecond: time, parameters: parameters, ageing: try ageing(try table.optionalTable("ageing")))
  }

  private static func ageing(_ table: ConfigTable) throws(ConfigError) -> DeviceAgeing {
    let usual = DeviceAgeing.none
    let ageing = DeviceAgeing(
      exponentMean: try table.real("exponent_mean", default: usual.exponentMean, in: 0...2),
      exponentDeviation: try table.real("exponent_sd", default: usual.exponentDeviation, in: 0...1),
      startSeconds: try table.real("start_seconds", default: usual.startSeconds, in: 1e-3...1e9),
      driftPerHourMean: try table.real("drift_per_hour_mean", default: usual.driftPerHourMean, in: -10...10),
      driftPerHourDeviation: try table.real("drift_per_hour_sd", default: usual.driftPerHourDeviation, in: 0...10),
      ageSeconds: try table.real("age_seconds", default: usual.ageSeconds, in: 0...1e10))
    try table.finish()
    return ageing
  }
}
