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
    let perWindow = Double(options.horizon * trace.responseCount)
    let phase = Phase(
      length: options.horizon, epochs: epochs, peak: options.driftRate,
      rates: { .init(drift: $0, diffusion: 0, memory: 0) }, limits: .init(drift: 1, diffusion: 1),
      values: { Double($0) * perWindow })
    let outcome = try descend(
      phase, heldOut: { driftLoss(tile, test) },
      addGradient: { windows in
        for lane in stride(from: windows.startIndex, to: windows.endIndex, by: WindowTile.lanes) {
          tile.fill(trace, starts: windows[lane..<min(lane + WindowTile.lanes, windows.endIndex)])
          _ = pathError(tile, gradient: true)
        }
      }, progress: report, cancelled: cancelled)
    (progress.driftEpochs, progress.bestDriftEpoch) = (outcome.epochs, outcome.bestEpoch)
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
