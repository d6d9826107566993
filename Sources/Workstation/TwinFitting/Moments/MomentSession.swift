import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// One fit of moments: SPINODE's two phases, then the joint likelihood of all moments.
final class MomentSession {
  /// Shares of a batch that go side by side; fixed, so that sums do not depend on the number of threads.
  static let slots = 8

  let data: PreparedMoments
  let options: MomentFitOptions
  let model: KernelModel
  let parameters: FitParameters
  private let pool: WorkerPool
  private var random: RandomStream
  private let isa = InstructionSet.best.rawValue
  private let gradients: [AlignedBuffer]
  private(set) var progress = MomentSessionProgress()

  init(_ data: PreparedMoments, options: MomentFitOptions, seed: UInt64) {
    self.data = data
    self.options = options
    pool = WorkerPool(threads: options.threads)
    random = RandomStream(seed: seed, stream: 0x3033)
    model = KernelModel(Self.shape(data, options))
    model.setDriftGain(data.increment.map { Float($0) })
    var rows: [Float] = []
    for index in data.training { rows += (data.points[index].drive + data.points[index].mean).map { Float($0) } }
    let whitener = Whitener(rows: rows, size: model.shape.taps, ridge: 1e-3)
    parameters = FitParameters(model, whitener: whitener, random: &random)
    let count = model.parameterCount
    gradients = [parameters.gradient] + (1..<Self.slots).map { _ in AlignedBuffer(floats: count) }
  }

  static func shape(_ data: PreparedMoments, _ options: MomentFitOptions) -> TwinShape {
    var shape = TwinShape()
    shape.drives = data.drives
    shape.observables = data.states
    shape.driftWidths = options.driftWidths
    shape.diffusionWidths = options.diffusionWidths
    shape.activation = options.activation
    shape.substeps = options.substeps
    shape.noise = .diagonal
    shape.noisyRows = Array(0..<data.states)
    return shape
  }

  /// Runs all phases; `cancelled` leaves the best so far.
  func fit(_ report: (MomentProgress) -> Void, _ cancelled: () -> Bool) throws(MomentFitError) {
    let drift = MomentTraining(
      phase: .drift, kind: .mean, epochs: options.driftEpochs,
      rates: .init(drift: options.rate, diffusion: 0, memory: 0), limits: .init(drift: 1, diffusion: 1))
    progress.driftEpochs = try run(drift, report, cancelled).epochs
    measureNoise()
    let diffusion = MomentTraining(
      phase: .diffusion, kind: .covariance, epochs: options.diffusionEpochs,
      rates: .init(drift: 0, diffusion: options.rate, memory: 0), limits: .init(drift: 1, diffusion: 1))
    let end = try run(diffusion, report, cancelled)
    progress.diffusionEpochs = end.epochs
    progress.loss = end.loss
    guard options.polishEpochs > 0 else { return }
    let polish = MomentTraining(
      phase: .polish, kind: .likelihood, epochs: options.polishEpochs,
      rates: .init(drift: options.polishRate, diffusion: options.polishRate, memory: 0),
      limits: .init(drift: 20, diffusion: 2))
    let polished = try run(polish, report, cancelled)
    progress.polishEpochs = polished.epochs
    progress.loss = polished.loss
  }

  func loss(_ kind: MomentLoss.Kind) -> MomentLoss {
    MomentLoss(
      kind: kind, meanUnit: data.increment, deviationUnit: model.noiseGains.map { Double($0) },
      meanReplicates: data.meanReplicates)
  }

  /// Room for work with or without the noise's sigma points.
  func makeTiles(noisy: Bool) -> [MomentTiles<Float>] {
    let most = 2 * data.states * (1 + (noisy ? options.substeps : 0)) + 1
    let tiles = (most + KernelModel.lanes - 1) / KernelModel.lanes
    return (0..<Self.slots).map { _ in
      MomentTiles<Float>(model, isa: isa, noisy: noisy, lambda: options.spread, tiles: tiles)
    }
  }

  /// The loss summed over points; with `learning`, its gradient too, in `parameters`.
  func sum(
    _ chosen: ArraySlice<Int>, _ loss: MomentLoss, _ tiles: [MomentTiles<Float>], noisy: Bool, learning: Bool
  ) -> Double {
    let lanes = 2 * data.states * (1 + (noisy ? options.substeps : 0))
    let used = max(1, min(Self.slots, chosen.count * lanes / KernelModel.lanes))
    let sums = Slots<Double>(count: used)
    let work = MomentWork(tiles: tiles, gradients: gradients, data: data, plain: parameters.plain, loss: loss)
    let count = model.parameterCount
    let (start, size) = (chosen.startIndex, chosen.count)
    pool.run(used) { slot, _ in
      let part = chosen[(start + size * slot / used)..<(start + size * (slot + 1) / used)]
      if learning { work.gradients[slot].zero() }
      sums[slot] = work.tiles[slot].loss(
        work.data, part, work.loss, parameters: UnsafeRawPointer(work.plain.raw),
        gradient: learning ? work.gradients[slot].raw : nil)
    }
    if learning {
      let buffers: [UnsafeMutablePointer<Float>?] = (0..<used).map { gradients[$0].floats }
      buffers.withUnsafeBufferPointer { list in
        tk_sum_buffers(isa, list.baseAddress, Int32(used), 0, Int32(count))
      }
    }
    return (0..<used).reduce(0) { $0 + (sums[$1] ?? .infinity) }
  }

  // Takes what the drift does not explain of the covariance as the unit of the noise.
  private func measureNoise() {
    let tiles = makeTiles(noisy: false)
    let data = data
    let states = data.states
    var squares = [Double](repeating: 0, count: states)
    var whole = squares
    _ = tiles[0].loss(
      data, data.training[...], loss(.mean), parameters: UnsafeRawPointer(parameters.plain.raw), gradient: nil
    ) { index, covariance in
      for i in 0..<states {
        let measured = data.points[index].nextCovariance[i * states + i]
        squares[i] += max(0, measured - covariance[i * states + i])
        whole[i] += measured
      }
    }
    let count = Double(max(1, data.training.count))
    let size = (0..<states).map { Float(max(1e-10, max(squares[$0], 1e-4 * whole[$0]) / count).squareRoot()) }
    model.setNoise(gain: size, floor: size.map { 0.02 * $0 })
  }

  private func run(
    _ training: MomentTraining, _ report: (MomentProgress) -> Void, _ cancelled: () -> Bool
  ) throws(MomentFitError) -> (epochs: Int, loss: Double) {
    let noisy = training.phase != .drift
    let tiles = makeTiles(noisy: noisy)
    let loss = loss(training.kind)
    func judge() -> Double {
      sum(data.heldOut[...], loss, tiles, noisy: noisy, learning: false) / Double(max(1, data.heldOut.count))
    }
    var best = judge()
    var kept = parameters.inner.array
    var (bestEpoch, done, step) = (0, 0, 0)
    let batch = min(options.batch, data.training.count)
    let perEpoch = (data.training.count + batch - 1) / batch
    parameters.restartOptimiser()
    for epoch in 1...max(1, training.epochs) {
      if cancelled() { break }
      let order = random.permutation(data.training.count).map { data.training[$0] }
      for first in stride(from: 0, to: order.count, by: batch) {
        let chosen = order[first..<min(first + batch, order.count)]
        let share = cosineRate(step: step, of: training.epochs * perEpoch, warmup: perEpoch, peak: 1)
        step += 1
        guard sum(chosen, loss, tiles, noisy: noisy, learning: true).isFinite else { continue }
        parameters.step(scale: 1 / Float(chosen.count), rates: training.rates(share), limits: training.limits)
      }
      done = epoch
      let now = judge()
      if now < best || !best.isFinite {
        best = now
        bestEpoch = epoch
        kept = parameters.inner.array
      }
      report(MomentProgress(phase: training.phase, epoch: epoch, epochs: training.epochs, loss: now))
      if epoch - bestEpoch >= options.patience { break }
    }
    guard best.isFinite else { throw .diverged }
    parameters.restore(kept)
    return (done, best)
  }
}

/// One phase's settings.
struct MomentTraining {
  var phase: MomentProgress.Phase
  var kind: MomentLoss.Kind
  var epochs: Int
  var rates: FitParameters.Rates
  var limits: FitParameters.Limits

  func rates(_ share: Float) -> FitParameters.Rates {
    FitParameters.Rates(drift: rates.drift * share, diffusion: rates.diffusion * share, memory: 0)
  }
}

/// How far a session came.
struct MomentSessionProgress {
  var driftEpochs = 0
  var diffusionEpochs = 0
  var polishEpochs = 0
  /// Held-out loss of the last phase.
  var loss = Double.infinity
}

/// What threads share: each slot's tiles and gradient are one thread's alone.
private struct MomentWork: @unchecked Sendable {
  let tiles: [MomentTiles<Float>]
  let gradients: [AlignedBuffer]
  let data: PreparedMoments
  let plain: AlignedBuffer
  let loss: MomentLoss
}
