import CTrainingKernels
import Numerics
import TrainingKernels

extension FitSession {
  /// Phase 1: the drift alone, along noiseless runs of `horizon` samples. Stops at once when `cancelled`, with the best
  /// so far.
  func fitDrift(
    epochs: Int, progress report: (Int, Double) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) {
    let tile = WindowTile(model, steps: options.horizon)
    let test = TraceSplit.starts(trace.split.heldOut, horizon: options.horizon)
    var best = driftLoss(tile, test)
    var kept = parameters.inner.array
    var step = 0
    let samples = trace.split.training.reduce(0) { $0 + $1.count }
    let perEpoch = max(1, samples / options.horizon / batch)
    let steps = Double(options.horizon * trace.responseCount)
    parameters.restartOptimiser()
    for epoch in 1...max(1, epochs) {
      if cancelled() { break }
      let starts = TraceSplit.starts(trace.split.training, horizon: options.horizon, random: &random)
      for first in stride(from: 0, to: starts.count, by: batch) {
        let windows = starts[first..<min(first + batch, starts.count)]
        parameters.gradient.zero()
        for lane in stride(from: windows.startIndex, to: windows.endIndex, by: WindowTile.lanes) {
          tile.fill(trace, starts: windows[lane..<min(lane + WindowTile.lanes, windows.endIndex)])
          _ = pathError(tile, gradient: true)
        }
        let rate = cosineRate(step: step, of: epochs * perEpoch, warmup: 2 * perEpoch, peak: options.driftRate)
        parameters.step(
          scale: 1 / Float(Double(windows.count) * steps), rates: .init(drift: rate, diffusion: 0, memory: 0),
          limits: .init(drift: 1, diffusion: 1))
        step += 1
      }
      progress.driftEpochs = epoch
      let loss = driftLoss(tile, test)
      if loss < best || !best.isFinite {
        best = loss
        progress.bestDriftEpoch = epoch
        kept = parameters.inner.array
      }
      report(epoch, loss)
      if epoch - progress.bestDriftEpoch >= options.patience { break }
    }
    guard best.isFinite else { throw .diverged(device: trace.device) }
    parameters.restore(kept)
  }

  // Sum of squared errors of the noiseless path.
  private func pathError(_ tile: WindowTile, gradient: Bool) -> Double {
    var c = model.c
    var rollout = tile.rollout(measured: false, noisy: false)
    tk_forward(isa, &c, parameters.plain.raw, &rollout, 0, tile.scratch.raw)
    if gradient { tile.clearGradients() }
    let loss = tk_squared_error(
      isa, Int32(tile.steps), Int32(trace.responseCount), tile.path.floats + tile.offset,
      tile.target.floats + tile.offset, tile.weights.raw, 1, gradient ? tile.pathGradient.floats + tile.offset : nil)
    if gradient {
      var gradients = tk_gradients(
        path: tile.pathGradient.raw, auxiliary: tile.auxiliaryGradient.raw, drives: nil, context: nil,
        parameters: parameters.gradient.raw)
      tk_backward(isa, &c, parameters.plain.raw, &rollout, 0, &gradients, tile.scratch.raw)
    }
    return loss
  }

  private func driftLoss(_ tile: WindowTile, _ starts: [Int]) -> Double {
    var sum = 0.0
    for first in stride(from: 0, to: starts.count, by: WindowTile.lanes) {
      tile.fill(trace, starts: starts[first..<min(first + WindowTile.lanes, starts.count)])
      sum += pathError(tile, gradient: false)
    }
    return sum / Double(max(1, starts.count * options.horizon * trace.responseCount))
  }
}
