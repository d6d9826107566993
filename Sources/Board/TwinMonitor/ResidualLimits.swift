import Numerics

/// The ends of the range of a window's sums, as sums.
///
/// For n white standard normal residuals the mean times sqrt(n) is standard normal, and the cube root of the mean square,
/// centred by 1 - c and divided by sqrt(c) with c = 2/(9n), very nearly so: E. B. Wilson, M. M. Hilferty, "The
/// distribution of chi-square", PNAS 17, 684 (1931). So one threshold serves both, and both ends of the second.
struct ResidualLimits: Equatable {
  let window: Int
  /// Standard deviations, with the correction for several observables in it.
  let threshold: Double
  /// A node is flagged where |sum| is above the first, or the sum of squares outside the second and third.
  let sum: Int64
  let squareLow: Int64
  let squareHigh: Int64
  /// It is cleared when all are within these: half the threshold.
  let clearSum: Int64
  let clearSquareLow: Int64
  let clearSquareHigh: Int64

  /// - Parameter observables: of the node. With k of them the threshold h becomes sqrt(h^2 + 2 ln k), which keeps the
  ///   largest of them from crossing it more often than one alone would cross h.
  init(_ settings: ResidualSettings, observables: Int) {
    let given = Double(settings.threshold)
    let count = Double(settings.window)
    window = settings.window
    let threshold = (given * given + 2 * Maths.log(Double(max(observables, 1)))).squareRoot()
    self.threshold = threshold
    let unit = ResidualScale.unit
    sum = Int64(threshold * count.squareRoot() * unit)
    clearSum = Int64(0.5 * threshold * count.squareRoot() * unit)
    squareLow = Self.square(-threshold, count)
    squareHigh = Self.square(threshold, count)
    clearSquareLow = Self.square(-0.5 * threshold, count)
    clearSquareHigh = Self.square(0.5 * threshold, count)
  }

  /// The sum of squares, in units squared, whose statistic is `deviations`; -1 where none is so small.
  private static func square(_ deviations: Double, _ count: Double) -> Int64 {
    let c = 2 / (9 * count)
    let root = 1 - c + deviations * c.squareRoot()
    guard root > 0 else { return -1 }
    return Int64(root * root * root * count * ResidualScale.unit * ResidualScale.unit)
  }

  /// Standard deviations of a window's mean.
  func meanStatistic(_ sum: Int64) -> Float {
    Float(Double(sum) / (ResidualScale.unit * Double(window).squareRoot()))
  }

  /// Standard deviations of a window's mean square.
  func squareStatistic(_ squares: Int64) -> Float {
    let count = Double(window)
    let c = 2 / (9 * count)
    let mean = Double(squares) / (ResidualScale.unit * ResidualScale.unit * count)
    return Float((Self.cubeRoot(mean) - (1 - c)) / c.squareRoot())
  }

  /// The mean square statistic of a window of residuals that all count as much as any can.
  var highestSquareStatistic: Float {
    let most = Double(ResidualScale.limit) * ResidualScale.unit
    return squareStatistic(Int64(most * most * Double(window)))
  }

  /// Of 0 to 64; by Newton's method from above, so that it only falls.
  private static func cubeRoot(_ x: Double) -> Double {
    guard x > 0 else { return 0 }
    var root: Double = 4.5
    for _ in 0..<60 {
      let next = (2 * root + x / (root * root)) / 3
      guard next < root else { return root }
      root = next
    }
    return root
  }
}
