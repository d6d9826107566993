import CTrainingKernels
import Numerics
import TrainingKernels

extension FitSession {
  /// Groups of repeats that may teach: those of the split's training side with enough members, cut to one length.
  private var teachers: [[Range<Int>]] {
    trace.split.teachers.filter { $0.count >= 6 && ($0.first?.count ?? 0) > structure.history + burnIn + 8 }
  }

  /// What phase 3 will be when nothing is asked for.
  var automaticEnsembleLoss: TwinFitOptions.EnsembleLoss { teachers.isEmpty ? .none : .moments }

  /// Phase 3: what whole runs look like, held to the one-step likelihood. The parameters are kept only if neither the
  /// likelihood nor the ensembles got worse.
  ///
  /// - Returns: whether the phase was possible and its result kept.
  func fitEnsembles(
    _ kind: TwinFitOptions.EnsembleLoss, steps: Int, progress report: (Int, Double) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) -> Bool {
    guard kind != .none, steps > 0 else { return false }
    let source: any EnsembleSource
    do {
      switch kind {
      case .none: return false
      case .moments:
        guard let made = try RepeatSource(self, groups: teachers) else { return false }
        source = made
      case .features, .adversarial:
        guard let made = try CriticSource(self, kind: kind) else { return false }
        source = made
      }
    } catch {
      throw .ensemble(device: trace.device, reason: "\(error)")
    }
    let tile = WindowTile(model, steps: likelihoodSteps)
    let judged = WindowTile(model, steps: judgedSteps)
    let test = TraceSplit.starts(trace.split.heldOut, horizon: judgedSteps)
    let before = (likelihood: likelihood(judged, test), ensemble: source.loss(round: .max))
    let kept = parameters.inner.array
    parameters.restartOptimiser()
    var windows = TraceSplit.starts(trace.split.training, horizon: likelihoodSteps, random: &random)
    guard !windows.isEmpty else { return false }
    var place = 0
    var average = Double.infinity
    for step in 0..<steps {
      if cancelled() { break }
      parameters.gradient.zero()
      // The likelihood of a batch holds the fit to what single steps say.
      if place + batch > windows.count {
        windows = TraceSplit.starts(trace.split.training, horizon: likelihoodSteps, random: &random)
        place = 0
      }
      let part = windows[place..<min(place + batch, windows.count)]
      place += batch
      addLikelihood(tile, part)
      let scale = 1 / Float(part.count * max(1, likelihoodSteps - burnIn) * trace.responseCount)
      for index in 0..<model.parameterCount { parameters.gradient[index] *= scale }
      let loss = source.addGradient(round: UInt32(step))
      guard loss.isFinite else { break }
      let rate = cosineRate(step: step, of: steps, warmup: steps / 20, peak: options.ensembleRate)
      parameters.step(
        scale: 1, rates: .init(drift: rate, diffusion: rate, memory: rate), limits: .init(drift: 5, diffusion: 2))
      progress.ensembleSteps = step + 1
      average = average.isFinite ? 0.95 * average + 0.05 * loss : loss
      if step % 10 == 9 { report(step + 1, average) }
      // Differences of about 2 % in every moment: the rest is the noise of the repeats.
      if step >= 60, average < 4e-4 { break }
    }
    let after = (likelihood: likelihood(judged, test), ensemble: source.loss(round: .max))
    progress.ensemble = before.ensemble
    progress.ensembleChange = (before.ensemble, after.ensemble, before.likelihood, after.likelihood)
    // Large differences between ensembles may cost the likelihood a little.
    let allowed = min(0.15, 0.01 + 0.1 * max(0, before.ensemble - after.ensemble))
    guard after.likelihood < before.likelihood + allowed, after.ensemble < before.ensemble + source.tolerance,
      after.ensemble.isFinite
    else {
      parameters.restore(kept)
      return false
    }
    progress.likelihood = after.likelihood
    progress.ensemble = after.ensemble
    return true
  }
}

/// A loss of simulated ensembles.
protocol EnsembleSource {
  /// Adds its gradient by the parameters, with the noise of `round`; the loss.
  func addGradient(round: UInt32) -> Double
  /// What tells two twins apart: smaller is better.
  func loss(round: UInt32) -> Double
  /// How much worse `loss` may be by chance alone.
  var tolerance: Double { get }
}
