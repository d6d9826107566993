import Foundation

/// Round numbers along an axis.
package struct Ticks: Equatable {
  package var values: [Double]
  package var labels: [String]

  /// About `count` round values within `low...high` (steps of 1, 2 or 5 times a power of ten).
  package init(_ low: Double, _ high: Double, count: Int) {
    guard low.isFinite, high.isFinite, high > low else {
      (values, labels) = ([low], [Self.label(low, step: 1)])
      return
    }
    let step = Self.step((high - low) / Double(max(count, 1)))
    var index = (low / step - 1e-9).rounded(.up)
    values = []
    while index * step <= high + step * 1e-9, values.count < 100 {
      values.append(index * step)
      index += 1
    }
    labels = values.map { Self.label($0, step: step) }
  }

  /// Powers of ten within `low...high`, which are logarithms.
  package init(powersFrom low: Double, to high: Double) {
    let first = Int(low.rounded(.up))
    let last = Int(high.rounded(.down))
    let stride = max(1, (last - first) / 8)
    values = Array(Swift.stride(from: first, through: max(first, last), by: stride)).map(Double.init)
    labels = values.map { Self.label(pow(10, $0), step: pow(10, $0)) }
  }

  /// The smallest round step of at least `raw`.
  package static func step(_ raw: Double) -> Double {
    let power = pow(10, floor(log10(raw)))
    for factor in [1.0, 2, 5, 10] where factor * power >= raw * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// `low...high` widened to round ends.
  package static func widened(_ low: Double, _ high: Double, count: Int) -> (Double, Double) {
    guard high > low else {
      let size = max(abs(low) * 0.1, 0.5)
      return (low - size, high + size)
    }
    let step = Self.step((high - low) / Double(max(count, 1)))
    return ((low / step + 1e-9).rounded(.down) * step, (high / step - 1e-9).rounded(.up) * step)
  }

  /// A number with as many decimals as steps of `step` need.
  package static func label(_ value: Double, step: Double) -> String {
    if value == 0 || abs(value) < step * 1e-9 { return "0" }
    if abs(value) >= 1e6 || (abs(value) < 1e-3 && step < 1e-3) {
      return String(format: "%.3g", value).replacingOccurrences(of: "e+0", with: "e").replacingOccurrences(
        of: "e-0", with: "e\u{2212}")
    }
    let decimals = max(0, min(9, Int((-log10(step)).rounded(.up) + (step < 1 ? 0 : 0))))
    return String(format: "%.\(decimals)f", value).replacingOccurrences(of: "-", with: "\u{2212}")
  }
}
