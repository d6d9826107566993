import Numerics

/// Chooses what a twin remembers by held-out likelihood: short fits of a few structures, from plain to rich.
struct StructureSearch {
  let options: TwinFitOptions
  let seed: UInt64

  init(_ options: TwinFitOptions, seed: UInt64) {
    self.options = options
    self.seed = seed
  }

  /// From plain to rich: delays stand in for hidden states, auxiliaries for noise with a memory.
  private static let all = [
    (0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1), (1, 2, 1), (2, 3, 1), (1, 2, 2),
  ]

  static func candidates(_ options: TwinFitOptions) -> [TwinStructure] {
    var list: [TwinStructure] = []
    for (drive, response, auxiliary) in all {
      let candidate = TwinStructure(
        driveDelays: options.driveDelays ?? drive, responseDelays: options.responseDelays ?? response,
        auxiliaries: options.auxiliaries ?? (options.hasExactLikelihood ? auxiliary : 0))
      if !list.contains(candidate) { list.append(candidate) }
    }
    return list
  }

  /// Samples any candidate needs before a prediction.
  static func longestHistory(_ options: TwinFitOptions) -> Int {
    candidates(options).reduce(1) { max($0, $1.history) }
  }

  /// Loss over ensembles above which a second structure is tried: spreads or means off by about a tenth.
  static let poorEnsemble = 0.01

  /// The best of the others that remembers noise where `structure` does not, or the other way round; nil if none comes near.
  static func rival(of structure: TwinStructure, trials: [StructureTrial]) -> TwinStructure? {
    guard let best = trials.map(\.likelihood).min() else { return nil }
    return trials.filter {
      ($0.structure.auxiliaries > 0) != (structure.auxiliaries > 0) && $0.likelihood < best + 0.15
    }.min { $0.likelihood < $1.likelihood }?.structure
  }

  /// A richer structure must win by this much a sample.
  private static let margin = 0.003

  func choose(
    _ trace: PreparedTrace, progress: (Int, Int, Double) -> Void, cancelled: () -> Bool
  ) throws(TwinFitError) -> (TwinStructure, [StructureTrial]) {
    var candidates = Self.candidates(options)
    if trace.responseCount > 4 {
      // Many observables see most of the state, and their delays are many inputs.
      candidates = candidates.filter { $0.responseDelays <= 1 && $0.auxiliaries == 0 }
    }
    guard let plainest = candidates.first else { throw .badOption("responseDelays") }
    guard candidates.count > 1 else { return (plainest, []) }
    var trials: [StructureTrial] = []
    var best: (TwinStructure, Double)?
    for (index, candidate) in candidates.enumerated() {
      if cancelled() { throw .cancelled }
      let session = FitSession(trace, structure: candidate, options: options, seed: seed)
      let share = options.trialShare
      try session.fitDrift(
        epochs: max(4, Int(Double(options.driftEpochs) * share)), progress: { _, _ in }, cancelled: cancelled)
      session.measureNoise()
      try session.fitLikelihood(
        epochs: max(4, Int(Double(options.diffusionEpochs) * share)), progress: { _, _ in }, cancelled: cancelled)
      let loss = session.progress.likelihood
      trials.append(StructureTrial(structure: candidate, likelihood: loss))
      if best.map({ loss < $0.1 - Self.margin }) ?? true { best = (candidate, loss) }
      progress(index + 1, candidates.count, loss)
    }
    return (best?.0 ?? plainest, trials)
  }
}
