import Numerics
import TrainingKernels
import TwinModel

/// Fits a twin to measured moments: the cheap second fitter, without windows, critics or sampled paths.
///
/// Three phases. The first two are SPINODE's (O'Leary, Paulson, Mesbah, "Stochastic physics-informed neural ordinary
/// differential equations", J. Comput. Phys. 468, 111466 (2022)): the drift so that the mean propagated by the unscented
/// transform is the next mean measured, then the diffusion on what of the next covariance the drift does not explain,
/// both by squared errors and Adam. The third is ours: drift and diffusion together by the likelihood of the measured
/// means and covariances, which weighs each by what its repeats are worth. Ours too are the positive amplitude
/// sqrt(2 g2) = softplus, inputs decorrelated before the first layer, a rate that falls as half a cosine, and noise of
/// its own for each solver step of a sample, so that what is learnt are the coefficients of the equation (Ito) and not
/// those of one Euler step as long as the sample.
public struct MomentTwinFitter: Sendable {
  public init() {}

  /// Fits one device; the same data, options and seed give the same twin on every run, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - cancelled: asked every epoch; when true, the best so far is returned and marked, or `cancelled` thrown where
  ///     the drift is not yet known.
  public func fit(
    _ data: MomentData, options: MomentFitOptions = MomentFitOptions(), seed: UInt64,
    progress: (MomentProgress) -> Void = { _ in }, cancelled: () -> Bool = { false }
  ) throws(MomentFitError) -> MomentFit {
    let clock = ContinuousClock()
    let start = clock.now
    let prepared = try PreparedMoments(data, options: options, seed: seed)
    if cancelled() { throw .cancelled }
    var kept: MomentSession?
    for restart in 0..<options.restarts {
      let session = MomentSession(
        prepared, options: options, seed: restart == 0 ? seed : Philox.mix(seed ^ UInt64(restart)))
      try session.fit(progress, cancelled)
      if let best = kept, best.progress.loss <= session.progress.loss { continue }
      kept = session
      if cancelled() { break }
    }
    guard let session = kept else { throw .diverged }
    let seconds = (clock.now - start) / .seconds(1)
    return MomentFit(
      parameters: try Self.twin(session), timeStep: data.timeStep, driveCount: data.driveCount,
      report: MomentFitReport(
        trainingPoints: prepared.training.count, heldOutPoints: prepared.heldOut.count,
        heldOutLoss: session.progress.loss, driftEpochs: session.progress.driftEpochs,
        diffusionEpochs: session.progress.diffusionEpochs, polishEpochs: session.progress.polishEpochs,
        interrupted: cancelled(), seconds: seconds))
  }

  static func twin(_ session: MomentSession) throws(MomentFitError) -> TwinParameters {
    let data = session.data
    func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }
    let units = TwinUnits(
      normalisers: Normalisers(
        driveOffset: floats(data.driveOffset), driveScale: floats(data.driveScale),
        responseOffset: floats(data.stateOffset), responseScale: floats(data.stateScale)),
      low: floats(data.low), high: floats(data.high))
    do throws(TwinFitError) {
      return try TwinExport.twin(session.model, session.parameters.plain.array, units: units, device: 0)
    } catch {
      throw .diverged
    }
  }
}
