/// What the hidden units of a perceptron do to their sums.
public enum Activation: UInt8, CaseIterable, Equatable, Sendable {
  case tanh = 1
  /// x / (1 + e^-x).
  case silu = 2
  /// The larger of x and 0.
  case relu = 3
}
