import TrainingKernels

/// Passes over training windows in random order, stopped early by a held-out loss; the best is left behind.
struct Descent {
  var epochs: Int
  /// Windows a gradient step.
  var batch: Int
  /// Gradient steps a pass, about: the rate rises over two passes and follows half a cosine over all.
  var perEpoch: Int
  /// Largest rate.
  var peak: Float
  /// Passes without a better loss after which it ends.
  var patience: Int

  /// - Parameters:
  ///   - windows: a pass's windows in their order.
  ///   - step: takes one gradient step from windows at a rate.
  ///   - keep: what `restore` needs to come back to the parameters as they are.
  ///   - cancelled: when true it stops at once, with the best so far.
  /// - Returns: passes made, the best of them, and its held-out loss; nil if no loss was finite.
  func run<Window, Kept>(
    windows: () -> [Window], step take: (ArraySlice<Window>, Float) -> Void, heldOut: () -> Double,
    keep: () -> Kept, restore: (Kept) -> Void, progress report: (Int, Double) -> Void, cancelled: () -> Bool
  ) -> (epochs: Int, bestEpoch: Int, loss: Double)? {
    var best = heldOut()
    var bestEpoch = 0
    var made = 0
    var kept = keep()
    var step = 0
    for epoch in 1...max(1, epochs) {
      if cancelled() { break }
      let order = windows()
      for first in stride(from: 0, to: order.count, by: batch) {
        let rate = cosineRate(step: step, of: epochs * perEpoch, warmup: 2 * perEpoch, peak: peak)
        take(order[first..<min(first + batch, order.count)], rate)
        step += 1
      }
      made = epoch
      let loss = heldOut()
      if loss < best || !best.isFinite {
        best = loss
        bestEpoch = epoch
        kept = keep()
      }
      report(epoch, loss)
      if epoch - bestEpoch >= patience { break }
    }
    guard best.isFinite else { return nil }
    restore(kept)
    return (made, bestEpoch, best)
  }
}
