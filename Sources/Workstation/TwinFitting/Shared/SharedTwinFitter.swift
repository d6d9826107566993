import Numerics
import TrainingKernels
import TwinModel

/// Fits one twin to many devices of a kind, and a new device's few numbers to a short recording.
public struct SharedTwinFitter: Sendable {
  /// Most numbers a device.
  public static let mostNumbers = 16

  public var options: TwinFitOptions
  /// Numbers a device.
  public var embedding: Int
  public var epochs: Int

  /// - Throws: `badOption`; the likelihood of a shared twin is the closed one, so Euler-Maruyama without substeps and
  ///   diagonal noise are required.
  public init(
    embedding: Int = 3, epochs: Int = 60, options: TwinFitOptions = TwinFitOptions()
  ) throws(TwinFitError) {
    guard (1...Self.mostNumbers).contains(embedding) else { throw .badOption("embedding") }
    guard (1...100_000).contains(epochs) else { throw .badOption("epochs") }
    guard options.hasExactLikelihood else { throw .badOption("solver") }
    guard options.fitter == .likelihood else { throw .badOption("fitter") }
    self.options = options
    self.embedding = embedding
    self.epochs = epochs
  }

  /// The shared twin of `traces`, two devices or more; deterministic by seed.
  ///
  /// - Parameters:
  ///   - structure: nil for the one the first device's recording prefers.
  ///   - leftOut: takes each trace that cannot make a twin, and the others are fitted; nil: the first such trace is thrown.
  /// - Throws: `badOption("traces")` where fewer than two are left or they differ in their numbers of drives or responses;
  ///   `cancelled` where `cancelled` came true, as a shared twin that is not done is of no use to any device.
  public func fit(
    _ traces: [DeviceTrace], seed: UInt64, structure wanted: TwinStructure? = nil,
    leftOut: ((Int, TwinFitError) -> Void)? = nil, progress: (Int, Double) -> Void = { _, _ in },
    cancelled: () -> Bool = { false }
  ) throws(TwinFitError) -> SharedTwin {
    guard let first = traces.first, traces.count >= 2 else { throw .badOption("traces") }
    guard traces.allSatisfy({ $0.driveCount == first.driveCount && $0.responseCount == first.responseCount }) else {
      throw .badOption("traces")
    }
    try options.check(drives: first.driveCount, observables: first.responseCount)
    var own: [PreparedTrace] = []
    for (device, trace) in traces.enumerated() {
      if cancelled() { throw .cancelled }
      do throws(TwinFitError) {
        own.append(try TwinFitter().prepare(trace, options: options, seed: seed, device: device))
      } catch {
        guard let leftOut else { throw error }
        leftOut(device, error)
      }
    }
    guard own.count >= 2 else { throw .badOption("traces") }
    let structure: TwinStructure
    if let wanted {
      structure = wanted
    } else {
      structure = try StructureSearch(options, seed: seed).choose(
        own[0], progress: { _, _, _ in }, cancelled: cancelled
      ).0
    }
    let common = Self.average(own)
    let fixed = Self.fixed(options, to: structure)
    var prepared: [PreparedTrace] = []
    for device in own.map(\.device) {
      prepared.append(
        try TwinFitter().prepare(traces[device], options: fixed, seed: seed, device: device, normalisers: common))
    }
    let session = SharedSession(
      prepared, structure: structure, embedding: embedding, options: fixed, normalisers: common, seed: seed)
    try session.train(epochs: epochs, progress: progress, cancelled: cancelled)
    if cancelled() { throw .cancelled }
    return session.result()
  }

  /// Finds the numbers of a device from a recording too short for a twin of its own: the shared nets stay, and the numbers
  /// are drawn to those of the devices known as strongly as those agree with each other.
  ///
  /// - Returns: the device's numbers, its twin, and its mean negative log-likelihood a sample on what was held out.
  public func adapt(
    _ shared: SharedTwin, to trace: DeviceTrace, seed: UInt64, device: Int = 0
  ) throws(TwinFitError) -> (numbers: [Float], twin: TwinParameters, likelihood: Double) {
    let own = options(for: shared)
    try Self.check(shared, trace)
    try own.check(drives: trace.driveCount, observables: trace.responseCount)
    let prepared = try TwinFitter().prepare(
      trace, options: own, seed: seed, device: device, normalisers: shared.units.normalisers)
    let session = SharedSession(shared, prepared, options: own, seed: seed)
    let numbers = try session.adapt(prior: shared.embeddings)
    return (numbers, try shared.twin(numbers), session.likelihood(0))
  }

  /// The twin of a device with these numbers, judged on its recording as every other: on repeats and stretches that taught
  /// it nothing, where `seed` is that of the shared fit or of `adapt`.
  ///
  /// - Parameter choices: said of the twin in its report.
  public func fit(
    _ shared: SharedTwin, numbers: [Float], to trace: DeviceTrace, seed: UInt64, device: Int = 0,
    choices: [String] = []
  ) throws(TwinFitError) -> TwinFit {
    let start = ContinuousClock.now
    let own = options(for: shared)
    try Self.check(shared, trace)
    try own.check(drives: trace.driveCount, observables: trace.responseCount)
    let prepared = try TwinFitter().prepare(trace, options: own, seed: seed, device: device)
    let session = FitSession(
      prepared, structure: shared.structure, options: own, seed: TwinFitter.seed(seed, device: device))
    guard session.adopt(try shared.twin(numbers)) else { throw .diverged(device: device) }
    let length = session.judgedSteps
    session.progress.likelihood = session.likelihood(
      WindowTile(session.model, steps: length), TraceSplit.starts(prepared.split.heldOut, horizon: length))
    (session.progress.likelihoodEpochs, session.progress.bestLikelihoodEpoch) = (shared.epochs, shared.bestEpoch)
    return try SessionJudge(session: session).fit(
      limits: own.limits, structure: [], choices: choices, interrupted: false, since: start)
  }

  private static func check(_ shared: SharedTwin, _ trace: DeviceTrace) throws(TwinFitError) {
    guard trace.driveCount == shared.drives, trace.responseCount == shared.observables else {
      throw .badOption("trace")
    }
  }

  /// What the shared twin is made of, and the rest as asked for.
  private func options(for shared: SharedTwin) -> TwinFitOptions {
    let shape = shared.shape
    var own = Self.fixed(options, to: shared.structure)
    (own.driftWidths, own.diffusionWidths, own.activation) = (
      shape.driftWidths, shape.diffusionWidths, shape.activation
    )
    own.noiseOn = shape.quietObservables.isEmpty ? nil : shape.noisyRows
    own.embedding = shared.embedding
    return own
  }

  /// One structure, so that every use of a recording cuts it alike.
  private static func fixed(_ options: TwinFitOptions, to structure: TwinStructure) -> TwinFitOptions {
    var fixed = options
    fixed.driveDelays = structure.driveDelays
    fixed.responseDelays = structure.responseDelays
    fixed.auxiliaries = structure.auxiliaries
    return fixed
  }

  private static func average(_ traces: [PreparedTrace]) -> Normalisers {
    func mean(_ of: (Normalisers) -> [Float]) -> [Float] {
      var sum = of(traces[0].normalisers).map { _ in Float(0) }
      for trace in traces { for (index, value) in of(trace.normalisers).enumerated() { sum[index] += value } }
      return sum.map { $0 / Float(traces.count) }
    }
    return Normalisers(
      driveOffset: mean(\.driveOffset), driveScale: mean(\.driveScale), responseOffset: mean(\.responseOffset),
      responseScale: mean(\.responseScale))
  }
}
