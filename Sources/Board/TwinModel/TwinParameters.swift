/// The digital twin of one device: a neural stochastic differential equation, one step a control sample.
///
///     dx_i = a_i F_i(z) dt + sum_k C_ik a_k dt + noise_i
///     da_k = -rate_k a_k dt + sum_i J_ki noise_i + noise_(N_X + k)
///     z    = (s(t), s(t-1) ...; x(t-1), x(t-2) ...), newest first
///
/// x and s are normalised: xn = (x - responseOffset) responseScale, sn = (s - driveOffset) driveScale; outside, drives and
/// responses are in channel units (-1 to 1). Delayed responses stand in for states nobody measures, the auxiliaries a for
/// noise with a memory. One control sample is one unit of time. Source of the model: Manneschi et al., "Noise-aware
/// training of neuromorphic dynamic device networks", Nature Communications 16, 9192 (2025).
public struct TwinParameters: Equatable, Sendable {
  public static let mostDrives = 8
  public static let mostObservables = 64
  public static let mostAuxiliaries = 16
  /// The most elements of z.
  public static let mostTaps = Perceptron.mostInputs
  public static let mostSubsteps = 64
  /// The most sources of noise of full shape.
  public static let mostSources = 8

  public let solver: TwinSolver
  /// Solver steps a control sample.
  public let substeps: Int
  /// Length of a control sample in units of time.
  public let timeStep: Float
  /// Drives in z, the present one included: N_s + 1.
  public let driveTaps: Int
  /// Responses in z: N_d + 1.
  public let responseTaps: Int
  /// [drives].
  public let driveOffset: [Float]
  /// [drives].
  public let driveScale: [Float]
  /// [observables].
  public let responseOffset: [Float]
  /// [observables], positive.
  public let responseScale: [Float]
  /// [observables]: responses are kept at or above these, channel units.
  public let responseLow: [Float]
  /// [observables]: responses are kept at or below these, channel units.
  public let responseHigh: [Float]
  /// F: z to one output an observable.
  public let drift: Perceptron
  /// [observables]: normalised units a unit of time for one unit of F.
  public let driftScale: [Float]
  /// [auxiliaries]: what they decay with, a unit of time.
  public let rates: [Float]
  /// [observables, auxiliaries]: C.
  public let coupling: [Float]
  /// [auxiliaries, observables]: J, the share of an observable's noise that drives an auxiliary too.
  public let injection: [Float]
  /// [auxiliaries, observables]: what a measured residual (normalised) adds to an auxiliary.
  public let observer: [Float]
  public let noiseShape: NoiseShape
  /// Independent sources of noise: as many as noisy rows (diagonal), 1 to 8 (full), or 0.
  public let noiseSources: Int
  /// Rows of (x, a) with noise of their own, ascending: below `observables` those of x, then those of a.
  public let noisyRows: [UInt8]
  /// G: z, or nothing for a constant, to one output a noisy row (diagonal) or [noisy rows, sources] (full).
  public let diffusion: Perceptron?
  /// [noisy rows]: normalised units a square root of time for one unit of softplus(G) (diagonal) or G (full).
  public let diffusionScale: [Float]
  /// [noisy rows]: the least noise, diagonal; zeros for full.
  public let diffusionFloor: [Float]
  /// [observables]: what the predicted one-step standard deviation is multiplied by, 1 unless calibrated.
  public let residualScale: [Float]

  /// N_S.
  public var drives: Int { driveScale.count }
  /// N_X.
  public var observables: Int { responseScale.count }
  /// N_a.
  public var auxiliaries: Int { rates.count }
  /// Elements of z.
  public var taps: Int { drives * driveTaps + observables * responseTaps }
  /// Standard normal deviates a control sample takes.
  public var noisesPerStep: Int { noiseSources * substeps }

  /// Throws what is wrong if the sizes disagree or a number makes no sense.
  ///
  /// Matrices left empty are zeros, an empty `residualScale` is ones, and an empty `diffusionFloor` is zeros.
  public init(
    solver: TwinSolver, substeps: Int = 1, timeStep: Float = 1, driveTaps: Int, responseTaps: Int,
    driveOffset: [Float], driveScale: [Float], responseOffset: [Float], responseScale: [Float], responseLow: [Float],
    responseHigh: [Float], drift: Perceptron, driftScale: [Float], rates: [Float] = [], coupling: [Float] = [],
    injection: [Float] = [], observer: [Float] = [], noiseShape: NoiseShape = .none, noiseSources: Int = 0,
    noisyRows: [UInt8] = [], diffusion: Perceptron? = nil, diffusionScale: [Float] = [],
    diffusionFloor: [Float] = [], residualScale: [Float] = []
  ) throws(TwinFault) {
    func filled(_ values: [Float], _ count: Int, with value: Float = 0) -> [Float] {
      values.isEmpty ? [Float](repeating: value, count: count) : values
    }
    let observables = responseScale.count
    self.solver = solver
    self.substeps = substeps
    self.timeStep = timeStep
    self.driveTaps = driveTaps
    self.responseTaps = responseTaps
    self.driveOffset = driveOffset
    self.driveScale = driveScale
    self.responseOffset = responseOffset
    self.responseScale = responseScale
    self.responseLow = responseLow
    self.responseHigh = responseHigh
    self.drift = drift
    self.driftScale = driftScale
    self.rates = rates
    self.coupling = filled(coupling, observables * rates.count)
    self.injection = filled(injection, observables * rates.count)
    self.observer = filled(observer, observables * rates.count)
    self.noiseShape = noiseShape
    self.noiseSources = noiseSources
    self.noisyRows = noisyRows
    self.diffusion = diffusion
    self.diffusionScale = diffusionScale
    self.diffusionFloor = filled(diffusionFloor, noisyRows.count)
    self.residualScale = filled(residualScale, observables, with: 1)
    if let fault = firstFault() { throw fault }
  }
}
