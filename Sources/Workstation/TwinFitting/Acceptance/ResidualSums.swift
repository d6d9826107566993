/// Sums over residuals from which their moments and autocorrelations follow; sums of blocks add.
struct ResidualSums {
  var count = 0.0
  /// Of the first to fourth powers.
  var powers: (Double, Double, Double, Double) = (0, 0, 0, 0)
  /// Of z(t) z(t + lag), and the number of such pairs, for lags 1, 2, ...
  var products: [Double]
  var pairs: [Double]

  init(lags: Int) {
    products = [Double](repeating: 0, count: lags)
    pairs = products
  }

  mutating func add(_ other: ResidualSums, times: Double = 1) {
    count += times * other.count
    powers.0 += times * other.powers.0
    powers.1 += times * other.powers.1
    powers.2 += times * other.powers.2
    powers.3 += times * other.powers.3
    for lag in products.indices {
      products[lag] += times * other.products[lag]
      pairs[lag] += times * other.pairs[lag]
    }
  }

  var mean: Double { powers.0 / max(1, count) }
  /// About the mean, over the count.
  var variance: Double { max(0, powers.1 / max(1, count) - mean * mean) }
  /// Over the count less one.
  var deviation: Double { (variance * count / max(1, count - 1)).squareRoot() }

  var skewness: Double {
    let (m, n) = (mean, max(1, count))
    let third = powers.2 / n - 3 * m * powers.1 / n + 2 * m * m * m
    return variance > 1e-18 ? third / (variance * variance.squareRoot()) : 0
  }

  /// Excess kurtosis.
  var kurtosis: Double {
    let (m, n) = (mean, max(1, count))
    let fourth = powers.3 / n - 4 * m * powers.2 / n + 6 * m * m * powers.1 / n - 3 * m * m * m * m
    return variance > 1e-18 ? fourth / (variance * variance) - 3 : 0
  }

  /// Autocorrelation at lag `index` + 1.
  func autocorrelation(_ index: Int) -> Double {
    guard pairs[index] > 0, variance > 1e-18 else { return 0 }
    return (products[index] / pairs[index] - mean * mean) / variance
  }
}
