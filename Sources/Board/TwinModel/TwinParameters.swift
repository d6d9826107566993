/// How a twin's stochastic differential equation is stepped, which also says which calculus its noise is meant in.
public enum TwinSolver: UInt8, Equatable, Sendable {
  /// x <- x + F dt + G sqrt(dt) xi: Ito.
  case eulerMaruyama = 1
  /// Two stages with one draw of noise, averaged (Heun-like): Stratonovich. The second stage sees the predicted response
  /// as the newest and every delayed response one sample older.
  case rungeKutta2 = 2
}

/// The digital twin of one device: a neural stochastic differential equation, one step a control sample.
///
///     dx = a F(z) dt + (b softplus(G(z)) + c) dW,   z = (s(t) ... s(t-N_s), x(t-1) ... x(t-1-N_d))
///
/// F and G are perceptrons over the normalised z; a, b, c are `driftScale`, `diffusionScale`, `diffusionFloor`. Drives
/// and responses are in channel units (-1 to 1); delayed ones stand in for states nobody measures. Source of the model:
/// Manneschi et al., "Noise-aware training of neuromorphic dynamic device networks", Nature Communications 16, 9192
/// (2025).
public struct TwinParameters: Equatable, Sendable {
  /// The most drives and responses z may hold.
  public static let mostTaps = 16

  public var solver: TwinSolver
  /// Drives in z, the present one included: N_s + 1.
  public let driveTaps: Int
  /// Responses in z: N_d + 1.
  public let responseTaps: Int
  /// Length of a step; 1 is one control sample.
  public var timeStep: Float
  /// Normalised drive = (s - driveOffset) * driveScale.
  public var driveOffset: Float
  public var driveScale: Float
  /// Normalised response = (x - responseOffset) * responseScale.
  public var responseOffset: Float
  public var responseScale: Float
  public var drift: Perceptron
  /// Channel units a unit of time for one unit of F.
  public var driftScale: Float
  public var diffusion: Perceptron
  /// Channel units a square root of time for one unit of softplus(G).
  public var diffusionScale: Float
  /// The least noise, as `diffusionScale`.
  public var diffusionFloor: Float
  /// Responses are kept between these.
  public var responseLow: Float
  public var responseHigh: Float

  /// Nil if the sizes disagree or a number makes no sense; see `firstFault` for what is checked.
  public init?(
    solver: TwinSolver, driveTaps: Int, responseTaps: Int, timeStep: Float, driveOffset: Float, driveScale: Float,
    responseOffset: Float, responseScale: Float, drift: Perceptron, driftScale: Float, diffusion: Perceptron,
    diffusionScale: Float, diffusionFloor: Float, responseLow: Float, responseHigh: Float
  ) {
    self.solver = solver
    self.driveTaps = driveTaps
    self.responseTaps = responseTaps
    self.timeStep = timeStep
    self.driveOffset = driveOffset
    self.driveScale = driveScale
    self.responseOffset = responseOffset
    self.responseScale = responseScale
    self.drift = drift
    self.driftScale = driftScale
    self.diffusion = diffusion
    self.diffusionScale = diffusionScale
    self.diffusionFloor = diffusionFloor
    self.responseLow = responseLow
    self.responseHigh = responseHigh
    if firstFault() != nil { return nil }
  }

  /// Elements of z.
  public var taps: Int { driveTaps + responseTaps }

  /// The first rule the parameters break, or nil.
  func firstFault() -> TwinFault? {
    guard driveTaps >= 1, responseTaps >= 1, driveTaps <= Self.mostTaps, responseTaps <= Self.mostTaps,
      taps <= Self.mostTaps
    else { return .taps }
    guard drift.inputs == taps, diffusion.inputs == taps else { return .taps }
    guard timeStep > 0, timeStep.isFinite else { return .timeStep }
    for value in [driveOffset, driveScale, responseOffset, responseScale, driftScale] where !value.isFinite {
      return .scale
    }
    guard diffusionScale >= 0, diffusionScale.isFinite, diffusionFloor >= 0, diffusionFloor.isFinite else {
      return .scale
    }
    guard responseLow < responseHigh, responseLow.isFinite, responseHigh.isFinite else { return .range }
    return nil
  }
}

/// What is wrong with a twin's parameters.
enum TwinFault {
  case taps, timeStep, scale, range
}
