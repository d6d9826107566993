import TrainingKernels
import TwinModel

/// How moments are fitted. The defaults are SPINODE's (O'Leary, Paulson, Mesbah 2022) where it has the setting.
public struct MomentFitOptions: Sendable, Equatable {
  /// Hidden units a layer of the drift g1.
  public var driftWidths = [100, 100]
  /// Hidden units a layer of the diffusion.
  public var diffusionWidths = [100, 100]
  public var activation = Activation.silu
  /// Euler-Maruyama steps a sample. One step learns the map over a sample, more the equation's own coefficients.
  public var substeps = 4
  /// lambda of the unscented transform; above minus the number of states.
  public var spread = 0.0
  /// Points a gradient step.
  public var batch = 32
  /// Peak rates of Adam, which falls as half a cosine over a phase.
  public var rate: Float = 1e-3
  public var polishRate: Float = 1e-3
  public var driftEpochs = 100
  public var diffusionEpochs = 30
  /// Epochs of the joint likelihood of all measured moments after SPINODE's two phases; 0 for SPINODE alone.
  public var polishEpochs = 30
  /// Epochs without a better held-out loss after which a phase ends.
  public var patience = 40
  /// Share of the sequences held out for early stopping, 0.05 to 0.5.
  public var heldOut = 0.15
  /// Fits from different starts, of which the best on the held-out points is kept.
  public var restarts = 1
  /// The fewest repeats a point may come from.
  public var leastReplicates = 8
  /// Threads; nil for all processors. The result does not depend on it.
  public var threads: Int?

  public init() {}

  /// The fewest transitions that are fitted.
  public static let leastPoints = 20
  /// The most sigma points of one transition.
  public static let mostSigmaPoints = 512

  func check(states: Int, drives: Int) throws(MomentFitError) {
    func require(_ holds: Bool, _ name: String) throws(MomentFitError) { if !holds { throw .badOption(name) } }
    try require((1...TwinParameters.mostObservables).contains(states), "stateCount")
    try require((0...TwinParameters.mostDrives).contains(drives), "driveCount")
    for (widths, name) in [(driftWidths, "driftWidths"), (diffusionWidths, "diffusionWidths")] {
      try require((1...Perceptron.mostLayers).contains(widths.count), name)
      try require(widths.allSatisfy { (1...Perceptron.widest).contains($0) }, name)
    }
    try require((1...TwinParameters.mostSubsteps).contains(substeps), "substeps")
    try require(2 * states * (1 + substeps) + 1 <= Self.mostSigmaPoints, "substeps")
    try require(spread.isFinite && spread > -0.99 && spread <= 1000, "spread")
    try require((1...4096).contains(batch), "batch")
    try require(rate > 0 && rate <= 1, "rate")
    try require(polishRate > 0 && polishRate <= 1, "polishRate")
    try require((1...100_000).contains(driftEpochs), "driftEpochs")
    try require((1...100_000).contains(diffusionEpochs), "diffusionEpochs")
    try require((0...100_000).contains(polishEpochs), "polishEpochs")
    try require(patience >= 1, "patience")
    try require(heldOut >= 0.05 && heldOut <= 0.5, "heldOut")
    try require((1...100).contains(restarts), "restarts")
    try require((2...1_000_000).contains(leastReplicates), "leastReplicates")
    try require((threads ?? 1) >= 1, "threads")
  }
}

/// How far a fit of moments has come.
public struct MomentProgress: Sendable, Equatable {
  public enum Phase: String, Sendable, Equatable { case drift, diffusion, polish }
  public var phase: Phase
  public var epoch: Int
  public var epochs: Int
  /// Held-out loss of the phase.
  public var loss: Double
}
