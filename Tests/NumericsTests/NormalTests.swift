import Foundation
import Numerics
import Testing

@Suite struct NormalTests {
  /// Percentage points to sixteen digits, from the algorithm's paper and common tables.
  @Test(arguments: [
    (0.25, -0.6744897501960817), (0.001, -3.090232306167814), (1e-20, -9.262340089798409), (0.5, 0),
    (0.975, 1.959963984540054),
  ])
  func quantiles(p: Double, x: Double) {
    #expect(abs(Normal.quantile(p) - x) <= 2e-15 * max(1, abs(x)))
  }

  @Test func quantileInvertsTheDistributionFunction() {
    for index in 1..<2000 {
      let p = Double(index) / 2000
      let back = 0.5 * erfc(-Normal.quantile(p) / 2.0.squareRoot())
      #expect(abs(back - p) < 1e-15)
    }
  }

  /// Evenly spread words stand for the whole distribution: the moments leave no room for chance, only for the words being
  /// half a step off centre.
  @Test func moments() {
    var sums = [0.0, 0, 0, 0, 0]
    let count = 1 << 16
    for index in 0..<count {
      let x = Normal.deviate(UInt32(index) << 16 | 0x8000)
      var power = 1.0
      for order in 1...4 {
        power *= x
        sums[order] += power / Double(count)
      }
    }
    #expect(abs(sums[1]) < 1e-8)
    #expect(abs(sums[2] - 1) < 1e-3)
    #expect(abs(sums[3]) < 1e-7)
    #expect(abs(sums[4] - 3) < 2e-2)
  }

  @Test func theEndsAreFinite() {
    #expect(Normal.deviate(0) == -Normal.deviate(.max))
    #expect(Normal.deviate(.max) < 6.4 && Normal.deviate(.max) > 6.2)
    #expect(Normal.uniform(0) > 0 && Normal.uniform(.max) < 1)
  }
}
