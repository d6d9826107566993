/// Counts over bins.
public struct Histogram: Equatable, Sendable {
  public var frame: PlotFrame
  /// Ends of the bins, one more than counts.
  public var edges: [Double]
  public var counts: [Int]
  /// Vertical reference lines with their names, such as a deadline.
  public var marks: [PlotLevel]
  /// Colour: an index into `Palette.series`.
  public var color: Int
  /// A curve over the bars, such as what their heights should be.
  public var curve: PlotLine?

  public init(
    _ frame: PlotFrame, edges: [Double], counts: [Int], marks: [PlotLevel] = [], color: Int = 0,
    curve: PlotLine? = nil
  ) {
    self.curve = curve
    self.frame = frame
    self.edges = edges
    self.counts = counts
    self.marks = marks
    self.color = color
  }

  /// Counts `values` into `bins` equal bins over round limits; values that are not finite are left out.
  public init(_ frame: PlotFrame, of values: [Double], bins: Int = 30, marks: [PlotLevel] = [], color: Int = 0) {
    let finite = values.filter(\.isFinite)
    let span = PlotAxes.span([finite])
    let (low, high) = Ticks.widened(span.0, span.1, count: 10)
    let count = max(bins, 1)
    var counts = [Int](repeating: 0, count: count)
    for value in finite {
      counts[min(max(Int((value - low) / (high - low) * Double(count)), 0), count - 1)] += 1
    }
    self.init(
      frame, edges: (0...count).map { low + (high - low) * Double($0) / Double(count) }, counts: counts, marks: marks,
      color: color)
  }

  /// The drawing.
  public var svg: String {
    var svg = SVG(width: frame.width, height: frame.height)
    let bottom = frame.logarithmic ? 0.5 : 0.0
    let axes = PlotAxes(
      &svg, frame, xs: PlotAxes.span([edges, marks.map(\.value)]),
      ys: (bottom, max(Double(max(counts.max() ?? 1, 1)), PlotAxes.span([curve?.y ?? []]).1)),
      legend: curve.map { [($0.name, Palette.color($0.color), $0.dashed ? .dashed : .line)] } ?? [])
    svg.clip(axes.left, axes.top, axes.width, axes.height)
    for (index, count) in counts.enumerated() where edges.indices.contains(index + 1) && count > 0 {
      guard let high = axes.point(edges[index], Double(count)), let end = axes.point(edges[index + 1], Double(count))
      else { continue }
      svg.rect(
        high.0 + 0.5, high.1, end.0 - high.0 - 1, axes.top + axes.height - high.1, fill: Palette.color(color),
        opacity: 0.85)
    }
    if let curve {
      svg.path(
        zip(curve.x, curve.y).map { axes.point($0, $1) }, stroke: Palette.color(curve.color),
        dash: curve.dashed ? "6 4" : nil)
    }
    for mark in marks {
      guard let place = axes.point(mark.value, max(bottom, 1)) else { continue }
      svg.path(
        [(place.0, axes.top), (place.0, axes.top + axes.height)], stroke: Palette.series[1], width: 1.4, dash: "5 4")
    }
    svg.endClip()
    for mark in marks {
      guard let place = axes.point(mark.value, 1) else { continue }
      let right = place.0 > axes.left + axes.width * 0.7
      svg.text(
        mark.name, place.0 + (right ? -6 : 6), axes.top + 12, anchor: right ? .end : .start, size: 11,
        fill: Palette.series[1])
    }
    return svg.text(title: frame.title)
  }
}
