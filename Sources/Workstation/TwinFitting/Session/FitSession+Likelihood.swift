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
    var best = likelihood(judged, test)
    var kept = parameters.inner.array
    var step = 0
    let samples = trace.split.training.reduce(0) { $0 + $1.count }
    let perEpoch = max(1, samples / length / batch)
    parameters.restartOptimiser()
    for epoch in 1...max(1, epochs) {
      if cancelled() { break }
      let starts = TraceSplit.starts(trace.split.training, horizon: length, random: &random)
      for first in stride(from: 0, to: starts.count, by: batch) {
        let windows = starts[first..<min(first + batch, starts.count)]
        let rate = cosineRate(step: step, of: epochs * perEpoch, warmup: 2 * perEpoch, peak: options.diffusionRate)
        parameters.gradient.zero()
        addLikelihood(tile, windows)
        let count = windows.count * max(1, length - burnIn) * trace.responseCount
        parameters.step(
          scale: 1 / Float(count),
          rates: .init(drift: rate * options.refinement, diffusion: rate, memory: 5 * rate),
          limits: .init(drift: 20, diffusion: 2))
        step += 1
      }
      progress.likelihoodEpochs = epoch
      let loss = likelihood(judged, test)
      if loss < best || !best.isFinite {
        best = loss
        progress.bestLikelihoodEpoch = epoch
        kept = parameters.inner.array
      }
      report(epoch, loss)
      if epoch - progress.bestLikelihoodEpoch >= options.patience { break }
    }
    guard best.isFinite else { throw .diverged(device: trace.device) }
    parameters.restore(kept)
    progress.likelihood = best
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

  /// Takes the spread of one-step errors as the unit of the noise.
  func measureNoise() {
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
    setResidualSize(squares.map { Float(($0 / max(1, count)).squareRoot()) })
  }
}
