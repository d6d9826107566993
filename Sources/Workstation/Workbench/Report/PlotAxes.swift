import Foundation

/// What a plot of numbers over numbers is labelled and scaled by.
public struct PlotFrame: Equatable, Sendable {
  /// Read out where the plot cannot be seen, and shown above it where `showsTitle`.
  public var title: String
  public var xLabel: String
  public var yLabel: String
  /// Pixels.
  public var width: Double
  public var height: Double
  /// Limits of the axes; nil: as the data need.
  public var xRange: ClosedRange<Double>?
  public var yRange: ClosedRange<Double>?
  /// The y axis is logarithmic (base 10); values that are not positive are left out.
  public var logarithmic: Bool
  public var showsTitle: Bool

  public init(
    title: String, xLabel: String, yLabel: String, width: Double = 640, height: Double = 300,
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil, logarithmic: Bool = false,
    showsTitle: Bool = false
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.width = width
    self.height = height
    self.xRange = xRange
    self.yRange = yRange
    self.logarithmic = logarithmic
    self.showsTitle = showsTitle
  }
}

/// Axes drawn into an SVG, and the way from values to pixels.
struct PlotAxes {
  let left: Double
  let top: Double
  let width: Double
  let height: Double
  private let x: (low: Double, high: Double)
  private let y: (low: Double, high: Double)
  private let logarithmic: Bool

  /// Draws grid, ticks, labels and legend for data that span the given values.
  init(
    _ svg: inout SVG, _ frame: PlotFrame, xs: (Double, Double), ys: (Double, Double),
    legend: [(name: String, color: String, kind: PlotLegend.Kind)]
  ) {
    logarithmic = frame.logarithmic
    x = frame.xRange.map { ($0.lowerBound, $0.upperBound) } ?? (xs.0 < xs.1 ? xs : Ticks.widened(xs.0, xs.1, count: 6))
    var yTicks: Ticks
    if frame.logarithmic {
      let low = floor(log10(max(frame.yRange?.lowerBound ?? ys.0, 1e-300)) + 1e-9)
      let high = ceil(log10(max(frame.yRange?.upperBound ?? ys.1, 1e-300)) - 1e-9)
      y = (low, max(high, low + 1))
      yTicks = Ticks(powersFrom: y.low, to: y.high)
    } else {
      y = frame.yRange.map { ($0.lowerBound, $0.upperBound) } ?? Ticks.widened(ys.0, ys.1, count: 5)
      yTicks = Ticks(y.low, y.high, count: 5)
    }
    let widest = yTicks.labels.map { SVG.width(of: $0) }.max() ?? 0
    left = 14 + (frame.yLabel.isEmpty ? 0 : 20) + widest + 8
    let titleHeight = frame.showsTitle ? 24.0 : 0
    let legendHeight = PlotLegend.draw(
      &svg, legend, left: left, top: 10 + titleHeight, width: svg.width - left - 16)
    top = 12 + titleHeight + legendHeight
    width = max(svg.width - left - 18, 10)
    height = max(svg.height - top - 48, 10)
    if frame.showsTitle { svg.text(frame.title, left, 22, size: 14, weight: "600") }
    for (value, label) in zip(yTicks.values, yTicks.labels) {
      let place = top + height - (value - y.low) / (y.high - y.low) * height
      svg.line(left, place, left + width, place, stroke: Palette.grid)
      svg.text(label, left - 8, place + 4, anchor: .end, fill: Palette.quiet)
    }
    let xTicks = Ticks(x.low, x.high, count: max(3, Int(width / 90)))
    for (value, label) in zip(xTicks.values, xTicks.labels) {
      let place = left + (value - x.low) / (x.high - x.low) * width
      svg.line(place, top + height, place, top + height + 4, stroke: Palette.frame)
      svg.text(label, place, top + height + 18, anchor: .middle, fill: Palette.quiet)
    }
    svg.line(left, top + height, left + width, top + height, stroke: Palette.frame)
    svg.text(frame.xLabel, left + width / 2, top + height + 38, anchor: .middle)
    if !frame.yLabel.isEmpty { svg.text(frame.yLabel, 16, top + height / 2, anchor: .middle, turned: true) }
  }

  /// The pixel of a value, or nil where it has none.
  func point(_ xValue: Double, _ yValue: Double) -> (Double, Double)? {
    let yScaled = logarithmic ? (yValue > 0 ? log10(yValue) : .nan) : yValue
    guard xValue.isFinite, yScaled.isFinite else { return nil }
    return (
      left + (xValue - x.low) / (x.high - x.low) * width, top + height - (yScaled - y.low) / (y.high - y.low) * height
    )
  }

  /// Smallest and largest of the finite values (positive ones where `positive`); 0 and 1 where there is none.
  static func span(_ lists: [[Double]], positive: Bool = false) -> (Double, Double) {
    var low = Double.infinity
    var high = -Double.infinity
    for list in lists {
      for value in list where value.isFinite && (!positive || value > 0) {
        low = min(low, value)
        high = max(high, value)
      }
    }
    return low <= high ? (low, high) : (positive ? 0.1 : 0, 1)
  }
}

/// The names of what a plot shows, in rows above it.
enum PlotLegend {
  enum Kind { case line, dashed, band, point }

  /// Draws the legend and returns its height.
  static func draw(
    _ svg: inout SVG, _ items: [(name: String, color: String, kind: Kind)], left: Double, top: Double, width: Double
  ) -> Double {
    let named = items.filter { !$0.name.isEmpty }
    guard !named.isEmpty else { return 0 }
    var x = left
    var y = top + 10
    for item in named {
      let size = 26 + SVG.width(of: item.name) + 18
      if x > left, x + size > left + width {
        x = left
        y += 18
      }
      switch item.kind {
      case .line: svg.path([(x, y - 4), (x + 20, y - 4)], stroke: item.color, width: 2.2)
      case .dashed: svg.path([(x, y - 4), (x + 20, y - 4)], stroke: item.color, width: 2.2, dash: "5 4")
      case .band: svg.rect(x, y - 10, 20, 11, fill: item.color, opacity: 0.25)
      case .point: svg.circle(x + 10, y - 4, 3.5, fill: item.color)
      }
      svg.text(item.name, x + 26, y)
      x += size
    }
    return y - top + 12
  }
}
