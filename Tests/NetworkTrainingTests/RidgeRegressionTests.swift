import NetworkTraining
import Numerics
import Testing

@Suite struct RidgeRegressionTests {
  /// Rows of two random features and a constant, and what a known line makes of them.
  static func problem(_ count: Int, noise: Double) -> (rows: [Double], wanted: [Double]) {
    var random = RandomStream(seed: 9, stream: 0)
    var rows: [Double] = []
    var wanted: [Double] = []
    for _ in 0..<count {
      let a = random.normal()
      let b = random.normal()
      rows += [a, b, 1]
      wanted += [2 * a - 3 * b + 0.5 + noise * random.normal(), -a + noise * random.normal()]
    }
    return (rows, wanted)
  }

  @Test func exactDataGiveTheExactLine() {
    let (rows, wanted) = Self.problem(200, noise: 0)
    let weights = RidgeRegression.solve(rows, wanted, width: 3, outputs: 2, penalty: 0)
    for (found, expected) in zip(weights, [2, -3, 0.5, -1, 0, 0]) { #expect(abs(found - expected) < 1e-6) }
  }

  @Test func thePenaltyShrinksTheWeightsButNotTheConstant() {
    let (rows, wanted) = Self.problem(2000, noise: 0.1)
    let free = RidgeRegression.solve(rows, wanted, width: 3, outputs: 2, penalty: 0)
    let bound = RidgeRegression.solve(rows, wanted, width: 3, outputs: 2, penalty: 1)
    #expect(abs(bound[0]) < 0.7 * abs(free[0]))
    #expect(abs(bound[2] - 0.5) < 0.15)
  }

  /// The normal equations hold at the solution: A^T (A w - y) + n p w = 0.
  @Test func theNormalEquationsHold() {
    let (rows, wanted) = Self.problem(300, noise: 1)
    let penalty = 0.01
    let weights = RidgeRegression.solve(rows, wanted, width: 3, outputs: 2, penalty: penalty)
    for output in 0..<2 {
      for column in 0..<2 {
        var sum = 300 * penalty * weights[output * 3 + column]
        for row in 0..<300 {
          var error = -wanted[row * 2 + output]
          for index in 0..<3 { error += weights[output * 3 + index] * rows[row * 3 + index] }
          sum += rows[row * 3 + column] * error
        }
        #expect(abs(sum) < 1e-6)
      }
    }
  }
}
