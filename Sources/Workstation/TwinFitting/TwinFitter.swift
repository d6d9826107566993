import Numerics
import TrainingKernels
import TwinModel

/// Fits digital twins to recorded traces.
public struct TwinFitter: Sendable {
  public init() {}

  /// Fits one device; the same trace, options and seed give the same twin on every run.
  ///
  /// - Parameters:
  ///   - previous: an earlier twin of the device to start from, used if its shape agrees.
  ///   - device: the index errors and progress name.
  public func fit(
    _ trace: DeviceTrace, options: TwinFitOptions = TwinFitOptions(), seed: UInt64, previous: TwinParameters? = nil,
    device: Int = 0, progress: (FitProgress) -> Void = { _ in }, cancelled: () -> Bool = { false }
  ) throws(TwinFitError) -> TwinFit {
    try options.check()
    let clock = ContinuousClock()
    let start = clock.now
    let own = Philox.mix(seed &+ UInt64(truncatingIfNeeded: device) &* 0x9E37_79B9_7F4A_7C15)
    let prepared = try PreparedTrace(trace, device: device, options: options, seed: own)
    var session = FitSession(prepared, options: options, seed: own, previous: previous)
    try session.fitDrift(progress: progress, cancelled: cancelled)
    try session.fitDiffusion(progress: progress, cancelled: cancelled)
    guard let parameters = session.parameters() else { throw .diverged(device: device) }
    session.twin.setRange(
      low: (prepared.low - prepared.responseOffset) * prepared.responseScale,
      high: (prepared.high - prepared.responseOffset) * prepared.responseScale)
    var report = Self.judge(session, options: options, seed: own)
    report.seconds = (clock.now - start) / .seconds(1)
    progress(FitProgress(device: device, phase: .done, epoch: 0, epochs: 0, loss: report.oneStepError))
    return TwinFit(parameters: parameters, report: report)
  }

  /// Fits every trace, devices side by side; one result a trace, whatever happens to the others.
  ///
  /// - Parameters:
  ///   - previous: earlier twins, by trace index; may be shorter than `traces`.
  ///   - progress: called from several threads.
  public func fitAll(
    _ traces: [DeviceTrace], options: TwinFitOptions = TwinFitOptions(), seed: UInt64,
    previous: [TwinParameters?] = [], progress: @Sendable (FitProgress) -> Void = { _ in },
    cancelled: @Sendable () -> Bool = { false }
  ) -> [Result<TwinFit, TwinFitError>] {
    let results = Slots<Result<TwinFit, TwinFitError>>(count: traces.count)
    WorkerPool(threads: options.threads).run(traces.count) { device, _ in
      do throws(TwinFitError) {
        let fit = try fit(
          traces[device], options: options, seed: seed,
          previous: device < previous.count ? previous[device] : nil, device: device, progress: progress,
          cancelled: cancelled)
        results[device] = .success(fit)
      } catch {
        results[device] = .failure(error)
      }
    }
    return (0..<traces.count).map { results[$0] ?? .failure(.cancelled) }
  }

  private static func judge(_ session: FitSession, options: TwinFitOptions, seed: UInt64) -> TwinFitReport {
    let trace = session.trace
    let starts = TraceSplit.starts(trace.split.heldOut, horizon: options.horizon)
    var square = 0.0
    var still = 0.0
    var sum = 0.0
    var sumSquare = 0.0
    var count = 0.0
    session.residuals(starts) { error, standardised, target in
      square += Double(error) * Double(error)
      let change = Double(trace.responses[target] - trace.responses[target - 1])
      still += change * change
      sum += Double(standardised)
      sumSquare += Double(standardised) * Double(standardised)
      count += 1
    }
    count = max(1, count)
    let mean = sum / count
    let free = FreeRun(trace: trace, twin: session.twin, copies: options.freeRuns, seed: seed).report()
    return TwinFitReport(
      trainingSamples: trace.split.training.reduce(0) { $0 + $1.count },
      heldOutSamples: trace.split.heldOut.reduce(0) { $0 + $1.count }, saturatedFraction: trace.saturated,
      responseDeviation: 1 / Double(trace.responseScale), oneStepError: (square / count).squareRoot(),
      persistenceError: (still / count).squareRoot(), residualMean: mean,
      residualDeviation: max(0, sumSquare / count - mean * mean).squareRoot(), freeRun: free,
      driftEpochs: session.driftEpochs, bestDriftEpoch: session.bestDriftEpoch,
      diffusionEpochs: session.diffusionEpochs, bestDiffusionEpoch: session.bestDiffusionEpoch, seconds: 0)
  }
}
