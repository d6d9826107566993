/// A curve of a plot.
public struct PlotLine: Equatable, Sendable {
  public var name: String
  public var x: [Double]
  public var y: [Double]
  /// Colour: an index into `Palette.series`.
  public var color: Int
  public var dashed: Bool
  public var points: Bool

  /// A curve through (x, y); without `x` the points count from 0. Values that are not finite break it.
  public init(
    _ name: String, x: [Double]? = nil, y: [Double], color: Int, dashed: Bool = false, points: Bool = false
  ) {
    self.name = name
    self.x = x ?? y.indices.map(Double.init)
    self.y = y
    self.color = color
    self.dashed = dashed
    self.points = points
  }
}

/// A band between two curves of a plot.
public struct PlotBand: Equatable, Sendable {
  public var name: String
  public var x: [Double]
  public var low: [Double]
  public var high: [Double]
  /// Colour: an index into `Palette.series`.
  public var color: Int

  public init(_ name: String, x: [Double]? = nil, low: [Double], high: [Double], color: Int) {
    self.name = name
    self.x = x ?? low.indices.map(Double.init)
    self.low = low
    self.high = high
    self.color = color
  }
}

/// Curves, bands and points over one axis.
public struct LinePlot: Equatable, Sendable {
  public var frame: PlotFrame
  public var lines: [PlotLine]
  public var bands: [PlotBand]
  /// Horizontal reference lines with their names.
  public var levels: [PlotLevel]
  /// Measured points beside the curves.
  public var dots: [PlotPoints]

  public init(
    _ frame: PlotFrame, lines: [PlotLine], bands: [PlotBand] = [], levels: [PlotLevel] = [], dots: [PlotPoints] = []
  ) {
    self.dots = dots
    self.frame = frame
    self.lines = lines
    self.bands = bands
    self.levels = levels
  }

  /// The drawing.
  public var svg: String {
    var svg = SVG(width: frame.width, height: frame.height)
    let axes = PlotAxes(
      &svg, frame, xs: PlotAxes.span(lines.map(\.x) + bands.map(\.x) + dots.map(\.x)),
      ys: PlotAxes.span(
        lines.map(\.y) + bands.flatMap { [$0.low, $0.high] } + dots.map(\.y) + [levels.map(\.value)],
        positive: frame.logarithmic),
      legend: bands.map { ($0.name, Palette.color($0.color), .band) }
        + lines.map { ($0.name, Palette.color($0.color), $0.dashed ? .dashed : .line) }
        + dots.map { ($0.name, Palette.color($0.color), .point) })
    svg.clip(axes.left - 4, axes.top - 4, axes.width + 8, axes.height + 8)
    for band in bands {
      let count = min(band.x.count, band.low.count, band.high.count)
      let over = (0..<count).map { axes.point(band.x[$0], band.high[$0]) }
      let under = (0..<count).reversed().map { axes.point(band.x[$0], band.low[$0]) }
      // A gap in one edge would tear the outline, so such points leave the band.
      svg.path(
        (over + under).filter { $0 != nil }, stroke: "none", fill: Palette.color(band.color), opacity: 0.22)
    }
    for level in levels {
      guard let left = axes.point(0, level.value) else { continue }
      svg.path(
        [(axes.left, left.1), (axes.left + axes.width, left.1)], stroke: Palette.quiet, width: 1.2, dash: "2 4")
    }
    for line in lines {
      let count = min(line.x.count, line.y.count)
      let points = (0..<count).map { axes.point(line.x[$0], line.y[$0]) }
      svg.path(
        Self.thinned(points, width: axes.width), stroke: Palette.color(line.color), dash: line.dashed ? "6 4" : nil)
      if line.points {
        for case let point? in points.prefix(2000) {
          svg.circle(point.0, point.1, 2.8, fill: Palette.color(line.color))
        }
      }
    }
    for list in dots {
      for (x, y) in zip(list.x, list.y) {
        if let point = axes.point(x, y) { svg.circle(point.0, point.1, 3, fill: Palette.color(list.color)) }
      }
    }
    svg.endClip()
    for level in levels {
      guard let left = axes.point(0, level.value), left.1 >= axes.top, left.1 <= axes.top + axes.height else {
        continue
      }
      svg.text(level.name, axes.left + axes.width - 4, left.1 - 5, anchor: .end, size: 11, fill: Palette.quiet)
    }
    return svg.text(title: frame.title)
  }

  /// At most four points a pixel column (first, lowest, highest, last), so that a long curve looks the same and is small.
  package static func thinned(_ points: [(Double, Double)?], width: Double) -> [(Double, Double)?] {
    guard Double(points.count) > width * 6 else { return points }
    var out: [(Double, Double)?] = []
    var column: [(Double, Double)] = []
    func flush() {
      guard let first = column.first, let last = column.last else { return }
      let lowest = column.indices.min { column[$0].1 < column[$1].1 } ?? 0
      let highest = column.indices.max { column[$0].1 < column[$1].1 } ?? 0
      out.append(first)
      for index in [min(lowest, highest), max(lowest, highest)] where index > 0 && index < column.count - 1 {
        out.append(column[index])
      }
      if column.count > 1 { out.append(last) }
      column = []
    }
    for point in points {
      guard let point else {
        flush()
        out.append(nil)
        continue
      }
      if let first = column.first, first.0.rounded(.down) != point.0.rounded(.down) { flush() }
      column.append(point)
    }
    flush()
    return out
  }
}

/// A horizontal reference line of a plot.
public struct PlotLevel: Equatable, Sendable {
  public var name: String
  public var value: Double

  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}
