import Numerics

/// A stochastic system of known equation, dx = g1(x, u) dt + sqrt(2 g2(x, u)) dW (Ito), and the experiment done on it.
/// What stands here is known to the simulator and the judge alone; a fit sees moments of repeats.
struct SpinodeSystem: Sendable {
  var name: String
  var states: [String]
  /// Where runs start and where g1 and g2 are judged: [states + inputs].
  var region: [ClosedRange<Double>]
  var inputs = 0
  /// Units of time from one reading to the next.
  var sampleTime: Double
  /// Euler-Maruyama steps of the simulator a sample: far finer than the twin's.
  var innerSteps = 32
  /// States are kept at or above this.
  var floor = -Double.infinity
  /// Starts (each a state and a held input), repeats of each, and samples each runs for.
  var starts: Int
  var repeats: Int
  var samples: Int
  /// g1 and g2 of (states, inputs).
  var coefficients: @Sendable (_ x: [Double], _ u: [Double], _ g1: inout [Double], _ g2: inout [Double]) -> Void
  /// The two of (states, inputs) the 100 x 100 grid is laid over, and the levels of what is left.
  var gridAxes = (0, 1)
  var levels: [Double] = [0.5]

  /// Transitions simulated: what the experiment costs.
  var transitions: Int { starts * repeats * samples }

  /// States of `repeats` runs from one start: [repeats, samples + 1, states].
  func run(from start: [Double], input: [Double], random: inout RandomStream) -> [Double] {
    let n = states.count
    let h = sampleTime / Double(innerSteps)
    var g1 = [Double](repeating: 0, count: n)
    var g2 = g1
    var all: [Double] = []
    all.reserveCapacity(repeats * (samples + 1) * n)
    for _ in 0..<repeats {
      var x = start
      all += x
      for _ in 0..<samples {
        for _ in 0..<innerSteps {
          coefficients(x, input, &g1, &g2)
          for i in 0..<n {
            x[i] = max(floor, x[i] + h * g1[i] + (2 * h * max(0, g2[i])).squareRoot() * random.normal())
          }
        }
        all += x
      }
    }
    return all
  }

  /// Place `k` of an evenly spread sequence in the region (additive recurrence), shifted by chance.
  func start(_ k: Int, shift: [Double]) -> [Double] {
    // The root of x^(d+1) = x + 1.
    var root = 1.5
    for _ in 0..<60 {
      root = power(1 + root, 1 / Double(region.count + 1))
    }
    var step = 1.0
    return region.indices.map { axis in
      step /= root
      let place = shift[axis] + Double(k) * step
      let part = place - place.rounded(.down)
      return region[axis].lowerBound + part * (region[axis].upperBound - region[axis].lowerBound)
    }
  }

  private func power(_ x: Double, _ y: Double) -> Double { Maths.exp(y * Maths.log(x)) }

  /// States and inputs of the 100 x 100 grid at every level of the other axes.
  func grid() -> [(state: [Double], input: [Double])] {
    var all: [(state: [Double], input: [Double])] = []
    let side = 100
    for level in levels {
      for row in 0..<side {
        for column in 0..<side {
          let at = region.indices.map { axis in
            let part =
              axis == gridAxes.0
              ? Double(row) / Double(side - 1) : axis == gridAxes.1 ? Double(column) / Double(side - 1) : level
            return region[axis].lowerBound + part * (region[axis].upperBound - region[axis].lowerBound)
          }
          all.append((Array(at[..<states.count]), Array(at[states.count...])))
        }
      }
    }
    return all
  }
}
