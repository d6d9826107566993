import CTrainingKernels
import Numerics
import PhysicalNetwork
import TrainingKernels
import TwinModel

/// Runs a network on its twins, as the board runs it on the devices.
public struct Evaluator: Sendable {
  private static let chunk = 256
  public let twins: [TwinParameters]
  public let threads: Int?
  public let noise: Float

  /// - Parameter noise: 1 for the twins' own noise, 0 for none.
  public init(twins: [TwinParameters], threads: Int? = nil, noise: Float = 1) {
    self.twins = twins
    self.threads = threads
    self.noise = noise
  }

  /// Predictions and score of `network` on `set`; each sequence starts from a random state and settles.
  public func evaluate(
    _ network: NetworkDescription, on set: TrainingSet, seed: UInt64
  ) throws(NetworkTrainingError) -> Evaluation {
    if let fault = network.firstFault() { throw .mismatch("the network's \(fault) does not fit the rest") }
    try TwinBank.check(twins)
    guard network.nodeCount == twins.count else {
      throw .mismatch("\(network.nodeCount) nodes and \(twins.count) twins")
    }
    guard network.inputCount == set.channels else {
      throw .mismatch("the network has \(network.inputCount) inputs, the data \(set.channels) channels")
    }
    guard set.isClassification == (network.task == .classification) else {
      throw .mismatch("the network and the data have different tasks")
    }
    try set.check(outputs: network.outputCount)
    let outputs = run(network, set, seed: seed)
    return set.isClassification
      ? classified(outputs, set) : regressed(outputs, set, washout: Int(network.washoutFrames))
  }

  private func run(_ network: NetworkDescription, _ set: TrainingSet, seed: UInt64) -> [[Float]] {
    let layout = ParameterLayout(nodes: twins.count, inputs: network.inputCount, outputs: network.outputCount)
    let bank = TwinBank(twins, noise: noise, seed: seed ^ 0xE7A1)
    let pool = WorkerPool(threads: threads)
    let lanes = SequenceTile.lanes
    // The mean read-out needs a sequence in one piece; a regression's frames are taken piece by piece.
    let frames = set.isClassification ? set.longest : min(set.longest, Self.chunk)
    let runner = NetworkRunner(
      layout, bank: bank, task: network.task, hold: Int(network.hold), settleSteps: Int(network.settleSteps),
      settleDrive: network.settleDrive, clampLeak: 0, frames: frames, workers: pool.threads)
    layout.load(network, into: runner.parameters)
    let normaliser = InputNormaliser(offset: network.inputOffset, scale: network.inputScale)
    let key = Philox(seed: seed, stream: 0xE7A2)
    let order = set.inputs.indices.sorted { (set.frames($0), $1) > (set.frames($1), $0) }
    let results = Slots<[Float]>(count: set.count)
    let noise = noise
    pool.run((set.count + lanes - 1) / lanes) { index, worker in
      let members = order[(index * lanes)..<min((index + 1) * lanes, order.count)]
      let tile = SequenceTile(layout, bank: bank, frames: frames, regression: !set.isClassification)
      for member in members { results[member] = [] }
      let longest = members.reduce(0) { max($0, set.frames($1)) }
      for start in stride(from: 0, to: longest, by: frames) {
        let stretches = members.map { member in
          Stretch(
            sequence: member, start: min(start, set.frames(member)),
            frames: min(frames, max(0, set.frames(member) - start)), washout: 0, id: UInt32(member))
        }
        tile.fill(stretches[...], of: set, normaliser: normaliser, startStates: start == 0)
        _ = runner.run(
          tile, noise: .init(size: noise, key: key, round: UInt32(start / frames)),
          settleSteps: start == 0 ? Int(network.settleSteps) : 0, lossScale: 1, labelSmoothing: 0, useMask: false,
          wantGradient: false, wantLoss: false, carry: true, worker: worker)
        for (lane, stretch) in stretches.enumerated() {
          let rows = set.isClassification ? 1 : stretch.frames
          for cell in 0..<(rows * layout.outputs) {
            results[stretch.sequence]?.append(tile.outputs[cell * lanes + lane])
          }
        }
      }
    }
    return (0..<set.count).map { results[$0] ?? [] }
  }

  private func classified(_ outputs: [[Float]], _ set: TrainingSet) -> Evaluation {
    var predictions: [Int] = []
    var right = 0
    var loss = 0.0
    for (index, logits) in outputs.enumerated() {
      var best = 0
      for place in logits.indices where logits[place] > logits[best] { best = place }
      predictions.append(best)
      if best == set.labels[index] { right += 1 }
      let top = Double(logits[best])
      let sum = logits.reduce(0.0) { $0 + Maths.exp(Double($1) - top) }
      loss += Maths.log(sum) + top - Double(logits[set.labels[index]])
    }
    let count = Double(max(1, outputs.count))
    return Evaluation(
      predictions: predictions, outputs: outputs, accuracy: Double(right) / count, normalisedError: nil,
      loss: loss / count)
  }

  private func regressed(_ outputs: [[Float]], _ set: TrainingSet, washout: Int) -> Evaluation {
    var square = 0.0
    var count = 0.0
    for (index, values) in outputs.enumerated() {
      let first = min(washout, set.frames(index) - 1) * set.targetWidth
      for place in first..<values.count {
        let error = Double(values[place] - set.targets[index][place])
        square += error * error
        count += 1
      }
    }
    let loss = square / max(1, count)
    return Evaluation(
      predictions: [], outputs: outputs, accuracy: nil,
      normalisedError: (loss / max(set.targetVariance, 1e-30)).squareRoot(), loss: loss)
  }
}
