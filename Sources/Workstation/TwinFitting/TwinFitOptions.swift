import TrainingKernels
import TwinModel

/// How twins are fitted; the defaults suit one sampled observable with hidden state.
public struct TwinFitOptions: Sendable, Equatable {
  /// The most hidden layers, and units of one, that can be fitted.
  public static let mostLayers = KernelTwin.mostLayers
  public static let widest = KernelTwin.widest

  public var solver = TwinSolver.eulerMaruyama
  /// Earlier drives the twin sees besides the present one.
  public var driveDelays = 1
  /// Earlier responses the twin sees besides the latest: they stand in for hidden states.
  public var responseDelays = 3
  /// Hidden units a layer of the drift.
  public var driftWidths = [32, 32]
  /// Hidden units a layer of the diffusion.
  public var diffusionWidths = [16]
  /// Control samples the drift is run for before its gradient is taken (T_horizon).
  public var horizon = 10
  /// Windows a gradient step, rounded up to whole tiles of 16.
  public var batchWindows = 32
  public var driftEpochs = 200
  public var driftRate: Float = 0.01
  public var diffusionEpochs = 80
  public var diffusionRate: Float = 0.003
  /// Lets the likelihood move the drift too, at this share of `diffusionRate`; Euler-Maruyama only. 0 freezes it.
  public var refinement: Float = 1
  /// Epochs without a better held-out loss after which a phase ends.
  public var patience = 40
  /// Share of the training data held out for early stopping, 0.05 to 0.5.
  public var heldOut = 0.15
  /// Simulated copies an input when repeats are compared.
  public var freeRuns = 64
  /// Threads; nil for all processors. The result does not depend on it.
  public var threads: Int?

  public init() {}

  func check() throws(TwinFitError) {
    func require(_ holds: Bool, _ name: String) throws(TwinFitError) { if !holds { throw .badOption(name) } }
    try require(solver != .rungeKutta4, "solver")
    try require(driveDelays >= 0 && driveDelays <= 7, "driveDelays")
    try require(responseDelays >= 0 && responseDelays <= 7, "responseDelays")
    for (widths, name) in [(driftWidths, "driftWidths"), (diffusionWidths, "diffusionWidths")] {
      try require((1...Self.mostLayers).contains(widths.count), name)
      try require(widths.allSatisfy { (1...Self.widest).contains($0) }, name)
    }
    try require((1...200).contains(horizon), "horizon")
    try require((1...4096).contains(batchWindows), "batchWindows")
    try require((1...100_000).contains(driftEpochs), "driftEpochs")
    try require((1...100_000).contains(diffusionEpochs), "diffusionEpochs")
    try require(driftRate > 0 && driftRate <= 1, "driftRate")
    try require(diffusionRate > 0 && diffusionRate <= 1, "diffusionRate")
    try require(refinement >= 0 && refinement <= 1, "refinement")
    try require(patience >= 1, "patience")
    try require(heldOut >= 0.05 && heldOut <= 0.5, "heldOut")
    try require((16...4096).contains(freeRuns), "freeRuns")
  }
}
