import Numerics
import PhysicalNetwork
import TrainingKernels
import TwinModel

/// Refines a network with measurements: the forward pass is what the devices did, only the backward pass is the twins',
/// at the measured states. Source: Wright et al., "Deep physical neural networks trained with backpropagation", Nature
/// 601, 549 (2022).
///
/// A round is: run the training sequences on the board with `network`, then give what was measured to `step`.
public struct PhysicsAwareTrainer: Sendable {
  /// The network to measure next.
  public private(set) var network: NetworkDescription
  public let twins: [TwinParameters]
  public let options: TrainingOptions
  private let seed: UInt64
  private let layout: ParameterLayout
  private var optimiser: Adam

  /// - Parameter options: rate, weight decay, label smoothing, clamp leak and gradient limit are used; a rate a few times
  ///   below that of the first training is right.
  public init(
    _ network: NetworkDescription, twins: [TwinParameters], options: TrainingOptions, seed: UInt64
  ) throws(NetworkTrainingError) {
    try options.check()
    if let fault = network.firstFault() { throw .mismatch("the network's \(fault) does not fit the rest") }
    try TwinBank.check(twins)
    guard network.nodeCount == twins.count else {
      throw .mismatch("\(network.nodeCount) nodes and \(twins.count) twins")
    }
    self.network = network
    self.twins = twins
    self.options = options
    self.seed = seed
    layout = ParameterLayout(nodes: twins.count, inputs: network.inputCount, outputs: network.outputCount)
    optimiser = Adam(count: layout.count, beta2: options.beta2)
  }

  /// One gradient step from one measured pass over `set`; returns the measured loss and, of a classification, the share
  /// right.
  ///
  /// - Parameter measured: one array a sequence: responses in channel units after every control step, settling included,
  ///   (settleSteps + frames * hold) x nodes, row-major.
  public mutating func step(
    _ set: TrainingSet, measured: [[Float]]
  ) throws(NetworkTrainingError) -> (loss: Double, accuracy: Double?) {
    try set.check(outputs: network.outputCount)
    guard set.channels == network.inputCount, set.isClassification == (network.task == .classification) else {
      throw .mismatch("the network and the data have different inputs or tasks")
    }
    let settle = Int(network.settleSteps)
    let hold = Int(network.hold)
    guard measured.count == set.count else { throw .badSet("\(measured.count) measurements of \(set.count) sequences") }
    for index in measured.indices {
      guard measured[index].count == (settle + set.frames(index) * hold) * twins.count,
        measured[index].allSatisfy({ $0.isFinite })
      else { throw .badSet("the measurement of sequence \(index) does not fit it") }
    }
    let parameters = AlignedBuffer(floats: layout.count)
    layout.load(network, into: parameters)
    let outcome = gradient(set, measured, parameters: parameters)
    guard outcome.loss.isFinite else { throw .diverged(epoch: 0) }
    update(parameters, outcome.gradient)
    network = layout.describe(
      parameters, gain: 1, task: network.task,
      normaliser: InputNormaliser(offset: network.inputOffset, scale: network.inputScale), options: described(),
      labels: network.labels)
    return (outcome.loss, set.isClassification ? Double(outcome.right) / Double(set.count) : nil)
  }

  private func described() -> TrainingOptions {
    var options = options
    options.hold = Int(network.hold)
    options.settleSteps = Int(network.settleSteps)
    options.settleDrive = network.settleDrive
    options.washoutFrames = Int(network.washoutFrames)
    return options
  }

  private func gradient(
    _ set: TrainingSet, _ measured: [[Float]], parameters: AlignedBuffer
  ) -> (loss: Double, right: Int, gradient: AlignedBuffer) {
    let (layout, options) = (layout, options)
    let lanes = SequenceTile.lanes
    let settle = Int(network.settleSteps)
    let hold = Int(network.hold)
    let nodes = twins.count
    let bank = TwinBank(twins, noise: 0, seed: seed)
    let pool = WorkerPool(threads: options.threads)
    let runner = NetworkRunner(
      layout, bank: bank, task: network.task, hold: hold, settleSteps: settle, settleDrive: network.settleDrive,
      clampLeak: options.clampLeak, frames: set.longest, workers: pool.threads)
    runner.parameters.floats.update(from: parameters.floats, count: layout.count)
    withExtendedLifetime(parameters) {}
    let normaliser = InputNormaliser(offset: network.inputOffset, scale: network.inputScale)
    let washout = set.isClassification ? 0 : Int(network.washoutFrames)
    let counted = set.inputs.indices.reduce(0) { sum, index in
      sum + (set.isClassification ? 1 : max(0, set.frames(index) - washout) * layout.outputs)
    }
    let count = (set.count + lanes - 1) / lanes
    let results = Slots<(loss: Double, right: Int, gradient: [Float])>(count: count)
    let key = Philox(seed: seed, stream: 0x9A7)
    pool.run(count) { index, worker in
      let tile = SequenceTile(layout, bank: bank, frames: set.longest, regression: !set.isClassification)
      let members = (index * lanes)..<min((index + 1) * lanes, set.count)
      let stretches = members.map {
        Stretch(sequence: $0, start: 0, frames: set.frames($0), washout: washout, id: UInt32($0))
      }
      tile.fill(stretches[...], of: set, normaliser: normaliser, startStates: true)
      let rows = AlignedBuffer(floats: (settle + tile.frames * hold) * nodes * lanes)
      for (lane, member) in members.enumerated() {
        for (cell, value) in measured[member].enumerated() { rows[cell * lanes + lane] = value }
      }
      tile.measured = rows
      let loss = runner.run(
        tile, noise: .init(size: 0, key: key, round: 0), settleSteps: settle, lossScale: 1 / Float(max(1, counted)),
        labelSmoothing: options.labelSmoothing, useMask: false, wantGradient: true, wantLoss: true, carry: false,
        worker: worker)
      var right = 0
      if set.isClassification {
        for (lane, member) in members.enumerated() where tile.winner(lane) == set.labels[member] { right += 1 }
      }
      results[index] = (loss, right, tile.gradient.array)
    }
    let sum = AlignedBuffer(floats: layout.count)
    var loss = 0.0
    var right = 0
    for index in 0..<count {
      guard let part = results[index] else { continue }
      loss += part.loss
      right += part.right
      for place in 0..<layout.count { sum[place] += part.gradient[place] }
    }
    return (loss, right, sum)
  }

  private mutating func update(_ parameters: AlignedBuffer, _ gradient: AlignedBuffer) {
    var square = 0.0
    for place in 0..<layout.count { square += Double(gradient[place]) * Double(gradient[place]) }
    let norm = Float(square.squareRoot())
    if norm > options.gradientLimit {
      for place in 0..<layout.count { gradient[place] *= options.gradientLimit / norm }
    }
    optimiser.advance()
    // The read-out keeps the faster rate its gain gave it in the first training.
    for (range, rate, decay) in [
      (layout.input, options.rate, options.decay), (layout.recurrent, options.rate, options.decay),
      (layout.bias, options.rate, 0), (layout.readout, options.rate * options.readoutGain, options.decay),
      (layout.readoutBias, options.rate * options.readoutGain, 0),
    ] {
      if !options.recurrent, range == layout.recurrent { continue }
      optimiser.apply(parameters.floats, gradient: gradient.floats, range: range, rate: rate, decay: decay)
    }
  }
}
