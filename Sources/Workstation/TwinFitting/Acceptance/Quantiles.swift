/// Quantiles of bootstrap samples.
enum Quantiles {
  /// Linear between order statistics; `share` 0...1; 0 for no values.
  static func of(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.last, let first = sorted.first else { return 0 }
    let position = share * Double(sorted.count - 1)
    guard position > 0 else { return first }
    let index = Int(position)
    guard index + 1 < sorted.count else { return last }
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }

  /// The 95 % interval of a bootstrap's values.
  static func interval(_ values: [Double]) -> (low: Double, high: Double) {
    let sorted = values.sorted()
    return (of(sorted, 0.025), of(sorted, 0.975))
  }
}
