/// How a network is trained through its twins.
public struct TrainingOptions: Sendable, Equatable {
  /// Which epoch's weights are kept.
  public enum Selection: Sendable, Equatable {
    /// A running average of the weights, at the end.
    case average
    /// The running average of the epoch that does best on this share of the training sequences.
    case bestEpoch(validationShare: Double)
  }

  public var epochs = 110
  /// Sequences (or windows of a long series) a gradient step.
  public var batch = 54
  public var rate: Float = 0.015
  public var beta2: Float = 0.99
  /// Decoupled weight decay of all matrices.
  public var decay: Float = 0.03
  /// Gradients longer than this are shortened to it.
  public var gradientLimit: Float = 1
  /// Decay of the running average of the weights, a step.
  public var averaging: Float = 0.97
  public var selection = Selection.average
  public var labelSmoothing: Float = 0.1
  /// Standard deviation of noise added to every normalised input value.
  public var frameNoise: Float = 0.5
  /// Standard deviation of an offset a channel and sequence.
  public var sequenceNoise: Float = 0.2
  /// Standard deviation of a relative gain a sequence.
  public var gainNoise: Float = 0
  /// Share of nodes hidden from the read-out of a classification, a sequence.
  public var dropout: Float = 0.15
  /// Share of the gradient let through where a drive is clamped.
  public var clampLeak: Float = 0.2
  /// Size of the twins' noise: 1 as fitted, fresh in every rollout; 0 for the noiseless baseline.
  public var noise: Float = 1
  /// Control steps a frame is held for.
  public var hold = 1
  /// Control steps at `settleDrive` before each sequence.
  public var settleSteps = 12
  /// Full drive brings a device with two stable states into the same one whatever came before.
  public var settleDrive: Float = 1
  /// Regression: frames a window is run for before its error counts.
  public var washoutFrames = 20
  /// Regression: frames whose error counts in a window (truncated backpropagation).
  public var windowFrames = 60
  /// Size of the random weights at the start: inputs, recurrent, bias, read-out.
  public var inputSize = 0.4
  public var recurrentSize = 0.6
  public var biasSize = 0.2
  public var readoutSize = 1.0
  /// Gain between the trained read-out parameters and the read-out: a higher rate for it.
  public var readoutGain: Float = 4
  /// Whether nodes drive one another.
  public var recurrent = true
  /// Threads; nil for all processors. The result does not depend on it.
  public var threads: Int?

  public init() {}

  func check() throws(NetworkTrainingError) {
    func require(_ holds: Bool, _ name: String) throws(NetworkTrainingError) {
      if !holds { throw .badOption(name) }
    }
    try require((1...1_000_000).contains(epochs), "epochs")
    try require((1...65_536).contains(batch), "batch")
    try require(rate > 0 && rate <= 1, "rate")
    try require(beta2 > 0 && beta2 < 1, "beta2")
    try require(decay >= 0 && decay <= 10, "decay")
    try require(gradientLimit > 0, "gradientLimit")
    try require(averaging >= 0 && averaging < 1, "averaging")
    if case .bestEpoch(let share) = selection { try require(share > 0 && share <= 0.5, "validationShare") }
    try require(labelSmoothing >= 0 && labelSmoothing < 1, "labelSmoothing")
    try require(frameNoise >= 0 && frameNoise <= 10, "frameNoise")
    try require(sequenceNoise >= 0 && sequenceNoise <= 10, "sequenceNoise")
    try require(gainNoise >= 0 && gainNoise <= 1, "gainNoise")
    try require(dropout >= 0 && dropout < 1, "dropout")
    try require(clampLeak >= 0 && clampLeak <= 1, "clampLeak")
    try require(noise >= 0 && noise <= 10, "noise")
    try require((1...10_000).contains(hold), "hold")
    try require((0...65_535).contains(settleSteps), "settleSteps")
    try require(settleDrive >= -1 && settleDrive <= 1, "settleDrive")
    try require((0...100_000).contains(washoutFrames), "washoutFrames")
    try require((1...10_000).contains(windowFrames), "windowFrames")
    for size in [inputSize, recurrentSize, biasSize, readoutSize] { try require(size >= 0 && size <= 100, "sizes") }
    try require(readoutGain > 0 && readoutGain <= 1000, "readoutGain")
  }
}
