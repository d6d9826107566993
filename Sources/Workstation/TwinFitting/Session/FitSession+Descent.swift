import Numerics
import TrainingKernels

extension FitSession {
  /// What tells one phase of passes over the training windows from another.
  struct Phase {
    /// Samples a window.
    var length: Int
    var epochs: Int
    /// Largest rate.
    var peak: Float
    var rates: (Float) -> FitParameters.Rates
    var limits: FitParameters.Limits
    /// Values the loss of so many windows is a sum of.
    var values: (Int) -> Double
  }

  /// Passes over the training windows in random order, stopped early by `heldOut`; leaves the best parameters behind.
  /// Stops at once when `cancelled`.
  ///
  /// - Parameter addGradient: adds the gradient of the summed loss of windows.
  /// - Returns: passes made, the best of them, and its held-out loss.
  func descend(
    _ phase: Phase, heldOut: () -> Double, addGradient: (ArraySlice<Int>) -> Void,
    progress report: (Int, Double) -> Void,
    cancelled: () -> Bool
  ) throws(TwinFitError) -> (epochs: Int, bestEpoch: Int, loss: Double) {
    var best = heldOut()
    var bestEpoch = 0
    var made = 0
    var kept = parameters.inner.array
    var step = 0
    let samples = trace.split.training.reduce(0) { $0 + $1.count }
    let perEpoch = max(1, samples / phase.length / batch)
    parameters.restartOptimiser()
    for epoch in 1...max(1, phase.epochs) {
      if cancelled() { break }
      let starts = TraceSplit.starts(trace.split.training, horizon: phase.length, random: &random)
      for first in stride(from: 0, to: starts.count, by: batch) {
        let windows = starts[first..<min(first + batch, starts.count)]
        parameters.gradient.zero()
        addGradient(windows)
        let rate = cosineRate(step: step, of: phase.epochs * perEpoch, warmup: 2 * perEpoch, peak: phase.peak)
        parameters.step(
          scale: 1 / Float(phase.values(windows.count)), rates: phase.rates(rate), limits: phase.limits)
        step += 1
      }
      made = epoch
      let loss = heldOut()
      if loss < best || !best.isFinite {
        best = loss
        bestEpoch = epoch
        kept = parameters.inner.array
      }
      report(epoch, loss)
      if epoch - bestEpoch >= options.patience { break }
    }
    guard best.isFinite else { throw .diverged(device: trace.device) }
    parameters.restore(kept)
    return (made, bestEpoch, best)
  }
}
