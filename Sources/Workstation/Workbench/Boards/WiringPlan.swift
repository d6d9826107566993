import PhysicalNetwork

/// What a wiring picture shows: which pin of the header goes to which pin of which part.
struct WiringPlan {
  /// A pin of a header, counted from 1.
  struct Pin: Equatable {
    var header: Int
    var number: Int
  }

  /// A wire from a pin of the header to pins of parts.
  struct Net {
    var name: String
    var color: String
    var pin: Pin
    /// Part and pin of it.
    var ends: [(part: Int, pin: Int)] = []
  }

  /// A chip, or what a line goes to.
  struct Part {
    var title: String
    var kind: String
    /// Names of its pins on the header's side, from above.
    var pins: [String]
    /// What stands below the pins, such as how the address is set.
    var note: String?
    /// Its channels: what the pin is called, and what for.
    var channels: [(pin: String, use: String)] = []
  }

  private(set) var nets: [Net] = []
  private(set) var parts: [Part] = []
  let source: BoardSource
  let profile: BoardProfile

  static let power = "#C62828"
  static let ground = "#263238"
  private static let data = ["#1565C0", "#5E35B1", "#00838F"]
  private static let clock = ["#E69F00", "#AD1457", "#6D4C41"]
  private static let lines = ["#00897B", "#8E24AA", "#558B2F", "#D84315", "#0277BD", "#9E9D24", "#5D4037", "#546E7A"]

  init?(_ source: BoardSource) {
    guard let profile = source.profile else { return nil }
    self.source = source
    self.profile = profile
    addChips()
    addLines()
  }

  private func pin(named name: String) -> Pin? {
    for (index, header) in profile.headers.enumerated() {
      if let place = header.pins.firstIndex(of: name) { return Pin(header: index, number: place + 1) }
    }
    return nil
  }

  private mutating func net(_ name: String, _ color: String, _ pin: Pin?) -> Int? {
    guard let pin else { return nil }
    nets.append(Net(name: name, color: color, pin: pin))
    return nets.count - 1
  }

  private mutating func connect(_ net: Int?, _ part: Int, _ name: String) {
    guard let net else { return }
    parts[part].pins.append(name)
    nets[net].ends.append((part, parts[part].pins.count - 1))
  }

  private mutating func addChips() {
    let board = source.description
    let ground = net("GND", Self.ground, pin(named: "GND"))
    let power = net("3V3", Self.power, pin(named: "3V3"))
    var wires: [(data: Int?, clock: Int?)] = []
    for (index, bus) in board.buses.enumerated() {
      let known = profile.buses.first { $0.device == bus.device }
      let suffix = board.buses.count > 1 ? " \(bus.name)" : ""
      wires.append(
        (
          net("SDA\(suffix)", Self.data[index % Self.data.count], known.flatMap { pin(named: $0.data) }),
          net("SCL\(suffix)", Self.clock[index % Self.clock.count], known.flatMap { pin(named: $0.clock) })
        ))
    }
    for (index, chip) in board.chips.enumerated() where chip.kind != .gpio {
      var part = Part(
        title: chip.name,
        kind: "\(ChipRules(chip.kind).name.uppercased()) at 0x\(ChipSeat.hex(Int(chip.address)))", pins: [],
        note: AddressStrap.text(chip))
      if chip.mux != ChipDescription.noMux, Int(chip.mux) < board.chips.count {
        part.note = "behind channel \(chip.muxChannel) of \(board.chips[Int(chip.mux)].name)"
      }
      part.channels = channels(index)
      parts.append(part)
      let place = parts.count - 1
      connect(power, place, "VDD")
      if chip.mux == ChipDescription.noMux, Int(chip.bus) < wires.count {
        connect(wires[Int(chip.bus)].data, place, "SDA")
        connect(wires[Int(chip.bus)].clock, place, "SCL")
      }
      connect(ground, place, "GND")
      if chip.readyLine != BusDescription.noLine { connectLine(Int(chip.readyLine), place, "ALERT/RDY") }
    }
  }

  /// What the channels of a chip are for.
  private func channels(_ chip: Int) -> [(pin: String, use: String)] {
    let board = source.description
    var uses: [(channel: Int, use: String)] = []
    for node in board.nodes {
      let drive = board.drives[Int(node.firstDrive)]
      if Int(drive.chip) == chip { uses.append((Int(drive.channel), "drives \(node.name)")) }
      for index in 0..<Int(node.responseCount) {
        let read = board.responses[Int(node.firstResponse) + index]
        if Int(read.chip) == chip { uses.append((Int(read.channel), "reads \(node.name)")) }
      }
    }
    for (index, input) in board.inputs.enumerated() where Int(input.chip) == chip {
      uses.append((Int(input.channel), "input \(index + 1)"))
    }
    for loopback in board.loopbacks where Int(loopback.chip) == chip {
      let drive = board.drives[Int(loopback.drive)]
      let other = Int(drive.chip) == chip ? "" : " of \(board.chips[Int(drive.chip)].name)"
      uses.append((Int(loopback.channel), "wire to \(pinName(drive.channel, board.chips[Int(drive.chip)]))\(other)"))
    }
    for monitor in board.monitors where Int(monitor.chip) == chip {
      uses.append((Int(monitor.channel), "\(monitor.name), every \(SVG.number(Double(monitor.period) / 1e9)) s"))
    }
    return uses.sorted { $0.channel < $1.channel }.map {
      (pinName(UInt8($0.channel), board.chips[chip]), $0.use)
    }
  }

  private func pinName(_ channel: UInt8, _ chip: ChipDescription) -> String {
    switch chip.kind {
    case .ad5593r: "I/O\(channel)"
    case .ads1115, .ads1015: "AIN\(channel)"
    case .mcp4728: "VOUT\(["A", "B", "C", "D"][Int(channel & 3)])"
    case .mcp4725: "VOUT"
    case .pca9685: "LED\(channel)"
    case .si5351a: "CLK\(channel)"
    case .ad5272: "W"
    case .ina219: channel == 0 ? "shunt" : "bus"
    default: ""
    }
  }

  private mutating func connectLine(_ index: Int, _ part: Int, _ name: String) {
    let line = source.description.lines[index]
    let known =
      profile.lines.first { !line.name.isEmpty && $0.names.contains(line.name) }
      ?? profile.lines.first { $0.chip == line.chip && $0.offset == Int(line.offset) }
    let color = Self.lines[index % Self.lines.count]
    connect(net(source.lineNames[index], color, known.flatMap { pin(named: $0.pin) }), part, name)
  }

  /// Lines that go to no chip become parts of their own.
  private mutating func addLines() {
    let board = source.description
    for (index, line) in board.lines.enumerated() {
      let taken =
        board.chips.contains { $0.readyLine == UInt8(index) }
        || (line.direction == .input
          && board.buses.contains { $0.clockLine == UInt8(index) || $0.dataLine == UInt8(index) })
      guard !taken else { continue }
      var part = Part(title: source.lineNames[index], kind: line.direction == .output ? "output" : "input", pins: [])
      for node in board.nodes {
        let drive = board.drives[Int(node.firstDrive)]
        if board.chips[Int(drive.chip)].kind == .gpio, Int(drive.channel) == index {
          part.channels.append(("", "drives \(node.name)"))
        }
        for offset in 0..<Int(node.responseCount) {
          let read = board.responses[Int(node.firstResponse) + offset]
          if board.chips[Int(read.chip)].kind == .gpio, Int(read.channel) == index {
            part.channels.append(("", "reads \(node.name)"))
          }
        }
      }
      if board.placement.stepLine == UInt8(index) { part.channels.append(("", "high while a step is under way")) }
      for bus in board.buses {
        if bus.clockLine == UInt8(index) { part.channels.append(("", "wired to SCL of \(bus.name), to free it")) }
        if bus.dataLine == UInt8(index) { part.channels.append(("", "wired to SDA of \(bus.name), to free it")) }
      }
      if line.direction == .output {
        part.note = "\(line.initial ? "on" : "off") at start, \(line.safe ? "on" : "off") when safe"
      } else {
        part.note = line.bias == .pullUp ? "pulled up" : (line.bias == .pullDown ? "pulled down" : nil)
      }
      parts.append(part)
      connectLine(
        index, parts.count - 1, (line.direction == .output ? "IN" : "OUT") + (line.activeLow ? " (low is on)" : ""))
    }
  }
}
