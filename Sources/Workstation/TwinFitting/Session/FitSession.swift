import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// One device's fit with one structure: drift by windowed squared error along the noiseless path, then everything by the
/// likelihood of one-step transitions, then, where wanted, by what whole runs look like. Sampled paths are never compared
/// by squared error: that shrinks the noise to nothing.
final class FitSession {
  let trace: PreparedTrace
  let options: TwinFitOptions
  let structure: TwinStructure
  let model: KernelModel
  let parameters: FitParameters
  let isa = InstructionSet.best.rawValue
  var random: RandomStream
  let seed: UInt64
  var progress = SessionProgress()
  /// Residual sd of the noiseless one-step prediction, a noisy row, normalised.
  private(set) var residualSize: [Float]
  /// Variance that the likelihood adds to each observable's, normalised: all that one without noise has.
  private var jitter = FitSession.leastJitter
  private static let leastJitter = 1e-8

  init(_ trace: PreparedTrace, structure: TwinStructure, options: TwinFitOptions, seed: UInt64) {
    self.trace = trace
    self.options = options
    self.structure = structure
    self.seed = seed
    random = RandomStream(seed: seed, stream: 0xF17)
    let shape = TwinShape(trace, structure, options)
    model = KernelModel(shape)
    model.setDriftGain(trace.increment)
    residualSize = shape.noisyRows.map { trace.increment[$0] }
    model.setNoise(gain: residualSize, floor: residualSize.map { 0.05 * $0 })
    let whitener = Whitener(rows: trace.inputs(structure), size: shape.taps, ridge: 1e-3)
    parameters = FitParameters(model, whitener: whitener, random: &random)
  }

  /// Starts from an earlier twin of the same shape, in the trace's units; false if the shapes differ.
  func adopt(_ twin: TwinParameters) -> Bool {
    guard let start = TwinExport.parameters(of: twin, for: self) else { return false }
    setResidualSize(start.noise)
    parameters.adopt(start.values)
    measureJitter()
    return true
  }

  /// Sets the unit of the noise.
  func setResidualSize(_ size: [Float]) {
    residualSize = size.map { max(1e-4, $0) }
    model.setNoise(gain: residualSize, floor: residualSize.map { 0.02 * $0 })
  }

  /// Takes the spread of one-step errors as the unit of the noise.
  func measureNoise() {
    let spread = residualSpread()
    setResidualSize(model.shape.noisyRows.map { Float(spread[$0]) })
    setJitter(spread)
  }

  /// Takes the errors of observables without noise as they are now for those that the likelihood expects.
  func measureJitter() {
    if !model.shape.quietObservables.isEmpty { setJitter(residualSpread()) }
  }

  // Without driving noise there still are the converter's steps and what the drift lacks; more than a tenth of the least
  // noisy observable's spread is not taken for that.
  private func setJitter(_ spread: [Double]) {
    let quiet = model.shape.quietObservables.map { spread[$0] }.max() ?? 0
    let noisy = model.shape.noisyRows.map { spread[$0] }.min() ?? 0
    let size = min(quiet, 0.1 * noisy)
    jitter = max(Self.leastJitter, size.isFinite ? size * size : 0)
  }

  var batch: Int { (options.batchWindows + WindowTile.lanes - 1) / WindowTile.lanes * WindowTile.lanes }

  /// Samples a likelihood window spends on finding its auxiliaries.
  var burnIn: Int { structure.auxiliaries > 0 ? 8 : 0 }

  /// Length of a likelihood window.
  var likelihoodSteps: Int { structure.auxiliaries > 0 ? max(24, options.horizon + burnIn) : options.horizon }

  /// Windows that held-out likelihoods are taken over: the same samples for every structure, so that they compare.
  var judgedSteps: Int { max(24, options.horizon + judgedBurnIn) }
  var judgedBurnIn: Int { 8 }

  /// The one-step likelihood of a tile of measured windows.
  func transitions(_ tile: WindowTile, gradient: UnsafeMutableRawPointer?) -> Double {
    var c = model.c
    var rollout = tile.rollout(measured: true, noisy: false)
    var asked = tk_transitions(
      weights: UnsafeRawPointer(tile.weights.raw), jitter: jitter, residuals: tile.residuals.raw,
      errors: tile.errors.raw,
      context: nil)
    return options.solver == .eulerMaruyama && options.substeps == 1
      ? tk_likelihood(isa, &c, parameters.plain.raw, &rollout, &asked, gradient, tile.scratch.raw)
      : tk_unscented(isa, &c, parameters.plain.raw, &rollout, &asked, gradient, tile.scratch.raw)
  }
}

/// How far a session came.
struct SessionProgress {
  var driftEpochs = 0
  var bestDriftEpoch = 0
  var likelihoodEpochs = 0
  var bestLikelihoodEpoch = 0
  var ensembleSteps = 0
  /// Loss over the ensembles that teach, about 0 for a perfect twin; nil where none do.
  var ensemble: Double?
  /// What the ensemble phase did to its own loss and to the likelihood, kept or not.
  var ensembleChange: (from: Double, to: Double, likelihoodFrom: Double, likelihoodTo: Double)?
  /// Mean held-out negative log-likelihood a sample, normalised units.
  var likelihood = Double.infinity
}
