import PhysicalNetwork

/// What a kind of single-board computer has: its header, lines, I2C controllers and processors (`profile.toml`).
public struct BoardProfile: Equatable, Sendable {
  public static let fileName = "profile.toml"

  /// A pin header, counted from 1.
  public struct Header: Equatable, Sendable {
    public var name: String
    /// Pins of a row across the header: 2 for the usual double row.
    public var columns: Int
    /// What is on each pin: a rail (`3V3`, `5V`, `GND`), a pin's name as in `lines`, or another word for what is not ours.
    public var pins: [String]
  }

  /// A GPIO line on the header.
  public struct Line: Equatable, Sendable {
    /// Label of the chip it belongs to.
    public var chip: String
    public var offset: Int
    /// The pin's name on the header.
    public var pin: String
    /// What kernels name the line: each name is one that some kernel of this board uses.
    public var names: [String]
  }

  /// An I2C bus on the header.
  public struct Bus: Equatable, Sendable {
    public var device: String
    /// The controller, for messages.
    public var controller: String
    public var combining: BusCombining
    /// Whether chips may stretch the clock.
    public var stretching: Bool
    public var fastestHertz: Int
    /// Pins of the header.
    public var data: String
    public var clock: String
    /// Pull-ups on the board, ohms; 0 for none.
    public var pullUpOhms: Int
    /// Addresses that the kernel or the board has for itself.
    public var reserved: [Int]
  }

  public var name: String
  public var title: String
  /// Of the program and its package, `edged_VERSION_ARCHITECTURE.deb`: `arm64`, `armhf` or `armel`.
  public var architecture: String
  /// Device trees of its kernels, Raspberry Pi's or BeagleBoard's own and the mainline's.
  public var deviceTrees: [String]
  /// QEMU's machine of this board; `none` where it has none.
  public var qemuMachine: String
  public var cpus: Int
  /// The CPU to keep free for the loop; nil where there is one only.
  public var isolatedCPU: Int?
  public var watchdog: String
  /// The longest the watchdog waits, seconds.
  public var watchdogSeconds: Int
  /// `config.txt` or `uEnv.txt`: the file of the boot partition that the boot fragment goes into.
  public var bootFile: String
  public var headers: [Header]
  public var lines: [Line]
  public var buses: [Bus]

  /// Reads the file at `path`.
  public static func read(path: String) throws(ConfigError) -> BoardProfile {
    try profile(try ConfigTable(reading: path))
  }

  /// Reads `text`; `file` is for messages.
  public static func parse(_ text: String, file: String) throws(ConfigError) -> BoardProfile {
    try profile(try ConfigTable(parsing: text, file: file))
  }

  private static func profile(_ root: ConfigTable) throws(ConfigError) -> BoardProfile {
    _ = try root.integer("schema", in: 1...ConfigTable.schema)
    let cpus = try root.integer("cpus", in: 1...64)
    let isolated = try root.integer("isolated_cpu", default: -1, in: -1...(cpus - 1))
    let profile = BoardProfile(
      name: try root.string("name"), title: try root.string("title"),
      architecture: try root.choice("architecture", ["arm64", "armhf", "armel"]),
      deviceTrees: try root.strings("device_trees"), qemuMachine: try root.string("qemu_machine", default: "none"),
      cpus: cpus, isolatedCPU: isolated < 0 ? nil : isolated, watchdog: try root.string("watchdog"),
      watchdogSeconds: try root.integer("watchdog_s", in: 1...86_400),
      bootFile: try root.choice("boot_file", ["config.txt", "uEnv.txt"]), headers: try headers(root),
      lines: try lines(root), buses: try buses(root))
    try root.finish()
    return profile
  }

  private static func headers(_ root: ConfigTable) throws(ConfigError) -> [Header] {
    var headers: [Header] = []
    for table in try root.tables("header", minimum: 1, maximum: 8) {
      headers.append(
        Header(
          name: try table.string("name"), columns: try table.integer("columns", default: 2, in: 1...4),
          pins: try table.strings("pins")))
      try table.finish()
    }
    return headers
  }

  private static func lines(_ root: ConfigTable) throws(ConfigError) -> [Line] {
    var lines: [Line] = []
    for table in try root.tables("gpio", minimum: 1, maximum: 16) {
      let chip = try table.string("chip")
      for line in try table.tables("lines", minimum: 1, maximum: 256) {
        let pin = try line.string("pin")
        let names = try line.strings("names")
        lines.append(
          Line(
            chip: chip, offset: try line.integer("offset", in: 0...255), pin: pin, names: names.isEmpty ? [pin] : names)
        )
        try line.finish()
      }
      try table.finish()
    }
    return lines
  }

  private static func buses(_ root: ConfigTable) throws(ConfigError) -> [Bus] {
    var buses: [Bus] = []
    for table in try root.tables("bus", minimum: 1, maximum: 16) {
      let combining = try table.choice("combining", BusTable.combinings.map(\.name))
      buses.append(
        Bus(
          device: try table.string("device"), controller: try table.string("controller"),
          combining: BusTable.combinings.first { $0.name == combining }?.combining ?? .any,
          stretching: try table.boolean("stretching", default: true),
          fastestHertz: try table.integer("max_clock_hz", in: 1000...5_000_000), data: try table.string("data"),
          clock: try table.string("clock"), pullUpOhms: try table.integer("pull_up_ohms", default: 0, in: 0...100_000),
          reserved: table.has("reserved") ? try table.reals("reserved", in: 0...127).map { Int($0) } : []))
      try table.finish()
    }
    return buses
  }
}
