import TwinModel

/// The names of a twin's choices in files.
extension TwinSolver {
  public var name: String {
    switch self {
    case .eulerMaruyama: return "euler-maruyama"
    case .rungeKutta2: return "runge-kutta-2"
    case .rungeKutta4: return "runge-kutta-4"
    }
  }
}

extension NoiseShape {
  public var name: String {
    switch self {
    case .none: return "none"
    case .diagonal: return "diagonal"
    case .full: return "full"
    }
  }
}

extension Activation {
  public var name: String {
    switch self {
    case .tanh: return "tanh"
    case .silu: return "silu"
    case .relu: return "relu"
    }
  }
}
