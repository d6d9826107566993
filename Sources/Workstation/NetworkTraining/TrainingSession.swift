import Numerics
import PhysicalNetwork
import TrainingKernels
import TwinModel

/// One training run.
struct TrainingSession {
  private let set: TrainingSet
  private let validation: TrainingSet?
  private let labels: [String]
  private let twins: [TwinParameters]
  private let options: TrainingOptions
  private let seed: UInt64
  private let normaliser: InputNormaliser
  private let layout: ParameterLayout
  private let runner: NetworkRunner
  private let pool: WorkerPool
  private let tiles: [SequenceTile]
  // The parameters the optimiser moves (read-out before its gain), and their running average.
  private let parameters: AlignedBuffer
  private let average: AlignedBuffer
  private let gradient: AlignedBuffer
  private var optimiser: Adam
  private var random: RandomStream
  private let noiseKey: Philox
  private let inputKey: Philox
  private let targetVariance: Double

  init(_ all: TrainingSet, labels: [String], twins: [TwinParameters], options: TrainingOptions, seed: UInt64) {
    self.labels = labels
    self.twins = twins
    self.options = options
    self.seed = seed
    random = RandomStream(seed: seed, stream: 0x7A1)
    if case .bestEpoch(let share) = options.selection, all.count >= 4 {
      let order = random.permutation(all.count)
      let held = min(all.count - 1, max(1, Int((Double(all.count) * share).rounded())))
      validation = all.subset(order.prefix(held).sorted())
      set = all.subset(order.dropFirst(held).sorted())
    } else {
      validation = nil
      set = all
    }
    normaliser = InputNormaliser(set)
    let outputs = all.isClassification ? labels.count : all.targetWidth
    layout = ParameterLayout(nodes: twins.count, inputs: all.channels, outputs: outputs)
    let bank = TwinBank(twins, noise: options.noise, seed: seed)
    pool = WorkerPool(threads: options.threads)
    let limit = all.isClassification ? Int.max : options.washoutFrames + options.windowFrames
    let frames = min(set.longest, limit)
    runner = NetworkRunner(
      layout, bank: bank, task: all.isClassification ? .classification : .regression, hold: options.hold,
      settleSteps: options.settleSteps, settleDrive: options.settleDrive, clampLeak: options.clampLeak, frames: frames,
      workers: pool.threads)
    let lanes = SequenceTile.lanes
    let layout = layout
    tiles = (0..<((options.batch + lanes - 1) / lanes)).map { _ in
      SequenceTile(layout, bank: bank, frames: frames, regression: !all.isClassification)
    }
    parameters = layout.random(options, seed: seed)
    average = AlignedBuffer(parameters.array)
    gradient = AlignedBuffer(floats: layout.count)
    optimiser = Adam(count: layout.count, beta2: options.beta2)
    noiseKey = Philox(seed: seed, stream: 0x7A2)
    inputKey = Philox(seed: seed, stream: 0x7A3)
    targetVariance = set.targetVariance
  }

  mutating func run(
    progress: (EpochRecord) -> Void, cancelled: () -> Bool
  ) throws(NetworkTrainingError) -> TrainedNetwork {
    let clock = ContinuousClock()
    let start = clock.now
    var curve: [EpochRecord] = []
    var best: (epoch: Int, score: Double, parameters: [Float])?
    let perEpoch = max(1, (stretches(epoch: 0, shuffled: false).count + options.batch - 1) / options.batch)
    for epoch in 1...options.epochs {
      if cancelled() { throw .cancelled }
      let begun = clock.now
      var record = self.epoch(epoch, stepsPerEpoch: perEpoch)
      guard record.loss.isFinite else { throw .diverged(epoch: epoch) }
      if let validation {
        let result = try Evaluator(twins: twins, threads: options.threads, noise: options.noise)
          .evaluate(describe(average), on: validation, seed: seed)
        record.validationLoss = result.loss
        record.validationScore = result.accuracy ?? result.normalisedError
        if best.map({ result.loss < $0.score }) ?? true { best = (epoch, result.loss, average.array) }
      }
      record.seconds = (clock.now - begun) / .seconds(1)
      curve.append(record)
      progress(record)
    }
    let final = best.map { AlignedBuffer($0.parameters) } ?? average
    return TrainedNetwork(
      description: describe(final), curve: curve, epoch: best?.epoch ?? options.epochs,
      seconds: (clock.now - start) / .seconds(1))
  }

  private func describe(_ buffer: AlignedBuffer) -> NetworkDescription {
    layout.describe(
      buffer, gain: options.readoutGain, task: runner.task, normaliser: normaliser, options: options,
      labels: set.isClassification ? labels : [])
  }

  private mutating func epoch(_ epoch: Int, stepsPerEpoch: Int) -> EpochRecord {
    let order = stretches(epoch: epoch, shuffled: true)
    let batches = max(1, (order.count + options.batch - 1) / options.batch)
    var loss = 0.0
    var right = 0.0
    var norm = 0.0
    for batch in 0..<batches {
      // Batches of nearly equal size; stretches of like length share tiles.
      let part = order[(order.count * batch / batches)..<(order.count * (batch + 1) / batches)]
      let sorted = part.sorted { ($0.frames, $0.id) > ($1.frames, $1.id) }
      let step = (epoch - 1) * stepsPerEpoch + batch
      let outcome = self.step(sorted, epoch: epoch, step: step, total: options.epochs * stepsPerEpoch)
      loss += outcome.loss * Double(part.count)
      right += outcome.score * Double(part.count)
      norm += outcome.norm / Double(batches)
    }
    let count = Double(max(1, order.count))
    let score = set.isClassification ? right / count : (loss / count / max(targetVariance, 1e-30)).squareRoot()
    return EpochRecord(
      epoch: epoch, loss: loss / count, score: score, validationLoss: nil, validationScore: nil, gradientNorm: norm,
      seconds: 0)
  }

  private mutating func step(
    _ batch: [Stretch], epoch: Int, step: Int, total: Int
  ) -> (loss: Double, score: Double, norm: Double) {
    applyGain(parameters, to: runner.parameters)
    let lanes = SequenceTile.lanes
    let count = (batch.count + lanes - 1) / lanes
    let losses = Slots<(loss: Double, right: Int)>(count: count)
    let counted = set.isClassification ? batch.count : batch.reduce(0) { $0 + max(0, $1.frames - $1.washout) }
    let scale = 1 / Float(max(1, set.isClassification ? counted : counted * layout.outputs))
    let (runner, tiles, set, normaliser, options) = (runner, tiles, set, normaliser, options)
    let (noiseKey, inputKey) = (noiseKey, inputKey)
    pool.run(count) { index, worker in
      let part = batch[(index * lanes)..<min((index + 1) * lanes, batch.count)]
      let tile = tiles[index]
      tile.fill(part, of: set, normaliser: normaliser, startStates: true)
      tile.augment(options, key: inputKey, round: UInt32(truncatingIfNeeded: epoch))
      let loss = runner.run(
        tile, noise: .init(size: options.noise, key: noiseKey, round: UInt32(truncatingIfNeeded: epoch)),
        settleSteps: options.settleSteps, lossScale: scale, labelSmoothing: options.labelSmoothing,
        useMask: options.dropout > 0, wantGradient: true, wantLoss: true, carry: false, worker: worker)
      var right = 0
      if set.isClassification {
        for (lane, stretch) in part.enumerated() where tile.winner(lane) == set.labels[stretch.sequence] { right += 1 }
      }
      losses[index] = (loss, right)
    }
    gradient.zero()
    var loss = 0.0
    var right = 0
    for index in 0..<count {
      loss += losses[index]?.loss ?? 0
      right += losses[index]?.right ?? 0
      for place in 0..<layout.count { gradient[place] += tiles[index].gradient[place] }
    }
    for place in layout.readout.lowerBound..<layout.count { gradient[place] *= options.readoutGain }
    if !options.recurrent { for place in layout.recurrent { gradient[place] = 0 } }
    let norm = update(step: step, total: total)
    return (loss, Double(right) / Double(max(1, batch.count)), norm)
  }

  private mutating func update(step: Int, total: Int) -> Double {
    var square = 0.0
    for place in 0..<layout.count { square += Double(gradient[place]) * Double(gradient[place]) }
    let norm = square.squareRoot()
    guard norm.isFinite else { return norm }
    if norm > Double(options.gradientLimit) {
      let scale = options.gradientLimit / Float(norm)
      for place in 0..<layout.count { gradient[place] *= scale }
    }
    let rate = cosineRate(step: step, of: total, warmup: max(1, total / options.epochs * 2), peak: options.rate)
    optimiser.advance()
    for (range, decay) in [
      (layout.input, options.decay), (layout.recurrent, options.decay), (layout.bias, 0),
      (layout.readout, options.decay), (layout.readoutBias, 0),
    ] {
      optimiser.apply(parameters.floats, gradient: gradient.floats, range: range, rate: rate, decay: decay)
    }
    for place in 0..<layout.count {
      average[place] = options.averaging * average[place] + (1 - options.averaging) * parameters[place]
    }
    return norm
  }

  private func applyGain(_ from: AlignedBuffer, to: AlignedBuffer) {
    to.floats.update(from: from.floats, count: layout.count)
    for place in layout.readout.lowerBound..<layout.count { to[place] *= options.readoutGain }
  }

  // Whole sequences, or for a regression windows cut from a random phase.
  private mutating func stretches(epoch: Int, shuffled: Bool) -> [Stretch] {
    var all: [Stretch] = []
    for sequence in 0..<set.count {
      let frames = set.frames(sequence)
      if set.isClassification {
        all.append(Stretch(sequence: sequence, start: 0, frames: frames, washout: 0, id: UInt32(sequence)))
        continue
      }
      let longest = options.washoutFrames + options.windowFrames
      if frames <= longest {
        let washout = min(options.washoutFrames, frames - 1)
        all.append(Stretch(sequence: sequence, start: 0, frames: frames, washout: washout, id: UInt32(all.count)))
        continue
      }
      var start = shuffled ? Int(random.below(UInt32(options.windowFrames))) : 0
      while start + longest <= frames {
        all.append(
          Stretch(
            sequence: sequence, start: start, frames: longest, washout: options.washoutFrames, id: UInt32(all.count)))
        start += options.windowFrames
      }
    }
    if shuffled {
      let order = random.permutation(all.count)
      all = order.map { all[$0] }
      // A new starting state and noise each epoch: the id mixes both.
      for index in all.indices {
        all[index].id = UInt32(truncatingIfNeeded: Philox.mix(UInt64(all[index].id) &+ UInt64(epoch) << 32))
      }
    }
    return all
  }
}

extension SequenceTile {
  /// Classification: the class with the largest logit of a lane.
  func winner(_ lane: Int) -> Int {
    var best = 0
    for index in 1..<max(1, layout.outputs)
    where outputs[index * Self.lanes + lane] > outputs[best * Self.lanes + lane] { best = index }
    return best
  }
}

extension TrainingSet {
  /// Mean over outputs of the targets' variance; 1 for a classification.
  var targetVariance: Double {
    guard !isClassification else { return 1 }
    var sum = [Double](repeating: 0, count: targetWidth)
    var square = sum
    var count = 0.0
    for values in targets {
      for (index, value) in values.enumerated() {
        sum[index % targetWidth] += Double(value)
        square[index % targetWidth] += Double(value) * Double(value)
      }
      count += Double(values.count / targetWidth)
    }
    var total = 0.0
    for index in 0..<targetWidth {
      let mean = sum[index] / max(1, count)
      total += square[index] / max(1, count) - mean * mean
    }
    return total / Double(targetWidth)
  }
}
