import Foundation

/// A drawing, written as it goes along.
struct SVG {
  let width: Double
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The finished drawing; `title` is read out where it cannot be seen.
  func text(title: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
    width="\(Self.number(width))" height="\(Self.number(height))" role="img" aria-label="\(Escape.html(title))" \
    font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" \
    fill="\(Palette.ink)"><rect width="100%" height="100%" fill="\(Palette.paper)"/>
    \(body)</svg>
    """
  }

  /// Two decimals, without a trail of zeros.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, part) = (abs(hundredths) / 100, abs(hundredths) % 100)
    if part == 0 { return "\(sign)\(whole)" }
    return part % 10 == 0 ? "\(sign)\(whole).\(part / 10)" : "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double = 1) {
    body += "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
    body += "y2=\"\(Self.number(y2))\" stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\"/>\n"
  }

  mutating func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, stroke: String = "none",
    opacity: Double = 1, title: String? = nil
  ) {
    body += "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(max(width, 0)))\" "
    body += "height=\"\(Self.number(max(height, 0)))\" fill=\"\(fill)\" stroke=\"\(stroke)\""
    if opacity < 1 { body += " fill-opacity=\"\(Self.number(opacity))\"" }
    body += title.map { "><title>\(Escape.html($0))</title></rect>\n" } ?? "/>\n"
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, fill: String, opacity: Double = 1) {
    body += "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" fill=\"\(fill)\""
    body += opacity < 1 ? " fill-opacity=\"\(Self.number(opacity))\"/>\n" : "/>\n"
  }

  /// Many points of one kind, in a few bytes each.
  mutating func dots(_ points: [(Double, Double)], _ radius: Double, fill: String, opacity: Double = 1) {
    guard !points.isEmpty else { return }
    // A line of no length with round ends is a dot.
    let data = points.map { "M\(Self.tenths($0.0)) \(Self.tenths($0.1))h0" }.joined()
    body +=
      "<path d=\"\(data)\" stroke=\"\(fill)\" stroke-width=\"\(Self.number(2 * radius))\" stroke-linecap=\"round\""
    body += opacity < 1 ? " stroke-opacity=\"\(Self.number(opacity))\"/>\n" : "/>\n"
  }

  private static func tenths(_ value: Double) -> String { number((value * 10).rounded() / 10) }

  /// A line through points; nil breaks it.
  mutating func path(
    _ points: [(Double, Double)?], stroke: String, width: Double = 1.6, dash: String? = nil, fill: String = "none",
    opacity: Double = 1
  ) {
    var data = ""
    var pen = false
    for point in points {
      guard let point else {
        pen = false
        continue
      }
      data += "\(pen ? "L" : "M")\(Self.number(point.0)) \(Self.number(point.1))"
      pen = true
    }
    guard !data.isEmpty else { return }
    body += "<path d=\"\(data)\(fill == "none" ? "" : "Z")\" fill=\"\(fill)\" stroke=\"\(stroke)\" "
    body += "stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\" stroke-linecap=\"round\""
    if let dash { body += " stroke-dasharray=\"\(dash)\"" }
    if opacity < 1 { body += " fill-opacity=\"\(Self.number(opacity))\"" }
    body += "/>\n"
  }

  /// Where a text stands relative to its point.
  enum Anchor: String { case start, middle, end }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, size: Double = 12,
    fill: String = Palette.ink, weight: String? = nil, turned: Bool = false
  ) {
    body += "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\" "
    body += "font-size=\"\(Self.number(size))\" fill=\"\(fill)\""
    if let weight { body += " font-weight=\"\(weight)\"" }
    if turned { body += " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" }
    body += ">\(Escape.html(text))</text>\n"
  }

  /// Cuts what is drawn until `endClip` to a rectangle.
  mutating func clip(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    // A nested viewport needs no identifier, so drawings can stand side by side in one page.
    body += "<svg x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
    body += "height=\"\(Self.number(height))\" viewBox=\"\(Self.number(x)) \(Self.number(y)) \(Self.number(width)) "
    body += "\(Self.number(height))\" overflow=\"hidden\">\n"
  }

  mutating func endClip() { body += "</svg>\n" }

  /// About how wide a text is.
  static func width(of text: String, size: Double = 12) -> Double { Double(text.count) * size * 0.56 }
}

/// Text made safe to stand in a page.
enum Escape {
  static func html(_ text: String) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default:
        // Control characters have no place in a page.
        if scalar.value >= 32 || scalar == "\n" || scalar == "\t" { out.unicodeScalars.append(scalar) }
      }
    }
    return out
  }
}
