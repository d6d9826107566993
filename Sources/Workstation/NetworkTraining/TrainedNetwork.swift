import PhysicalNetwork

/// One epoch of a training.
public struct EpochRecord: Sendable, Equatable {
  public var epoch: Int
  /// Mean loss of the augmented training data.
  public var loss: Double
  /// Classification: share right, of the augmented training data; regression: normalised root mean square error.
  public var score: Double
  /// The same on the validation share, if there is one.
  public var validationLoss: Double?
  public var validationScore: Double?
  public var gradientNorm: Double
  public var seconds: Double
}

/// A network ready for the board, and how it came about.
public struct TrainedNetwork: Sendable, Equatable {
  public var description: NetworkDescription
  public var curve: [EpochRecord]
  /// The epoch whose weights these are.
  public var epoch: Int
  public var seconds: Double
}

/// What a network makes of a set.
public struct Evaluation: Sendable, Equatable {
  /// Classification: the class of each sequence.
  public var predictions: [Int]
  /// Classification: logits [classes] a sequence; regression: frames x outputs a sequence.
  public var outputs: [[Float]]
  /// Classification: share right.
  public var accuracy: Double?
  /// Regression: root mean square error over the targets' standard deviation, after the washout.
  public var normalisedError: Double?
  /// Mean cross-entropy, or mean square error.
  public var loss: Double
}
