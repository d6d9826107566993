/// A batch of simulated and measured windows under the same drives: window k of each has seen window k of `drives`.
public struct WindowBatch<R: CriticReal> {
  public var fake: UnsafeBufferPointer<R>
  public var real: UnsafeBufferPointer<R>
  /// May be empty when there are no drives.
  public var drives: UnsafeBufferPointer<R>

  public init(fake: UnsafeBufferPointer<R>, real: UnsafeBufferPointer<R>, drives: UnsafeBufferPointer<R>) {
    self.fake = fake
    self.real = real
    self.drives = drives
  }
}

/// One step of the critic.
public struct CriticValue: Sendable, Equatable {
  /// mean D(fake) - mean D(real) + penalty.
  public var loss = 0.0
  /// mean D(real) - mean D(fake): near convergence of the critic, the Wasserstein distance.
  public var distance = 0.0
  public var penalty = 0.0
  /// Mean of |dD/dx| between fake and real windows.
  public var slope = 0.0

  public init() {}
}

/// The loss of the simulated windows and its parts before weighting.
public struct GeneratorValue: Sendable, Equatable {
  public var loss = 0.0
  /// -mean D(fake).
  public var score = 0.0
  public var features = 0.0
  public var moments = MomentValue()
  public var path = 0.0
  /// The critic's last step before, if `evaluate` made any.
  public var critic: CriticValue?

  public init() {}
}

/// All that training changes in a critic, to stop and go on.
public struct CriticState<R: CriticReal>: Sendable, Equatable {
  public var parameters: [R]
  public var first: [R]
  public var second: [R]
  /// Adam steps taken, and interpolations drawn.
  public var steps: UInt64
  public var draws: UInt64

  public init(parameters: [R], first: [R], second: [R], steps: UInt64, draws: UInt64) {
    self.parameters = parameters
    self.first = first
    self.second = second
    self.steps = steps
    self.draws = draws
  }
}
