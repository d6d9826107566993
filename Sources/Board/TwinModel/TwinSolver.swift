/// What a stochastic integral means where the noise depends on the state.
public enum Calculus: UInt8, Equatable, Sendable {
  case ito = 1
  case stratonovich = 2
}

/// How a twin's stochastic differential equation is stepped, which also says which calculus its noise is meant in.
///
/// Every stage of a step sees the same draw of noise. Without noise they are Euler's, Heun's and the classical
/// Runge-Kutta method, of order 1, 2 and 4.
public enum TwinSolver: UInt8, CaseIterable, Equatable, Sendable {
  /// Y <- Y + K(Y), K = h f + sqrt(h) B xi: Ito.
  case eulerMaruyama = 1
  /// Heun's: K1 at Y, K2 at Y + K1, Y <- Y + (K1 + K2) / 2: Stratonovich.
  case rungeKutta2 = 2
  /// K1 at Y, K2 at Y + K1/2, K3 at Y + K2/2, K4 at Y + K3, Y <- Y + (K1 + 2 K2 + 2 K3 + K4) / 6: Stratonovich.
  case rungeKutta4 = 3

  /// The calculus the solver converges to.
  public var calculus: Calculus { self == .eulerMaruyama ? .ito : .stratonovich }

  /// Evaluations of the field a substep.
  public var stages: Int {
    switch self {
    case .eulerMaruyama: return 1
    case .rungeKutta2: return 2
    case .rungeKutta4: return 4
    }
  }
}
