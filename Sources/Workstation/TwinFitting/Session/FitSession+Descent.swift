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

  /// One phase of the fit.
  ///
  /// - Parameter addGradient: adds the gradient of the summed loss of windows.
  func descend(
    _ phase: Phase, heldOut: () -> Double, addGradient: (ArraySlice<Int>) -> Void,
    progress report: (Int, Double) -> Void,
    cancelled: () -> Bool
  ) throws(TwinFitError) -> (epochs: Int, bestEpoch: Int, loss: Double) {
    let samples = trace.split.training.reduce(0) { $0 + $1.count }
    let descent = Descent(
      epochs: phase.epochs, batch: batch, perEpoch: max(1, samples / phase.length / batch), peak: phase.peak,
      patience: options.patience)
    parameters.restartOptimiser()
    let outcome = descent.run(
      windows: { TraceSplit.starts(trace.split.training, horizon: phase.length, random: &random) },
      step: { (windows: ArraySlice<Int>, rate: Float) in
        parameters.gradient.zero()
        addGradient(windows)
        parameters.step(
          scale: 1 / Float(phase.values(windows.count)), rates: phase.rates(rate), limits: phase.limits)
      }, heldOut: heldOut, keep: { parameters.inner.array }, restore: { parameters.restore($0) }, progress: report,
      cancelled: cancelled)
    guard let outcome else { throw .diverged(device: trace.device) }
    return outcome
  }
}
