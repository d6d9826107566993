/// Sequences to learn from, in raw input units.
public struct TrainingSet: Sendable, Equatable {
  /// One array a sequence: frames x channels, row-major.
  public var inputs: [[Float]]
  /// Input channels a frame.
  public var channels: Int
  /// Classification: the class of each sequence; empty for a regression.
  public var labels: [Int]
  /// Regression: one array a sequence, frames x outputs, row-major; empty for a classification.
  public var targets: [[Float]]
  /// Regression: values a frame; 0 for a classification.
  public var targetWidth: Int

  /// A classification set.
  public init(inputs: [[Float]], channels: Int, labels: [Int]) {
    self.inputs = inputs
    self.channels = channels
    self.labels = labels
    targets = []
    targetWidth = 0
  }

  /// A regression set.
  public init(inputs: [[Float]], channels: Int, targets: [[Float]], targetWidth: Int) {
    self.inputs = inputs
    self.channels = channels
    labels = []
    self.targets = targets
    self.targetWidth = targetWidth
  }

  /// Number of sequences.
  public var count: Int { inputs.count }

  public var isClassification: Bool { targetWidth == 0 }

  /// Frames of sequence `index`.
  public func frames(_ index: Int) -> Int { channels > 0 ? inputs[index].count / channels : 0 }

  /// Frames of the longest sequence.
  public var longest: Int { inputs.indices.reduce(0) { max($0, frames($1)) } }

  /// The sequences at `indices`.
  public func subset(_ indices: [Int]) -> TrainingSet {
    var part = self
    part.inputs = indices.map { inputs[$0] }
    if isClassification { part.labels = indices.map { labels[$0] } } else { part.targets = indices.map { targets[$0] } }
    return part
  }

  /// - Parameter outputs: classes, or values a frame.
  func check(outputs: Int) throws(NetworkTrainingError) {
    guard channels >= 1, channels <= 4096, !inputs.isEmpty else { throw .badSet("no channels or no sequences") }
    for (index, values) in inputs.enumerated() {
      guard !values.isEmpty, values.count % channels == 0 else {
        throw .badSet("sequence \(index) is not a whole number of frames")
      }
      guard values.allSatisfy({ $0.isFinite }) else {
        throw .badSet("sequence \(index) holds a value that is no number")
      }
    }
    if isClassification {
      guard labels.count == count else { throw .badSet("\(labels.count) labels for \(count) sequences") }
      guard labels.allSatisfy({ (0..<outputs).contains($0) }) else { throw .badSet("a label outside 0..<\(outputs)") }
    } else {
      guard targets.count == count, targetWidth == outputs else { throw .badSet("targets and outputs disagree") }
      for index in targets.indices {
        guard targets[index].count == frames(index) * targetWidth, targets[index].allSatisfy({ $0.isFinite }) else {
          throw .badSet("targets of sequence \(index) do not fit its frames")
        }
      }
    }
  }
}
