import CTrainingKernels
import Numerics
import TrainingKernels

extension FitSession {
  /// Phase 2: drift, diffusion and memory together by the likelihood of the next sample.
  func fitLikelihood(
    epochs: Int, progress report: (Int, Double) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) {
    let length = likelihoodSteps
    let tile = WindowTile(model, steps: length)
    let judged = WindowTile(model, steps: judgedSteps)
    let test = TraceSplit.starts(trace.split.heldOut, horizon: judgedSteps)
    let options = options
    let perWindow = max(1, length - burnIn) * trace.responseCount
    let phase = Phase(
      length: length, epochs: epochs, peak: options.diffusionRate,
      rates: { .init(drift: $0 * options.refinement, diffusion: $0, memory: 5 * $0) },
      limits: .init(drift: 20, diffusion: 2), values: { Double($0 * perWindow) })
    let outcome = try descend(
      phase, heldOut: { likelihood(judged, test) }, addGradient: { addLikelihood(tile, $0) }, progress: report,
      cancelled: cancelled)
    (progress.likelihoodEpochs, progress.bestLikelihoodEpoch) = (outcome.epochs, outcome.bestEpoch)
    progress.likelihood = outcome.loss
  }

  /// Adds the gradient of the summed negative log-likelihood of windows.
  func addLikelihood(_ tile: WindowTile, _ windows: ArraySlice<Int>) {
    for lane in stride(from: windows.startIndex, to: windows.endIndex, by: WindowTile.lanes) {
      tile.fill(
        trace, starts: windows[lane..<min(lane + WindowTile.lanes, windows.endIndex)], burnIn: burnIn)
      _ = transitions(tile, gradient: parameters.gradient.raw)
    }
  }

  /// Mean negative log-likelihood a sample and observable of windows of `judgedSteps` at `starts`.
  func likelihood(_ tile: WindowTile, _ starts: [Int]) -> Double {
    var sum = 0.0
    for first in stride(from: 0, to: starts.count, by: WindowTile.lanes) {
      tile.fill(trace, starts: starts[first..<min(first + WindowTile.lanes, starts.count)], burnIn: judgedBurnIn)
      sum += transitions(tile, gradient: nil)
    }
    return sum / Double(max(1, starts.count * max(1, tile.steps - judgedBurnIn) * trace.responseCount))
  }

  /// Root mean square of the one-step errors over the training windows, an observable.
  func residualSpread() -> [Double] {
    let tile = WindowTile(model, steps: options.horizon)
    let starts = TraceSplit.starts(trace.split.training, horizon: options.horizon)
    let width = trace.responseCount
    var squares = [Double](repeating: 0, count: width)
    var count = 0.0
    for first in stride(from: 0, to: starts.count, by: WindowTile.lanes) {
      let lanes = starts[first..<min(first + WindowTile.lanes, starts.count)]
      tile.fill(trace, starts: lanes)
      _ = transitions(tile, gradient: nil)
      for lane in 0..<lanes.count {
        for step in 0..<tile.steps {
          count += 1
          for index in 0..<width {
            let error = Double(tile.errors[(step * width + index) * WindowTile.lanes + lane])
            squares[index] += error * error
          }
        }
      }
    }
    return squares.map { ($0 / max(1, count)).squareRoot() }
  }
}
