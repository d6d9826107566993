/// Points of one kind in a scatter plot.
public struct PlotPoints: Equatable, Sendable {
  public var name: String
  public var x: [Double]
  public var y: [Double]
  /// Colour: an index into `Palette.series`.
  public var color: Int

  public init(_ name: String, x: [Double], y: [Double], color: Int) {
    self.name = name
    self.x = x
    self.y = y
    self.color = color
  }
}

/// Points over two axes, with the diagonal where asked for.
public struct ScatterPlot: Equatable, Sendable {
  public var frame: PlotFrame
  public var points: [PlotPoints]
  /// Draws y = x and gives both axes one range.
  public var diagonal: Bool

  public init(_ frame: PlotFrame, points: [PlotPoints], diagonal: Bool = false) {
    self.frame = frame
    self.points = points
    self.diagonal = diagonal
  }

  /// The drawing.
  public var svg: String {
    var svg = SVG(width: frame.width, height: frame.height)
    var xs = PlotAxes.span(points.map(\.x))
    var ys = PlotAxes.span(points.map(\.y), positive: frame.logarithmic)
    if diagonal {
      xs = (min(xs.0, ys.0), max(xs.1, ys.1))
      ys = xs
    }
    var frame = self.frame
    if frame.xRange == nil {
      let (low, high) = Ticks.widened(xs.0, xs.1, count: 5)
      frame.xRange = low...high
    }
    let axes = PlotAxes(
      &svg, frame, xs: xs, ys: ys, legend: points.map { ($0.name, Palette.color($0.color), .point) })
    svg.clip(axes.left - 4, axes.top - 4, axes.width + 8, axes.height + 8)
    if diagonal, let range = frame.xRange {
      svg.path(
        [axes.point(range.lowerBound, range.lowerBound), axes.point(range.upperBound, range.upperBound)],
        stroke: Palette.quiet, width: 1.2, dash: "4 4")
    }
    for list in points {
      let places = zip(list.x, list.y).compactMap { axes.point($0, $1) }
      if places.count > 100 {
        svg.dots(places, 1.6, fill: Palette.color(list.color), opacity: 0.6)
      } else {
        for place in places { svg.circle(place.0, place.1, 3.2, fill: Palette.color(list.color), opacity: 0.75) }
      }
    }
    svg.endClip()
    return svg.text(title: frame.title)
  }
}
