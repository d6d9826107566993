import Foundation

/// A table of numbers as shades, such as a confusion matrix.
public struct HeatMap: Equatable, Sendable {
  public var title: String
  public var xLabel: String
  public var yLabel: String
  public var columns: [String]
  public var rows: [String]
  /// [rows][columns]
  public var values: [[Double]]
  /// Shades go with the root of the share of a row's sum; numbers stay as they are.
  public var normalisesRows: Bool
  /// Pixels.
  public var width: Double

  public init(
    title: String, xLabel: String, yLabel: String, columns: [String], rows: [String], values: [[Double]],
    normalisesRows: Bool = false, width: Double = 520
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.columns = columns
    self.rows = rows
    self.values = values
    self.normalisesRows = normalisesRows
    self.width = width
  }

  /// A confusion matrix from counts [actual][predicted].
  public static func confusion(_ counts: [[Int]], labels: [String], title: String = "Confusion matrix") -> HeatMap {
    HeatMap(
      title: title, xLabel: "said by the board", yLabel: "truth", columns: labels, rows: labels,
      values: counts.map { $0.map(Double.init) }, normalisesRows: true)
  }

  /// The drawing.
  public var svg: String {
    let labelWidth = min(rows.map { SVG.width(of: $0) }.max() ?? 0, 140)
    let left = 34 + labelWidth + 8
    let cell = max(min((width - left - 12) / Double(max(columns.count, 1)), 64), 4)
    let cellHeight = min(cell, 34)
    let top = 40.0
    var svg = SVG(width: width, height: top + cellHeight * Double(max(rows.count, 1)) + 16)
    svg.text(xLabel, left + cell * Double(columns.count) / 2, 14, anchor: .middle)
    svg.text(yLabel, 14, top + cellHeight * Double(rows.count) / 2, anchor: .middle, turned: true)
    let every = max(1, Int((26 / cell).rounded(.up)))
    for (index, name) in columns.enumerated() where index % every == 0 {
      svg.text(
        Self.cut(name, cell * Double(every)), left + cell * (Double(index) + 0.5), top - 7, anchor: .middle,
        fill: Palette.quiet)
    }
    let largest = values.joined().filter(\.isFinite).max() ?? 1
    let rowsShown = max(1, Int((14 / cellHeight).rounded(.up)))
    for (row, name) in rows.enumerated() {
      let y = top + cellHeight * Double(row)
      if row % rowsShown == 0 {
        svg.text(Self.cut(name, 140), left - 8, y + cellHeight / 2 + 4, anchor: .end, fill: Palette.quiet)
      }
      guard values.indices.contains(row) else { continue }
      let sum = values[row].filter(\.isFinite).reduce(0, +)
      let scale = normalisesRows ? sum : largest
      for (column, value) in values[row].prefix(columns.count).enumerated() {
        // The root brings out the few errors beside the many hits.
        let share = scale > 0 ? (normalisesRows ? max(value / scale, 0).squareRoot() : value / scale) : 0
        svg.rect(
          left + cell * Double(column), y, cell, cellHeight, fill: Palette.heat(share), stroke: Palette.paper,
          title: "\(name), \(columns[column]): \(Self.text(value))")
        guard cell >= 24, cellHeight >= 16, value.isFinite, value != 0 else { continue }
        svg.text(
          Self.text(value), left + cell * (Double(column) + 0.5), y + cellHeight / 2 + 4, anchor: .middle,
          fill: share > 0.5 ? "#FFFFFF" : Palette.heatInk, weight: row == column && normalisesRows ? "600" : nil)
      }
    }
    return svg.text(title: title)
  }

  private static func text(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    return value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : String(format: "%.2g", value)
  }

  private static func cut(_ text: String, _ width: Double) -> String {
    let room = max(Int(width / 6.7), 1)
    return text.count <= room ? text : text.prefix(max(room - 1, 1)) + "…"
  }
}
