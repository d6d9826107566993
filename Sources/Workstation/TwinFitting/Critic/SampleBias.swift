import Numerics

/// How moments of n independent Gaussian samples stray from those of the law they are drawn from.
///
/// The sample variance with n - 1 is sigma^2 chi^2(n - 1) / (n - 1); everything here follows from that.
package struct SampleBias: Sendable, Equatable {
  package let samples: Int
  /// E s / sigma = sqrt(2 / (n-1)) Gamma(n/2) / Gamma((n-1)/2).
  package let deviation: Double
  /// E log s - log sigma = (digamma((n-1)/2) - log((n-1)/2)) / 2.
  package let logDeviation: Double
  /// Variance of log s = trigamma((n-1)/2) / 4.
  package let logVariance: Double

  /// Of `samples`, at least 2; n = 1 counts as 2.
  package init(samples: Int) {
    self.samples = samples
    let n = max(2, samples)
    var ratio = 1 / 3.141592653589793.squareRoot()
    var k = 2
    while k < n {
      ratio = 0.5 * Double(k - 1) / ratio
      k += 1
    }
    let freedom = Double(n - 1)
    deviation = (2 / freedom).squareRoot() * ratio
    // Both functions at half-integers, from 1/2 or 1 upwards.
    var x = (n - 1) % 2 == 1 ? 0.5 : 1.0
    var digamma = -0.5772156649015329 - (x < 1 ? 2 * Maths.log(2) : 0)
    var trigamma = x < 1 ? 4.934802200544679 : 1.6449340668482264
    while x < freedom / 2 {
      digamma += 1 / x
      trigamma -= 1 / (x * x)
      x += 1
    }
    logDeviation = 0.5 * (digamma - Maths.log(freedom / 2))
    logVariance = 0.25 * trigamma
  }

  /// As if there were infinitely many.
  static let none = SampleBias()

  private init() {
    samples = 0
    deviation = 1
    logDeviation = 0
    logVariance = 0
  }

  /// Estimate of the square of a covariance without bias, from its sample value and the product of the two sample
  /// variances: with nu = n - 1, E c^2 = C^2 (1 + 1/nu) + S/nu and E s1^2 s2^2 = S + 2 C^2/nu (Wishart's moments).
  /// The two factors of c^2 and of s1^2 s2^2. Needs n of 3 or more.
  var covarianceSquare: (own: Double, product: Double) {
    guard samples >= 3 else { return (1, 0) }
    let nu = Double(samples - 1)
    let scale = 1 / (1 + 1 / nu - 2 / (nu * nu))
    return (scale, -scale / nu)
  }

  /// Factor that makes the square of a sample variance an estimate of sigma^4 without bias.
  var varianceSquare: Double { samples >= 2 ? 1 / (1 + 2 / Double(samples - 1)) : 1 }

  /// Factor of s^2 that estimates the variance of a sample mean.
  var meanVariance: Double { samples >= 1 ? 1 / Double(samples) : 0 }
}
