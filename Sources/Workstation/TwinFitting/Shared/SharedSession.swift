import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// A shared fit at work: windows of all devices side by side, each lane with its device's numbers.
final class SharedSession {
  private let traces: [PreparedTrace]
  private let structure: TwinStructure
  private let options: TwinFitOptions
  private let normalisers: Normalisers
  private let model: KernelModel
  private let parameters: FitParameters
  private let tile: WindowTile
  private let isa = InstructionSet.best.rawValue
  private let width: Int
  private var random: RandomStream
  // [device][width], and what Adam and the gradient need.
  private let numbers: AlignedBuffer
  private let gradient: AlignedBuffer
  private var optimiser: Adam
  private let burnIn: Int
  /// Variance of observables without noise; small beside that of the others.
  private let jitter: Double
  private var epochs = 0
  private var bestEpoch = 0

  init(
    _ traces: [PreparedTrace], structure: TwinStructure, embedding: Int, options: TwinFitOptions,
    normalisers: Normalisers, seed: UInt64
  ) {
    self.traces = traces
    self.structure = structure
    self.options = options
    self.normalisers = normalisers
    width = embedding
    random = RandomStream(seed: seed, stream: 0x5AD)
    model = KernelModel(TwinShape(traces[0], structure, options, context: embedding))
    let devices = Float(traces.count)
    let gain = (0..<traces[0].responseCount).map { index in traces.reduce(0) { $0 + $1.increment[index] } / devices }
    model.setDriftGain(gain)
    let noise = model.shape.noisyRows.map { 0.3 * gain[$0] }
    model.setNoise(gain: noise, floor: noise.map { 0.02 * $0 })
    let least = model.shape.quietObservables.isEmpty ? 1e-4 : max(1e-4, 0.1 * Double(noise.min() ?? 0))
    jitter = least * least
    let whitener = Whitener(
      rows: traces.flatMap { $0.inputs(structure) }, size: model.shape.taps, ridge: 1e-3)
    parameters = FitParameters(model, whitener: whitener, random: &random)
    burnIn = structure.auxiliaries > 0 ? 8 : 0
    tile = WindowTile(model, steps: structure.auxiliaries > 0 ? 24 : 12)
    numbers = AlignedBuffer(floats: traces.count * embedding)
    gradient = AlignedBuffer(floats: traces.count * embedding)
    optimiser = Adam(count: traces.count * embedding)
    for index in 0..<(traces.count * embedding) { numbers[index] = Float(0.3 * random.normal()) }
  }

  /// The shared nets as they are, over one new device.
  convenience init(_ shared: SharedTwin, _ trace: PreparedTrace, options: TwinFitOptions, seed: UInt64) {
    self.init(
      [trace], structure: shared.structure, embedding: shared.embedding, options: options,
      normalisers: shared.units.normalisers, seed: seed)
    model.setDriftGain(shared.driftGain)
    model.setNoise(gain: shared.noiseGain, floor: shared.noiseFloor)
    parameters.plain.floats.update(from: shared.parameters, count: model.parameterCount)
  }

  /// Lays out windows of (device, start).
  private func fill(_ windows: ArraySlice<(device: Int, start: Int)>) {
    guard let first = windows.first else { return }
    let lanes = WindowTile.lanes
    for lane in 0..<lanes {
      let used = lane < windows.count
      let (device, start) = used ? windows[windows.startIndex + lane] : first
      tile.fillLane(
        lane, traces[device], start: start, count: used ? tile.steps : 0, reach: tile.steps, burnIn: burnIn)
      for k in 0..<width { tile.context[k * lanes + lane] = numbers[device * width + k] }
    }
    tile.clearMemory()
  }

  /// Summed negative log-likelihood of the windows; adds the gradients where wanted.
  private func likelihood(_ windows: ArraySlice<(device: Int, start: Int)>, wantGradient: Bool) -> Double {
    var c = model.c
    fill(windows)
    if wantGradient { tile.contextGradient.zero() }
    var rollout = tile.rollout(measured: true, noisy: false)
    var asked = tk_transitions(
      weights: UnsafeRawPointer(tile.weights.raw), jitter: jitter, residuals: nil, errors: nil,
      context: wantGradient ? tile.contextGradient.raw : nil)
    let loss = tk_likelihood(
      isa, &c, parameters.plain.raw, &rollout, &asked, wantGradient ? parameters.gradient.raw : nil, tile.scratch.raw)
    guard wantGradient else { return loss }
    for (lane, window) in windows.enumerated() {
      for k in 0..<width {
        gradient[window.device * width + k] += tile.contextGradient[k * WindowTile.lanes + lane]
      }
    }
    return loss
  }

  private var samplesPerWindow: Int { max(1, tile.steps - burnIn) * model.shape.observables }

  /// Mean held-out negative log-likelihood a sample of one device.
  func likelihood(_ device: Int) -> Double {
    let starts = TraceSplit.starts(traces[device].split.heldOut, horizon: tile.steps)
    return mean(starts.map { (device, $0) })
  }

  private func mean(_ windows: [(device: Int, start: Int)]) -> Double {
    var sum = 0.0
    for first in stride(from: 0, to: windows.count, by: WindowTile.lanes) {
      sum += likelihood(windows[first..<min(first + WindowTile.lanes, windows.count)], wantGradient: false)
    }
    return sum / Double(max(1, windows.count * samplesPerWindow))
  }

  private func windows() -> [(device: Int, start: Int)] {
    var all: [(device: Int, start: Int)] = []
    for (device, trace) in traces.enumerated() {
      all += TraceSplit.starts(trace.split.training, horizon: tile.steps, random: &random).map { (device, $0) }
    }
    return random.permutation(all.count).map { all[$0] }
  }

  private var heldOut: Double { traces.indices.reduce(0) { $0 + likelihood($1) } / Double(traces.count) }

  /// Nets and numbers together, by likelihood.
  func train(
    epochs: Int, progress: (Int, Double) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) {
    let count = traces.reduce(0) { $0 + $1.split.training.reduce(0) { $0 + $1.count / tile.steps } }
    let lanes = WindowTile.lanes
    let descent = Descent(
      epochs: epochs, batch: lanes, perEpoch: max(1, count / lanes), peak: 0.006, patience: options.patience)
    let outcome = descent.run(
      windows: { windows() }, step: { step($0, rate: $1) }, heldOut: { heldOut },
      keep: { (parameters.inner.array, numbers.array) },
      restore: { kept in
        parameters.restore(kept.0)
        numbers.floats.update(from: kept.1, count: traces.count * width)
      }, progress: progress, cancelled: cancelled)
    guard let outcome else { throw .diverged(device: 0) }
    (self.epochs, bestEpoch) = (outcome.epochs, outcome.bestEpoch)
  }

  private func step(_ windows: ArraySlice<(device: Int, start: Int)>, rate: Float) {
    parameters.gradient.zero()
    gradient.zero()
    _ = likelihood(windows, wantGradient: true)
    let scale = 1 / Float(windows.count * samplesPerWindow)
    parameters.step(
      scale: scale, rates: .init(drift: rate, diffusion: rate, memory: 5 * rate), limits: .init(drift: 20, diffusion: 2)
    )
    for index in 0..<(traces.count * width) {
      // A weak pull to nothing fixes what the nets leave free.
      gradient[index] = gradient[index] * scale + 1e-4 * numbers[index]
    }
    optimiser.step(numbers.floats, gradient: gradient.floats, rate: rate)
  }

  /// The one device's numbers, the nets as they are.
  func adapt(prior: [[Float]]) throws(TwinFitError) -> [Float] {
    let count = Float(max(1, prior.count))
    let centre = (0..<width).map { k in prior.reduce(0) { $0 + $1[k] } / count }
    let spread = (0..<width).map { k in
      max(1e-3, prior.reduce(0) { $0 + ($1[k] - centre[k]) * ($1[k] - centre[k]) } / max(1, count - 1))
    }
    for k in 0..<width { numbers[k] = centre[k] }
    let trace = traces[0]
    let all = TraceSplit.starts(trace.split.training, horizon: tile.steps).map { (device: 0, start: $0) }
    let samples = Float(max(1, all.count * samplesPerWindow))
    let steps = 300
    for step in 0..<steps {
      gradient.zero()
      parameters.gradient.zero()
      for first in stride(from: 0, to: all.count, by: WindowTile.lanes) {
        _ = likelihood(all[first..<min(first + WindowTile.lanes, all.count)], wantGradient: true)
      }
      for k in 0..<width { gradient[k] = (gradient[k] + (numbers[k] - centre[k]) / spread[k]) / samples }
      optimiser.step(
        numbers.floats, gradient: gradient.floats, rate: cosineRate(step: step, of: steps, warmup: 10, peak: 0.05))
    }
    let found = Array(numbers.array.prefix(width))
    guard found.allSatisfy({ $0.isFinite }) else { throw .diverged(device: 0) }
    return found
  }

  func result() -> SharedTwin {
    let observables = 0..<model.shape.observables
    let units = TwinUnits(
      normalisers: normalisers, low: observables.map { index in traces.map { $0.low[index] }.min() ?? -1 },
      high: observables.map { index in traces.map { $0.high[index] }.max() ?? 1 })
    return SharedTwin(
      model, Array(parameters.plain.array.prefix(model.parameterCount)), structure: structure, units: units,
      embeddings: traces.indices.map { device in (0..<width).map { numbers[device * width + $0] } },
      likelihoods: traces.indices.map { likelihood($0) }, epochs: epochs, bestEpoch: bestEpoch)
  }
}
