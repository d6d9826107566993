import Numerics
import TrainingKernels
import TwinModel

/// Fits digital twins to recorded traces.
public struct TwinFitter: Sendable {
  public init() {}

  /// Fits one device; the same trace, options and seed give the same twin on every run.
  ///
  /// - Parameters:
  ///   - previous: an earlier twin of the device to start from: its structure is kept and its drift adopted where the
  ///     shapes agree.
  ///   - structure: what the twin remembers; nil for what the options say or the data choose.
  ///   - device: the index errors and progress name.
  ///   - cancelled: asked often; when true, the best so far is judged and returned, marked as interrupted, or `cancelled`
  ///     thrown where there is nothing yet.
  public func fit(
    _ trace: DeviceTrace, options: TwinFitOptions = TwinFitOptions(), seed: UInt64, previous: TwinParameters? = nil,
    structure wanted: TwinStructure? = nil, device: Int = 0, progress: (FitProgress) -> Void = { _ in },
    cancelled: () -> Bool = { false }
  ) throws(TwinFitError) -> TwinFit {
    try options.check(drives: trace.driveCount, observables: trace.responseCount)
    if cancelled() { throw .cancelled }
    if options.fitter == .moments {
      return try fitMoments(
        trace, options: options, seed: seed, device: device, progress: progress, cancelled: cancelled)
    }
    let start = ContinuousClock.now
    let own = Self.seed(seed, device: device)
    let known = try knownStructure(wanted, previous, trace, options)
    let prepared = try prepare(trace, options: options, structure: known, seed: own, device: device)
    func tell(_ phase: FitProgress.Phase, _ epoch: Int, _ epochs: Int, _ loss: Double) {
      progress(FitProgress(device: device, phase: phase, epoch: epoch, epochs: epochs, loss: loss))
    }
    var choices: [String] = []
    var trials: [StructureTrial] = []
    let structure: TwinStructure
    if let known {
      structure = known
      if wanted == nil { choices.append("structure of the earlier twin: \(structure)") }
    } else {
      let search = StructureSearch(options, seed: own)
      (structure, trials) = try search.choose(
        prepared, progress: { tell(.structure, $0, $1, $2) }, cancelled: cancelled)
      if trials.count > 1 { choices.append("\(structure), by held-out likelihood among \(trials.count)") }
    }
    var session = try best(
      prepared, structure, options, seed: own, previous: previous, choices: &choices, tell: tell, cancelled: cancelled)
    // Where whole runs still differ, the likelihood of single steps may have preferred the wrong memory.
    if let rival = StructureSearch.rival(of: structure, trials: trials), !cancelled(),
      (session.progress.ensemble ?? 0) > StructureSearch.poorEnsemble
    {
      var spare: [String] = []
      let other = try best(
        prepared, rival, options, seed: own, previous: nil, choices: &spare, tell: tell, cancelled: cancelled)
      if (other.progress.ensemble ?? .infinity) < 0.8 * (session.progress.ensemble ?? .infinity) {
        session = other
        choices.append("\(rival) in its place, because whole runs came out closer to the repeats")
      }
    }
    tell(.judging, 0, 1, session.progress.likelihood)
    let fit = try SessionJudge(session: session).fit(
      limits: options.limits, structure: trials, choices: choices, interrupted: cancelled(), since: start)
    tell(.done, 0, 0, fit.report.oneStepError)
    return fit
  }

  /// The seed of one device's fit.
  static func seed(_ seed: UInt64, device: Int) -> UInt64 {
    Philox.mix(seed &+ UInt64(truncatingIfNeeded: device) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// What is asked for, or what an earlier twin remembers where the options allow it; nil: the data choose.
  private func knownStructure(
    _ wanted: TwinStructure?, _ previous: TwinParameters?, _ trace: DeviceTrace, _ options: TwinFitOptions
  ) throws(TwinFitError) -> TwinStructure? {
    func check(_ structure: TwinStructure) throws(TwinFitError) {
      var whole = options
      whole.driveDelays = structure.driveDelays
      whole.responseDelays = structure.responseDelays
      whole.auxiliaries = structure.auxiliaries
      try whole.check(drives: trace.driveCount, observables: trace.responseCount)
    }
    if let wanted {
      try check(wanted)
      return wanted
    }
    guard let previous, previous.observables == trace.responseCount else { return nil }
    let structure = TwinStructure(
      driveDelays: previous.driveTaps - 1, responseDelays: previous.responseTaps - 1,
      auxiliaries: previous.auxiliaries / max(1, previous.observables))
    do {
      try check(structure)
    } catch {
      return nil
    }
    return structure
  }

  /// The checked and normalised trace; `structure` is what it must have history for besides what the options may choose.
  func prepare(
    _ trace: DeviceTrace, options: TwinFitOptions, structure: TwinStructure? = nil, seed: UInt64, device: Int,
    normalisers: Normalisers? = nil
  ) throws(TwinFitError) -> PreparedTrace {
    let history = max(StructureSearch.longestHistory(options), structure?.history ?? 0)
    var check = options.check
    check.history = history
    let checked: CheckedTrace
    do {
      checked = try TraceCheck(check).check(trace)
    } catch {
      throw .trace(device: device, error)
    }
    return try PreparedTrace(
      checked, device: device, history: history, options: options, seed: seed, normalisers: normalisers)
  }

  private func best(
    _ trace: PreparedTrace, _ structure: TwinStructure, _ options: TwinFitOptions, seed: UInt64,
    previous: TwinParameters?, choices: inout [String], tell: (FitProgress.Phase, Int, Int, Double) -> Void,
    cancelled: () -> Bool
  ) throws(TwinFitError) -> FitSession {
    var kept: FitSession?
    for restart in 0..<options.restarts {
      let session = FitSession(
        trace, structure: structure, options: options, seed: restart == 0 ? seed : Philox.mix(seed ^ UInt64(restart)))
      let adopted = previous.map { session.adopt($0) } ?? false
      // A twin that is followed needs a fraction of a first fit.
      let share = adopted ? 0.2 : 1
      func epochs(_ all: Int) -> Int { max(1, Int((Double(all) * share).rounded(.up))) }
      if !adopted {
        try session.fitDrift(
          epochs: epochs(options.driftEpochs), progress: { tell(.drift, $0, options.driftEpochs, $1) },
          cancelled: cancelled)
        session.measureNoise()
      }
      try session.fitLikelihood(
        epochs: epochs(options.diffusionEpochs), progress: { tell(.likelihood, $0, options.diffusionEpochs, $1) },
        cancelled: cancelled)
      if let best = kept, best.progress.likelihood <= session.progress.likelihood { continue }
      kept = session
      if cancelled() { break }
    }
    guard let session = kept else { throw .diverged(device: trace.device) }
    let loss = options.ensembleLoss ?? session.automaticEnsembleLoss
    if !cancelled(), loss != .none {
      let used = try session.fitEnsembles(
        loss, steps: options.ensembleSteps, progress: { tell(.ensembles, $0, options.ensembleSteps, $1) },
        cancelled: cancelled)
      if options.ensembleLoss == nil {
        choices.append(
          (used
            ? "moments over repeats matched after the likelihood, because the recording has repeats to learn from"
            : "moments over repeats would have cost more likelihood than they won, and were left out")
            + (session.progress.ensembleChange.map {
              " (moments \(TraceError.number($0.from)) to \(TraceError.number($0.to)), likelihood "
                + "\(TraceError.number(0 - $0.likelihoodFrom)) to \(TraceError.number(0 - $0.likelihoodTo)))"
            } ?? ""))
      }
    } else if options.ensembleLoss == nil {
      choices.append("likelihood alone, because the recording has no repeats to learn from")
    }
    return session
  }

  /// Fits every trace, devices side by side; one result a trace, whatever happens to the others.
  ///
  /// - Parameters:
  ///   - previous: earlier twins, by trace index; may be shorter than `traces`.
  ///   - kinds: names of the devices' kinds; devices of one kind get the structure chosen for the first of them. Empty:
  ///     each chooses its own.
  ///   - structures: by trace index, structures that are known already, such as from a fit that is resumed.
  ///   - only: indices of the traces to fit; nil for all. The others' results are `cancelled`.
  ///   - progress: called from several threads.
  ///   - finished: called from several threads with each result as it comes.
  public func fitAll(
    _ traces: [DeviceTrace], options: TwinFitOptions = TwinFitOptions(), seed: UInt64,
    previous: [TwinParameters?] = [], kinds: [String] = [], structures known: [TwinStructure?] = [],
    only wanted: Set<Int>? = nil, progress: @Sendable (FitProgress) -> Void = { _ in },
    finished: @Sendable (Int, Result<TwinFit, TwinFitError>) -> Void = { _, _ in },
    cancelled: @Sendable () -> Bool = { false }
  ) -> [Result<TwinFit, TwinFitError>] {
    let results = Slots<Result<TwinFit, TwinFitError>>(count: traces.count)
    let structures = Slots<TwinStructure>(count: traces.count)
    var leaders: [Int] = []
    var leader = [Int](repeating: 0, count: traces.count)
    let devices = traces.indices.filter { wanted?.contains($0) ?? true }
    for device in devices {
      if device < known.count, let structure = known[device] {
        structures[device] = structure
        leader[device] = device
        continue
      }
      let first = device < kinds.count ? leaders.first { kinds[$0] == kinds[device] } : nil
      leader[device] = first ?? device
      if first == nil { leaders.append(device) }
    }
    let led = leader
    @Sendable func one(_ device: Int) {
      do throws(TwinFitError) {
        let fit = try fit(
          traces[device], options: options, seed: seed,
          previous: device < previous.count ? previous[device] : nil,
          structure: structures[led[device]], device: device, progress: progress,
          cancelled: cancelled)
        if led[device] == device { structures[device] = fit.report.structure }
        results[device] = .success(fit)
        finished(device, .success(fit))
      } catch {
        results[device] = .failure(error)
        finished(device, .failure(error))
      }
    }
    let pool = WorkerPool(threads: options.threads)
    let first = leaders
    let leading = Set(first)
    let rest = devices.filter { !leading.contains($0) }
    pool.run(first.count) { index, _ in one(first[index]) }
    pool.run(rest.count) { index, _ in one(rest[index]) }
    return (0..<traces.count).map { results[$0] ?? .failure(.cancelled) }
  }
}
