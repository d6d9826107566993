import PhysicalNetwork

/// Draws how a board's header is wired to its chips; made from `board.toml` and `profile.toml`, so it says what they say.
public struct WiringPicture {
  private static let row = 22.0
  private static let lane = 15.0
  private static let top = 110.0
  private static let pinX = 126.0
  private static let headerRight = 244.0
  private static let partWidth = 176.0
  private static let quiet = "#78909C"
  private static let ink = "#1F2933"

  private let plan: WiringPlan
  private let headers: [Int]
  private var svg: SVG
  private let lanesX = WiringPicture.headerRight + 22
  private let partX: Double

  /// The picture as SVG; nil where the board file names no profile.
  public static func svg(_ source: BoardSource) -> String? {
    guard let plan = WiringPlan(source) else { return nil }
    var picture = WiringPicture(plan)
    picture.draw()
    return picture.svg.text(title: "Wiring of \(source.description.name)") + "\n"
  }

  private init(_ plan: WiringPlan) {
    self.plan = plan
    let used = plan.profile.headers.indices.filter { index in plan.nets.contains { $0.pin.header == index } }
    headers = used
    partX = lanesX + Double(plan.nets.count) * Self.lane + 26
    let rows = used.map { plan.profile.headers[$0].pins.count / max(plan.profile.headers[$0].columns, 1) }
    let left = Self.top + rows.reduce(0) { $0 + Double($1) * Self.row + 60 }
    let right = Self.partTops(plan).last ?? 0
    svg = SVG(width: partX + Self.partWidth + 230, height: max(left, right) + 20)
  }

  private static func height(_ part: WiringPlan.Part) -> Double {
    let pins = Double(part.pins.count) * row
    let channels = Double(part.channels.count) * 18 + 4
    return 42 + max(pins, channels) + (part.note == nil ? 2 : 18)
  }

  /// Where each part begins, and where the last ends. Pins of parts never stand level with pins of the header, so that no
  /// two wires run in one another.
  private static func partTops(_ plan: WiringPlan) -> [Double] {
    var tops = [top - 26.5]
    for part in plan.parts {
      let next = (tops.last ?? 0) + height(part) + 16
      tops.append((next / 11).rounded(.up) * 11 + 5.5)
    }
    return tops
  }

  private func headerTop(_ header: Int) -> Double {
    var y = Self.top
    for index in headers where index < header {
      let shape = plan.profile.headers[index]
      y += Double(shape.pins.count / max(shape.columns, 1)) * Self.row + 66
    }
    return y
  }

  /// Where a pin is and where its wire leaves the header: between two rows for the left column.
  private func place(_ pin: WiringPlan.Pin) -> (x: Double, y: Double, exit: Double) {
    let y = headerTop(pin.header) + Double((pin.number - 1) / 2) * Self.row
    let odd = pin.number % 2 == 1
    return (Self.pinX + (odd ? 0 : Self.row), y, odd ? y + Self.row / 2 : y)
  }

  private mutating func draw() {
    svg.rect(0, 0, svg.width, svg.height, fill: "#FFFFFF")
    svg.text("\(plan.profile.title): reference wiring", 24, 34, size: 18, fill: Self.ink, weight: "600")
    let buses = plan.source.description.buses.map { "\($0.device) at \($0.clockHertz / 1000) kHz" }
    svg.text("\(buses.joined(separator: ", ")); all parts run from 3.3 V", 24, 54, size: 12, fill: Self.quiet)
    for header in headers { drawHeader(header) }
    let tops = Self.partTops(plan)
    for (index, part) in plan.parts.enumerated() { drawPart(part, tops[index]) }
    drawNets(tops)
    for header in headers { drawPins(header) }
  }

  private mutating func drawHeader(_ header: Int) {
    let shape = plan.profile.headers[header]
    let rows = Double(shape.pins.count / max(shape.columns, 1))
    let y = headerTop(header)
    svg.text(shape.name, Self.pinX + Self.row / 2, y - 22, anchor: .middle, size: 12, fill: Self.ink, weight: "600")
    svg.rect(
      Self.pinX - 13, y - 13, Self.row + 26, rows * Self.row + 4, fill: "#ECEFF1", stroke: "#B0BEC5")
  }

  private mutating func drawPins(_ header: Int) {
    for (index, name) in plan.profile.headers[header].pins.enumerated() {
      let pin = WiringPlan.Pin(header: header, number: index + 1)
      let (x, y, _) = place(pin)
      let net = plan.nets.first { $0.pin == pin }
      let fill = net?.color ?? Self.rail(name) ?? "#FFFFFF"
      if index == 0 { svg.rect(x - 9, y - 9, 18, 18, fill: "#FFFFFF", stroke: Self.quiet) }
      svg.circle(x, y, 8, fill: net == nil ? "#B0BEC5" : fill)
      svg.circle(x, y, 7, fill: "#FFFFFF")
      svg.circle(x, y, 7, fill: fill, opacity: net == nil && fill != "#FFFFFF" ? 0.22 : 1)
      svg.text(
        "\(index + 1)", x, y + 3, anchor: .middle, size: 8.5,
        fill: net != nil ? "#FFFFFF" : (fill == "#FFFFFF" ? Self.quiet : Self.ink))
      let left = index % 2 == 0
      svg.text(
        name, left ? x - 18 : x + 18, y + 4, anchor: left ? .end : .start, size: 11, fill: net?.color ?? Self.quiet,
        weight: net == nil ? nil : "600")
    }
  }

  private static func rail(_ name: String) -> String? {
    switch name {
    case "3V3": WiringPlan.power
    case "GND": WiringPlan.ground
    case "5V", "SYS_5V": "#EF6C00"
    default: nil
    }
  }

  private mutating func drawPart(_ part: WiringPlan.Part, _ y: Double) {
    let height = Self.height(part)
    svg.rect(partX, y, Self.partWidth, height, fill: "#F5F7FA", stroke: "#90A4AE")
    svg.rect(partX, y, Self.partWidth, 28, fill: "#E3E8EE")
    svg.text(part.title, partX + 10, y + 18, size: 12.5, fill: Self.ink, weight: "600")
    svg.text(part.kind, partX + Self.partWidth - 10, y + 18, anchor: .end, size: 10.5, fill: Self.quiet)
    for (index, name) in part.pins.enumerated() {
      svg.text(name, partX + 12, Self.pinY(y, index) + 4, size: 11, fill: Self.ink)
    }
    for (index, channel) in part.channels.enumerated() {
      let middle = y + 42 + Double(index) * 18
      svg.text(
        channel.pin, partX + Self.partWidth - 10, middle + 4, anchor: .end, size: 11, fill: Self.ink)
      svg.line(partX + Self.partWidth, middle, partX + Self.partWidth + 14, middle, stroke: "#607D8B", width: 1.6)
      svg.text(channel.use, partX + Self.partWidth + 20, middle + 4, size: 11, fill: Self.ink)
    }
    if let note = part.note {
      svg.text(note, partX + 12, y + height - 8, size: 10.5, fill: Self.quiet)
    }
  }

  private static func pinY(_ top: Double, _ index: Int) -> Double { top + 44 + Double(index) * row }

  private func laneX(_ net: Int) -> Double { lanesX + Double(net) * Self.lane }

  /// One wire of a net: level wires lie under upright ones, dots on top of all.
  private struct Wire {
    var points: [(Double, Double)]
    var color: String
  }

  private mutating func drawNets(_ tops: [Double]) {
    var level: [Wire] = []
    var upright: [Wire] = []
    var corners: [Wire] = []
    var dots: [(Double, Double, String)] = []
    for (index, net) in plan.nets.enumerated() {
      let from = place(net.pin)
      let x = laneX(index)
      let ys = net.ends.map { Self.pinY(tops[$0.part], $0.pin) }
      if from.exit == from.y {
        // An even pin's wire begins behind its label.
        let label = SVG.width(of: plan.profile.headers[net.pin.header].pins[net.pin.number - 1], size: 12.5)
        level.append(Wire(points: [(from.x + 26 + label, from.y), (x, from.y)], color: net.color))
      } else {
        level.append(
          Wire(points: [(from.x, from.y), (from.x + Self.row / 2, from.exit), (x, from.exit)], color: net.color))
      }
      let (low, high) = (min(ys.min() ?? from.exit, from.exit), max(ys.max() ?? from.exit, from.exit))
      upright.append(Wire(points: [(x, low), (x, high)], color: net.color))
      corners.append(Wire(points: [(x - 5, from.exit), (x, from.exit)], color: net.color))
      for y in ys {
        corners.append(Wire(points: [(x, y), (x + 5, y)], color: net.color))
        level.append(Wire(points: [(x, y), (partX, y)], color: net.color))
        dots.append((partX, y, net.color))
        if y > low && y < high || ys.count > 1 { dots.append((x, y, net.color)) }
      }
      if from.exit > low && from.exit < high || ys.count > 1 { dots.append((x, from.exit, net.color)) }
    }
    for wire in level + upright { draw(wire) }
    // The white edge of an upright wire bites into its own corners.
    for corner in corners { svg.path(corner.points, stroke: corner.color, width: 2) }
    drawPullUps()
    for (x, y, color) in dots { svg.circle(x, y, 3.2, fill: color) }
  }

  private mutating func draw(_ wire: Wire) {
    // A white edge lets crossing wires be told apart.
    svg.path(wire.points, stroke: "#FFFFFF", width: 5)
    svg.path(wire.points, stroke: wire.color, width: 2)
  }

  /// The resistors from 3.3 V to each bus wire, above the first row.
  private mutating func drawPullUps() {
    guard let power = plan.nets.firstIndex(where: { $0.name == "3V3" }) else { return }
    let pulled = plan.nets.indices.filter {
      plan.nets[$0].name.hasPrefix("SDA") || plan.nets[$0].name.hasPrefix("SCL")
    }
    guard let last = pulled.last else { return }
    let rail = Self.top - 44
    draw(
      Wire(
        points: [(laneX(power), place(plan.nets[power].pin).exit), (laneX(power), rail), (laneX(last), rail)],
        color: WiringPlan.power))
    for net in pulled {
      let x = laneX(net)
      draw(Wire(points: [(x, rail + 24), (x, place(plan.nets[net].pin).exit)], color: plan.nets[net].color))
      svg.path([(x, rail), (x, rail + 7)], stroke: WiringPlan.power, width: 2)
      svg.circle(x, rail, 3.2, fill: WiringPlan.power)
      svg.rect(x - 4, rail + 7, 8, 20, fill: "#FFFFFF", stroke: Self.ink)
    }
    let known = plan.profile.buses.first { bus in plan.source.description.buses.contains { $0.device == bus.device } }
    let ohms = known?.pullUpOhms ?? 0
    let text = ohms > 0 ? "pull-ups \(SVG.number(Double(ohms) / 1000)) kΩ, on the board" : "fit pull-ups of 2.2 kΩ"
    svg.text(text, laneX(last) + 12, rail + 4, size: 10.5, fill: Self.quiet)
  }
}
