import TwinModel

/// How twins are fitted. What is nil is chosen from what the data offer.
public struct TwinFitOptions: Sendable, Equatable {
  /// What is matched over whole runs after the one-step likelihood.
  public enum EnsembleLoss: String, Sendable, Equatable, CaseIterable {
    case none
    /// Mean, spread and autocovariance over repeats of the same inputs.
    case moments
    /// What a trained critic's last layer sees in windows.
    case features
    /// A critic's verdict on windows (WGAN with gradient penalty, moments and path as stabilisers).
    case adversarial
  }

  /// How drift and diffusion are found.
  public enum Fitter: String, Sendable, Equatable, CaseIterable {
    /// Windowed squared error, likelihood, then whole runs.
    case likelihood
    /// Unscented moments of repeats: cheap, for devices without hidden state or noise with a memory.
    case moments
  }

  public var fitter = Fitter.likelihood
  public var solver = TwinSolver.eulerMaruyama
  /// Solver steps a control sample.
  public var substeps = 1
  /// Earlier drives the twin sees besides the present one; nil: chosen by held-out likelihood.
  public var driveDelays: Int?
  /// Earlier responses the twin sees besides the latest, which stand in for hidden states; nil: chosen likewise.
  public var responseDelays: Int?
  /// Variables an observable that give its noise a memory; nil: chosen likewise.
  public var auxiliaries: Int?
  /// Noise of its own for each observable, or sources shared by all.
  public var noise = NoiseShape.diagonal
  /// Observables with driving noise, counted from 0; nil: all. The others' twins carry none.
  public var noiseOn: [Int]?
  /// Sources of full noise.
  public var noiseSources = 2
  public var activation = Activation.tanh
  /// Hidden units a layer of the drift.
  public var driftWidths = [32, 32]
  /// Hidden units a layer of the diffusion; nil for noise that depends on nothing.
  public var diffusionWidths: [Int]? = [16]
  /// Control samples the drift is run for before its gradient is taken (T_horizon).
  public var horizon = 10
  /// Windows a gradient step, rounded up to whole tiles of 32.
  public var batchWindows = 32
  public var driftEpochs = 120
  public var driftRate: Float = 0.01
  public var diffusionEpochs = 100
  public var diffusionRate: Float = 0.004
  /// Lets the likelihood move the drift too, at this share of `diffusionRate`. 0 freezes it.
  public var refinement: Float = 1
  /// Nil: moments where the data hold repeats to learn from, else none.
  public var ensembleLoss: EnsembleLoss?
  public var ensembleSteps = 400
  public var ensembleRate: Float = 0.003
  /// Epochs without a better held-out loss after which a phase ends.
  public var patience = 30
  /// Share of the training data held out for early stopping, 0.05 to 0.5.
  public var heldOut = 0.15
  /// Fits from different starts, of which the best held-out likelihood is kept.
  public var restarts = 1
  /// Simulated copies an input when repeats are compared.
  public var freeRuns = 256
  /// Share of the epochs that a candidate structure is tried for when the structure is chosen.
  public var trialShare = 0.25
  /// Whether devices of a kind share one drift and one diffusion, told apart by `embedding` numbers each
  /// (`SharedTwinFitter`); `TwinFitter` itself takes each device alone.
  public var shared = false
  /// Numbers a device of a shared fit, 1 to 16.
  public var embedding = 3
  /// What to do about flawed traces.
  public var check = TraceCheckOptions()
  public var limits = AcceptanceLimits()
  /// Threads; nil for all processors. The result does not depend on it.
  public var threads: Int?

  public init() {}

  func check(drives: Int, observables: Int) throws(TwinFitError) {
    func require(_ holds: Bool, _ name: String) throws(TwinFitError) { if !holds { throw .badOption(name) } }
    try require((1...TwinParameters.mostSubsteps).contains(substeps), "substeps")
    // Each noise of each substep is a pair of sigma points.
    try require(hasExactLikelihood || substeps * max(observables, noiseSources) <= 1024, "substeps")
    try require((0...7).contains(driveDelays ?? 0), "driveDelays")
    try require((0...7).contains(responseDelays ?? 0), "responseDelays")
    try require((0...4).contains(auxiliaries ?? 0), "auxiliaries")
    try require((auxiliaries ?? 0) * observables <= TwinParameters.mostAuxiliaries, "auxiliaries")
    try require(noise != .none, "noise")
    if let noiseOn {
      let inside = noiseOn.allSatisfy { (0..<observables).contains($0) }
      try require(!noiseOn.isEmpty && inside && zip(noiseOn, noiseOn.dropFirst()).allSatisfy(<), "noiseOn")
      try require(fitter == .likelihood, "noiseOn")
    }
    try require((1...SharedTwinFitter.mostNumbers).contains(embedding), "embedding")
    try require((1...TwinParameters.mostSources).contains(noiseSources), "noiseSources")
    // Only Euler-Maruyama has the exact likelihood that auxiliaries need.
    try require((auxiliaries ?? 0) == 0 || hasExactLikelihood, "auxiliaries")
    try require((1...Perceptron.mostLayers).contains(driftWidths.count), "driftWidths")
    try require((diffusionWidths ?? []).count <= Perceptron.mostLayers, "diffusionWidths")
    for (widths, name) in [(driftWidths, "driftWidths"), (diffusionWidths ?? [], "diffusionWidths")] {
      try require(widths.allSatisfy { (1...Perceptron.widest).contains($0) }, name)
    }
    try require((1...1000).contains(horizon), "horizon")
    try require((1...4096).contains(batchWindows), "batchWindows")
    try require((1...100_000).contains(driftEpochs), "driftEpochs")
    try require((1...100_000).contains(diffusionEpochs), "diffusionEpochs")
    try require(driftRate > 0 && driftRate <= 1, "driftRate")
    try require(diffusionRate > 0 && diffusionRate <= 1, "diffusionRate")
    try require(refinement >= 0 && refinement <= 1, "refinement")
    try require((0...100_000).contains(ensembleSteps), "ensembleSteps")
    try require(ensembleRate > 0 && ensembleRate <= 1, "ensembleRate")
    try require(patience >= 1, "patience")
    try require(heldOut >= 0.05 && heldOut <= 0.5, "heldOut")
    try require((1...100).contains(restarts), "restarts")
    try require((16...4096).contains(freeRuns), "freeRuns")
    try require(trialShare > 0 && trialShare <= 1, "trialShare")
    let taps = drives * ((driveDelays ?? 0) + 1) + observables * ((responseDelays ?? 0) + 1)
    try require(taps <= TwinParameters.mostTaps, "responseDelays")
  }

  /// Whether the one-step likelihood is a Gaussian in closed form.
  var hasExactLikelihood: Bool { solver == .eulerMaruyama && substeps == 1 && noise == .diagonal }
}

/// How much a twin remembers.
public struct TwinStructure: Sendable, Equatable, Codable, CustomStringConvertible {
  public var driveDelays: Int
  public var responseDelays: Int
  /// An observable.
  public var auxiliaries: Int

  public init(driveDelays: Int, responseDelays: Int, auxiliaries: Int) {
    self.driveDelays = driveDelays
    self.responseDelays = responseDelays
    self.auxiliaries = auxiliaries
  }

  /// Samples a prediction needs before it.
  var history: Int { max(driveDelays, responseDelays + 1) }

  public var description: String {
    "\(driveDelays) drive delays, \(responseDelays) response delays, \(auxiliaries) noise variables"
  }
}
