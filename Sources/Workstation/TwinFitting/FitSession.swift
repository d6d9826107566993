import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// One device's fit: drift by windowed squared error along the noiseless path, then diffusion by the likelihood of
/// one-step transitions. Sampled paths are never compared by squared error: that shrinks the noise to nothing.
struct FitSession {
  let trace: PreparedTrace
  let options: TwinFitOptions
  let twin: KernelTwin
  let tile: WindowTile
  private let isa = InstructionSet.best.rawValue
  private var random: RandomStream
  private var drift: WhitenedNet
  private var diffusion: WhitenedNet
  private let driftGradient: AlignedBuffer
  private let diffusionGradient: AlignedBuffer
  private(set) var driftEpochs = 0
  private(set) var bestDriftEpoch = 0
  private(set) var diffusionEpochs = 0
  private(set) var bestDiffusionEpoch = 0

  // softplus(0.5413) = 1: the diffusion starts at the size of the residuals.
  private static let unitNoise: Float = 0.5413249

  init(_ trace: PreparedTrace, options: TwinFitOptions, seed: UInt64, previous: TwinParameters?) {
    self.trace = trace
    self.options = options
    random = RandomStream(seed: seed, stream: 0xF17)
    let taps = options.driveDelays + options.responseDelays + 2
    let whitener = Whitener(rows: trace.inputs(options), size: taps, ridge: 1e-3)
    twin = KernelTwin(
      driveTaps: options.driveDelays + 1, responseTaps: options.responseDelays + 1, driftWidths: options.driftWidths,
      diffusionWidths: options.diffusionWidths, solver: options.solver, driftGain: trace.increment, diffusionGain: 1,
      diffusionFloor: 0, low: -.infinity, high: .infinity)
    tile = WindowTile(twin, steps: options.horizon)
    drift = WhitenedNet(widths: options.driftWidths, whitener: whitener, outputBias: 0, random: &random)
    diffusion = WhitenedNet(
      widths: options.diffusionWidths, whitener: whitener, outputBias: Self.unitNoise, random: &random)
    driftGradient = AlignedBuffer(floats: drift.inner.count)
    diffusionGradient = AlignedBuffer(floats: diffusion.inner.count)
    if let previous, let start = Renormalised(previous, trace: trace, options: options) {
      drift.adopt(start.drift)
    }
    drift.expand(into: twin.drift)
    diffusion.expand(into: twin.diffusion)
  }

  /// Phase 1.
  mutating func fitDrift(
    progress: (FitProgress) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) {
    let test = TraceSplit.starts(trace.split.heldOut, horizon: options.horizon)
    var best = driftLoss(test)
    var kept = drift.inner.array
    var step = 0
    let perEpoch = max(1, trace.split.training.reduce(0) { $0 + $1.count } / options.horizon / batch)
    for epoch in 1...options.driftEpochs {
      if cancelled() { throw .cancelled }
      let starts = TraceSplit.starts(trace.split.training, horizon: options.horizon, random: &random)
      for first in stride(from: 0, to: starts.count, by: batch) {
        let windows = starts[first..<min(first + batch, starts.count)]
        driftGradient.zero()
        var c = twin.c
        for lane in stride(from: windows.startIndex, to: windows.endIndex, by: WindowTile.lanes) {
          tile.fill(trace, starts: windows[lane..<min(lane + WindowTile.lanes, windows.endIndex)])
          var window = tile.window
          _ = tk_drift_window(isa, &c, &window, driftGradient.floats, tile.scratch.raw)
        }
        let rate = cosineRate(
          step: step, of: options.driftEpochs * perEpoch, warmup: 2 * perEpoch, peak: options.driftRate)
        drift.step(driftGradient, scale: 1 / Float(windows.count * options.horizon), rate: rate, limit: 1)
        drift.expand(into: twin.drift)
        step += 1
      }
      driftEpochs = epoch
      let loss = driftLoss(test)
      if loss < best || !best.isFinite {
        best = loss
        bestDriftEpoch = epoch
        kept = drift.inner.array
      }
      progress(
        FitProgress(
          device: trace.device, phase: .drift, epoch: epoch, epochs: options.driftEpochs, loss: loss))
      if epoch - bestDriftEpoch >= options.patience { break }
    }
    guard best.isFinite else { throw .diverged(device: trace.device) }
    drift.inner.floats.update(from: kept, count: kept.count)
    drift.expand(into: twin.drift)
  }

  /// Phase 2.
  mutating func fitDiffusion(
    progress: (FitProgress) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) {
    let test = TraceSplit.starts(trace.split.heldOut, horizon: options.horizon)
    let size = Float(max(1e-4, residualSize()))
    twin.setNoise(gain: size, floor: 0.05 * size)
    diffusion.expand(into: twin.diffusion)
    let refine = options.solver == .eulerMaruyama && options.refinement > 0
    var best = likelihood(test)
    var kept = (drift.inner.array, diffusion.inner.array)
    var step = 0
    let perEpoch = max(1, trace.split.training.reduce(0) { $0 + $1.count } / options.horizon / batch)
    for epoch in 1...options.diffusionEpochs {
      if cancelled() { throw .cancelled }
      let starts = TraceSplit.starts(trace.split.training, horizon: options.horizon, random: &random)
      for first in stride(from: 0, to: starts.count, by: batch) {
        let windows = starts[first..<min(first + batch, starts.count)]
        driftGradient.zero()
        diffusionGradient.zero()
        var c = twin.c
        for lane in stride(from: windows.startIndex, to: windows.endIndex, by: WindowTile.lanes) {
          tile.fill(trace, starts: windows[lane..<min(lane + WindowTile.lanes, windows.endIndex)])
          var window = tile.window
          _ = tk_transition_window(
            isa, &c, &window, refine ? driftGradient.floats : nil, diffusionGradient.floats, nil, nil,
            tile.scratch.raw)
        }
        let rate = cosineRate(
          step: step, of: options.diffusionEpochs * perEpoch, warmup: 2 * perEpoch, peak: options.diffusionRate)
        let scale = 1 / Float(windows.count * options.horizon)
        diffusion.step(diffusionGradient, scale: scale, rate: rate, limit: 2)
        diffusion.expand(into: twin.diffusion)
        if refine {
          drift.step(driftGradient, scale: scale, rate: rate * options.refinement, limit: 20)
          drift.expand(into: twin.drift)
        }
        step += 1
      }
      diffusionEpochs = epoch
      let loss = likelihood(test)
      if loss < best || !best.isFinite {
        best = loss
        bestDiffusionEpoch = epoch
        kept = (drift.inner.array, diffusion.inner.array)
      }
      progress(
        FitProgress(
          device: trace.device, phase: .diffusion, epoch: epoch, epochs: options.diffusionEpochs, loss: loss))
      if epoch - bestDiffusionEpoch >= options.patience { break }
    }
    guard best.isFinite else { throw .diverged(device: trace.device) }
    drift.inner.floats.update(from: kept.0, count: kept.0.count)
    diffusion.inner.floats.update(from: kept.1, count: kept.1.count)
    drift.expand(into: twin.drift)
    diffusion.expand(into: twin.diffusion)
  }

  private var batch: Int { (options.batchWindows + WindowTile.lanes - 1) / WindowTile.lanes * WindowTile.lanes }

  private func driftLoss(_ starts: [Int]) -> Double {
    var c = twin.c
    var sum = 0.0
    for first in stride(from: 0, to: starts.count, by: WindowTile.lanes) {
      tile.fill(trace, starts: starts[first..<min(first + WindowTile.lanes, starts.count)])
      var window = tile.window
      sum += tk_drift_window(isa, &c, &window, nil, tile.scratch.raw)
    }
    return sum / Double(max(1, starts.count * options.horizon))
  }

  private func likelihood(_ starts: [Int]) -> Double {
    var c = twin.c
    var sum = 0.0
    for first in stride(from: 0, to: starts.count, by: WindowTile.lanes) {
      tile.fill(trace, starts: starts[first..<min(first + WindowTile.lanes, starts.count)])
      var window = tile.window
      sum += tk_transition_window(isa, &c, &window, nil, nil, nil, nil, tile.scratch.raw)
    }
    return sum / Double(max(1, starts.count * options.horizon))
  }

  private func residualSize() -> Double {
    let starts = TraceSplit.starts(trace.split.training, horizon: options.horizon)
    var square = 0.0
    var count = 0
    residuals(starts) { error, _, _ in
      square += Double(error) * Double(error)
      count += 1
    }
    return (square / Double(max(1, count))).squareRoot()
  }

  /// Calls `body(error, standardised, target)` for every one-step transition of the windows at `starts`.
  func residuals(_ starts: [Int], _ body: (_ error: Float, _ standardised: Float, _ target: Int) -> Void) {
    var c = twin.c
    for first in stride(from: 0, to: starts.count, by: WindowTile.lanes) {
      let lanes = starts[first..<min(first + WindowTile.lanes, starts.count)]
      tile.fill(trace, starts: lanes)
      var window = tile.window
      _ = tk_transition_window(
        isa, &c, &window, nil, nil, tile.residuals.floats, tile.errors.floats, tile.scratch.raw)
      for (lane, start) in lanes.enumerated() {
        for step in 0..<options.horizon {
          let place = step * WindowTile.lanes + lane
          body(tile.errors[place], tile.residuals[place], start + step)
        }
      }
    }
  }

  /// The twin in channel units.
  func parameters() -> TwinParameters? {
    let taps = options.driveDelays + options.responseDelays + 2
    guard
      let f = Perceptron(inputs: taps, widths: options.driftWidths, weights: twin.drift.array),
      let g = Perceptron(inputs: taps, widths: options.diffusionWidths, weights: twin.diffusion.array)
    else { return nil }
    return TwinParameters(
      solver: options.solver, driveTaps: options.driveDelays + 1, responseTaps: options.responseDelays + 1,
      timeStep: 1, driveOffset: trace.driveOffset, driveScale: trace.driveScale, responseOffset: trace.responseOffset,
      responseScale: trace.responseScale, drift: f, driftScale: twin.c.drift_gain, diffusion: g,
      diffusionScale: twin.c.diffusion_gain, diffusionFloor: twin.c.diffusion_floor, responseLow: trace.low,
      responseHigh: trace.high)
  }
}
