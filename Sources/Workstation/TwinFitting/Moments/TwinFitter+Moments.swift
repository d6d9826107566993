import Numerics
import TrainingKernels
import TwinModel

extension TwinFitter {
  /// Fits one device to the moments of its repeats (`MomentTwinFitter`) instead of to single runs, and judges the twin as
  /// `fit` does, on repeats it was not fitted to. The twin sees the present drive and the latest response; its noise is
  /// white. Repeats alone teach: what was recorded once only judges single steps.
  ///
  /// - Parameters:
  ///   - options: how the trace is checked, split and judged, and the solver's steps a sample. One is enough to follow a
  ///     device sample by sample; the coefficients of its equation need more.
  ///   - moments: the nets and their training; its own `substeps` is not used.
  ///   - cancelled: asked every epoch, as in `fit`.
  public func fitMoments(
    _ trace: DeviceTrace, options: TwinFitOptions = TwinFitOptions(), moments: MomentFitOptions = MomentFitOptions(),
    seed: UInt64, device: Int = 0, progress: (FitProgress) -> Void = { _ in }, cancelled: () -> Bool = { false }
  ) throws(TwinFitError) -> TwinFit {
    let start = ContinuousClock.now
    var own = options
    (own.driveDelays, own.responseDelays, own.auxiliaries) = (0, 0, 0)
    (own.solver, own.substeps, own.noise) = (.eulerMaruyama, options.substeps, .diagonal)
    (own.driftWidths, own.diffusionWidths, own.activation) =
      (moments.driftWidths, moments.diffusionWidths, moments.activation)
    try own.check(drives: trace.driveCount, observables: trace.responseCount)
    var training = moments
    training.substeps = options.substeps
    if cancelled() { throw .cancelled }
    let mixed = Self.seed(seed, device: device)
    let prepared = try prepare(trace, options: own, seed: mixed, device: device)
    let fit: MomentFit
    do throws(MomentFitError) {
      let groups = prepared.split.teachers
      guard !groups.isEmpty else {
        throw .noRepeats(
          "no repeats are left to learn moments from once some are kept for judging; record repeats of at least 4 inputs"
        )
      }
      let data = try MomentData(trace, groups: groups, leastReplicates: moments.leastReplicates)
      fit = try MomentTwinFitter().fit(
        data, options: training, seed: mixed,
        progress: {
          let phase = $0.phase == .drift ? FitProgress.Phase.drift : .likelihood
          progress(FitProgress(device: device, phase: phase, epoch: $0.epoch, epochs: $0.epochs, loss: $0.loss))
        }, cancelled: cancelled)
    } catch {
      throw Self.fault(error, device)
    }
    progress(FitProgress(device: device, phase: .judging, epoch: 0, epochs: 1, loss: fit.report.heldOutLoss))
    let structure = TwinStructure(driveDelays: 0, responseDelays: 0, auxiliaries: 0)
    let session = FitSession(prepared, structure: structure, options: own, seed: mixed)
    guard session.adopt(fit.parameters) else { throw .diverged(device: device) }
    let length = session.judgedSteps
    session.progress.likelihood = session.likelihood(
      WindowTile(session.model, steps: length), TraceSplit.starts(prepared.split.heldOut, horizon: length))
    session.progress.driftEpochs = fit.report.driftEpochs
    session.progress.likelihoodEpochs = fit.report.diffusionEpochs + fit.report.polishEpochs
    let points = fit.report.trainingPoints + fit.report.heldOutPoints
    let judged = try SessionJudge(session: session).fit(
      limits: options.limits, structure: [],
      choices: ["fitted to means and covariances of repeats at \(points) times, not to single runs"],
      interrupted: fit.report.interrupted, since: start)
    progress(FitProgress(device: device, phase: .done, epoch: 0, epochs: 0, loss: judged.report.oneStepError))
    return judged
  }

  private static func fault(_ error: MomentFitError, _ device: Int) -> TwinFitError {
    switch error {
    case .badOption(let name): return .badOption(name)
    case .noResponse: return .noResponse(device: device)
    case .diverged: return .diverged(device: device)
    case .cancelled: return .cancelled
    case .tooFewPoints, .tooFewReplicates, .sizes, .notFinite, .covariance, .noRepeats:
      return .ensemble(device: device, reason: error.description)
    }
  }
}
