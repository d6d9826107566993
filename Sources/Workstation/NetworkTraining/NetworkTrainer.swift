import Numerics
import PhysicalNetwork
import TrainingKernels
import TwinModel

/// Trains how devices are connected and driven, by backpropagation through time through their frozen twins with fresh
/// noise in every rollout. Source of the method: Manneschi et al., Nature Communications 16, 9192 (2025).
public struct NetworkTrainer: Sendable {
  public let twins: [TwinParameters]
  public let options: TrainingOptions

  /// - Parameter twins: one a node, in the nodes' order.
  public init(twins: [TwinParameters], options: TrainingOptions = TrainingOptions()) throws(NetworkTrainingError) {
    try options.check()
    guard !twins.isEmpty, twins.count <= BoardDescription.largest else {
      throw .mismatch("\(twins.count) twins; a network has 1 to \(BoardDescription.largest) nodes")
    }
    try TwinBank.check(twins)
    self.twins = twins
    self.options = options
  }

  /// Trains a network; the same set, options and seed give the same network on every run, whatever the threads.
  ///
  /// - Parameters:
  ///   - labels: names of the classes; empty for a regression.
  ///   - progress: called after every epoch.
  public func train(
    _ set: TrainingSet, labels: [String], seed: UInt64, progress: (EpochRecord) -> Void = { _ in },
    cancelled: () -> Bool = { false }
  ) throws(NetworkTrainingError) -> TrainedNetwork {
    try set.check(outputs: set.isClassification ? labels.count : set.targetWidth)
    if set.isClassification, labels.count < 2 { throw .badSet("fewer than two classes") }
    var session = TrainingSession(set, labels: labels, twins: twins, options: options, seed: seed)
    return try session.run(progress: progress, cancelled: cancelled)
  }

  /// A network of the same shape and input normalisation with random weights: the floor of a trained one.
  public func untrained(
    _ set: TrainingSet, labels: [String], seed: UInt64
  ) throws(NetworkTrainingError) -> NetworkDescription {
    let outputs = set.isClassification ? labels.count : set.targetWidth
    try set.check(outputs: outputs)
    let layout = ParameterLayout(nodes: twins.count, inputs: set.channels, outputs: outputs)
    return layout.describe(
      layout.random(options, seed: seed), gain: options.readoutGain,
      task: set.isClassification ? .classification : .regression, normaliser: InputNormaliser(set), options: options,
      labels: set.isClassification ? labels : [])
  }
}
