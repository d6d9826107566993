/// What a stochastic differential equation dY = f(Y) dt + B(Y) dW says about one stage of a step.
public protocol StochasticField {
  associatedtype Value: FloatingPoint & ExpressibleByFloatLiteral
  /// Elements of Y.
  var rows: Int { get }
  /// Sources of noise: deviates a substep.
  var sources: Int { get }
  /// Writes K = h f(Y) + sqrt(h) B(Y) xi, h the length of a substep.
  ///
  /// - Parameters:
  ///   - state: Y, `rows` values.
  ///   - phase: where in the sample the stage stands, 0 to 1.
  ///   - noise: xi, `sources` standard normal deviates; nil for f alone.
  ///   - change: K, `rows` values.
  mutating func stage(
    _ state: UnsafeMutablePointer<Value>, phase: Value, noise: UnsafePointer<Value>?,
    into change: UnsafeMutablePointer<Value>)
}

extension TwinSolver {
  /// Values of scratch space `substep` needs for a field of so many rows.
  @inlinable
  public static func scratch(rows: Int) -> Int { 3 * rows }

  /// Advances `state` by one substep.
  ///
  /// - Parameters:
  ///   - field: the equation.
  ///   - state: Y, `rows` values, replaced.
  ///   - index: which of the sample's `count` substeps it is.
  ///   - noise: `sources` standard normal deviates, used at every stage; nil for the noiseless equation.
  ///   - scratch: `scratch(rows:)` values, overwritten.
  @inlinable
  public func substep<Field: StochasticField>(
    _ field: inout Field, state: UnsafeMutablePointer<Field.Value>, index: Int, of count: Int,
    noise: UnsafePointer<Field.Value>?, scratch: UnsafeMutablePointer<Field.Value>
  ) {
    let rows = field.rows
    let change = scratch
    let stage = scratch + rows
    let sum = scratch + 2 * rows
    let start = Field.Value(index) / Field.Value(count)
    field.stage(state, phase: start, noise: noise, into: change)
    if self == .eulerMaruyama {
      for row in 0..<rows { state[row] += change[row] }
      return
    }
    let end = Field.Value(index + 1) / Field.Value(count)
    if self == .rungeKutta2 {
      for row in 0..<rows {
        stage[row] = state[row] + change[row]
        sum[row] = change[row]
      }
      field.stage(stage, phase: end, noise: noise, into: change)
      for row in 0..<rows { state[row] += (sum[row] + change[row]) * 0.5 }
      return
    }
    let middle = (Field.Value(index) + 0.5) / Field.Value(count)
    for row in 0..<rows {
      stage[row] = state[row] + change[row] * 0.5
      sum[row] = change[row]
    }
    field.stage(stage, phase: middle, noise: noise, into: change)
    for row in 0..<rows {
      stage[row] = state[row] + change[row] * 0.5
      sum[row] += change[row] + change[row]
    }
    field.stage(stage, phase: middle, noise: noise, into: change)
    for row in 0..<rows {
      stage[row] = state[row] + change[row]
      sum[row] += change[row] + change[row]
    }
    field.stage(stage, phase: end, noise: noise, into: change)
    for row in 0..<rows { state[row] += (sum[row] + change[row]) / 6 }
  }
}
