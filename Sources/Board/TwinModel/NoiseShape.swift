/// How the noise sources of a twin act on the rows of its state.
public enum NoiseShape: UInt8, CaseIterable, Equatable, Sendable {
  /// An ordinary differential equation.
  case none = 0
  /// Every noisy row has a source of its own, of positive size.
  case diagonal = 1
  /// Every noisy row takes a signed share of every source.
  case full = 2
}
