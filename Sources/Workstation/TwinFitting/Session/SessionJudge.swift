import CTrainingKernels
import Numerics
import TrainingKernels

/// What the acceptance needs to know about a finished session.
struct SessionJudge {
  let session: FitSession

  /// One-step residuals of all held-out blocks, each with its memory found first.
  struct Residuals {
    /// Row-major [samples][observables].
    var standardised: [Float] = []
    var errors: [Float] = []
    /// The last-but-newest drive that acts, a sample.
    var drives: [Float] = []
    var segments: [Range<Int>] = []
    var square = 0.0
    var still = 0.0
  }

  func residuals() -> Residuals {
    let trace = session.trace
    let width = trace.responseCount
    let burnIn = session.burnIn
    let lanes = WindowTile.lanes
    let blocks = trace.split.heldOut.filter { $0.count > burnIn }
    let longest = blocks.reduce(1) { max($0, $1.count) }
    let tile = WindowTile(session.model, steps: min(longest, 400))
    var all = Residuals()
    for first in stride(from: 0, to: blocks.count, by: lanes) {
      let part = blocks[first..<min(first + lanes, blocks.count)]
      let counts = part.map { min($0.count, tile.steps) }
      tile.fill(trace, starts: ArraySlice(part.map(\.lowerBound)), counts: counts[...])
      _ = session.transitions(tile, gradient: nil)
      for (lane, block) in part.enumerated() {
        let start = all.standardised.count / width
        for step in burnIn..<counts[lane] {
          let sample = block.lowerBound + step
          for index in 0..<width {
            let place = (step * width + index) * lanes + lane
            all.standardised.append(tile.residuals[place])
            all.errors.append(tile.errors[place])
            let error = Double(tile.errors[place])
            let change = Double(trace.responses[sample * width + index] - trace.responses[(sample - 1) * width + index])
            all.square += error * error
            all.still += change * change
          }
          all.drives.append(trace.drives[sample * trace.driveCount])
        }
        all.segments.append(start..<(all.standardised.count / width))
      }
    }
    return all
  }

  /// The session's twin, kept within its range from now on, and its report, timed from `start`.
  func fit(
    limits: AcceptanceLimits, structure trials: [StructureTrial], choices: [String], interrupted: Bool,
    since start: ContinuousClock.Instant
  ) throws(TwinFitError) -> TwinFit {
    let trace = session.trace
    let parameters = try TwinExport.twin(session)
    func normal(_ limits: [Float]) -> [Float] {
      limits.indices.map { (limits[$0] - trace.normalisers.responseOffset[$0]) * trace.normalisers.responseScale[$0] }
    }
    session.model.setRange((normal(trace.low), normal(trace.high)))
    session.measureJitter()
    var report = report(limits: limits, structure: trials, choices: choices, interrupted: interrupted)
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return TwinFit(parameters: parameters, report: report)
  }

  /// The whole report but its time.
  private func report(
    limits: AcceptanceLimits, structure trials: [StructureTrial], choices: [String], interrupted: Bool
  ) -> TwinFitReport {
    let trace = session.trace
    let residuals = residuals()
    let count = Double(max(1, residuals.standardised.count))
    let error = (residuals.square / count).squareRoot()
    let still = (residuals.still / count).squareRoot()
    let judged = ResidualJudge(limits: limits, seed: session.seed).report(
      residuals.standardised, observables: trace.responseCount, segments: residuals.segments, oneStepError: error,
      persistenceError: still)
    let ensembles = TwinEnsembles(session)
    let inputs = ensembles.inputs
    let runs = inputs.indices.map { index in
      let repeats = inputs[index].device.repeats
      let copies = (max(session.options.freeRuns, 2 * repeats) + repeats - 1) / repeats * repeats
      return ensembles.simulate(input: index, copies: copies, seed: session.seed)
    }
    let triple = TripleJudge(seed: session.seed).triple(
      inputs.map(\.device), twins: runs,
      responseDeviations: [Double](repeating: 1, count: trace.responseCount))
    let acceptance = AcceptanceJudge(limits: limits).report(triple, judged, findings: trace.findings)
    let curves = AcceptanceCurves(
      inputs: inputs, twins: runs, residuals: residuals.standardised, report: judged, noise: noise(residuals))
    let training = trace.split.training.reduce(0) { $0 + $1.count }
    let worst = judged.worst.map { judged.observables[$0] }
    return TwinFitReport(
      trainingSamples: training, heldOutSamples: trace.split.heldOut.reduce(0) { $0 + $1.count },
      trainingSeconds: trace.samplePeriod.map { Double(training) * $0 }, findings: trace.findings,
      responseDeviation: trace.normalisers.responseScale.map { 1 / Double($0) }, oneStepError: error,
      persistenceError: still,
      residualMean: worst?.mean.value ?? 0, residualDeviation: worst?.deviation.value ?? 0,
      freeRun: triple.map { FreeRunReport($0) }, acceptance: acceptance, curves: curves,
      structure: session.structure, trials: trials, choices: choices, likelihood: session.progress.likelihood,
      driftEpochs: session.progress.driftEpochs, bestDriftEpoch: session.progress.bestDriftEpoch,
      likelihoodEpochs: session.progress.likelihoodEpochs, bestLikelihoodEpoch: session.progress.bestLikelihoodEpoch,
      ensembleSteps: session.progress.ensembleSteps, interrupted: interrupted, seconds: 0)
  }

  // Predicted spread over a grid of the first drive, responses at rest at their mean; channel units.
  private func noise(_ residuals: Residuals) -> [AcceptanceCurves.NoiseCurve?] {
    let trace = session.trace
    let shape = session.model.shape
    guard shape.noise == .diagonal, trace.driveCount >= 1, let low = residuals.drives.min(),
      let high = residuals.drives.max(), high > low
    else { return [] }
    let lanes = WindowTile.lanes
    let tile = WindowTile(session.model, steps: 1)
    let grid = (0..<lanes).map { low + (high - low) * Float($0) / Float(lanes - 1) }
    let spread = tile.deviations(underDrives: grid, session: session)
    let offset = trace.normalisers.driveOffset[0]
    let scale = trace.normalisers.driveScale[0]
    return (0..<trace.responseCount).map { index in
      let unit = 1 / trace.normalisers.responseScale[index]
      let errors = stride(from: index, to: residuals.errors.count, by: trace.responseCount).map {
        residuals.errors[$0] * unit
      }
      return AcceptanceCurves.NoiseCurve(
        grid: grid.map { $0 / scale + offset }, twinDeviation: spread[index].map { $0 * unit },
        drives: residuals.drives.map { $0 / scale + offset }, errors: errors)
    }
  }
}

extension WindowTile {
  /// Predicted one-step spread of each observable under a held first drive, a lane each, all else at its mean.
  func deviations(underDrives grid: [Float], session: FitSession) -> [[Float]] {
    let shape = session.model.shape
    layOutLevels(grid)
    _ = session.transitions(self, gradient: nil)
    return (0..<shape.observables).map { index in
      grid.indices.map { lane in
        let place = index * Self.lanes + lane
        let standard = residuals[place]
        return standard.magnitude > 1e-12 ? (errors[place] / standard).magnitude : 0
      }
    }
  }
}
