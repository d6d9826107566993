/// A measured quantity with its uncertainty.
public struct Estimate: Sendable, Equatable, Codable {
  public var value: Double
  /// 95 % bootstrap interval of `value`.
  public var low: Double
  public var high: Double
  /// What a perfect twin would score from as many repeats; 0 where the quantity has no such bias.
  public var floor: Double
  /// `value` with the floor taken off: what the verdict goes by. See `AcceptanceTriple`.
  public var excess: Double
  /// 95 % interval of `excess`.
  public var excessLow: Double
  public var excessHigh: Double

  /// A quantity without a floor.
  public init(value: Double, low: Double, high: Double) {
    self.init(value: value, low: low, high: high, floor: 0, excess: value, excessLow: low, excessHigh: high)
  }

  public init(
    value: Double, low: Double, high: Double, floor: Double, excess: Double, excessLow: Double, excessHigh: Double
  ) {
    self.value = value
    self.low = low
    self.high = high
    self.floor = floor
    self.excess = excess
    self.excessLow = excessLow
    self.excessHigh = excessHigh
  }
}
