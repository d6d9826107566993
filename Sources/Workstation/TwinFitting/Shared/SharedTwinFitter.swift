import Numerics
import TrainingKernels
import TwinModel

/// Fits one twin to many devices of a kind, and a new device's few numbers to a short recording.
public struct SharedTwinFitter: Sendable {
  public var options: TwinFitOptions
  /// Numbers a device.
  public var embedding: Int
  public var epochs: Int

  /// - Throws: `badOption`; the likelihood of a shared twin is the closed one, so Euler-Maruyama without substeps and
  ///   diagonal noise are required.
  public init(
    embedding: Int = 3, epochs: Int = 60, options: TwinFitOptions = TwinFitOptions()
  ) throws(TwinFitError) {
    guard (1...16).contains(embedding) else { throw .badOption("embedding") }
    guard (1...100_000).contains(epochs) else { throw .badOption("epochs") }
    guard options.hasExactLikelihood else { throw .badOption("solver") }
    self.options = options
    self.embedding = embedding
    self.epochs = epochs
  }

  /// The shared twin of `traces`, two devices or more; deterministic by seed.
  ///
  /// - Parameter structure: nil for the one the first device's recording prefers.
  public func fit(
    _ traces: [DeviceTrace], seed: UInt64, structure wanted: TwinStructure? = nil,
    progress: (Int, Double) -> Void = { _, _ in }, cancelled: () -> Bool = { false }
  ) throws(TwinFitError) -> SharedTwin {
    guard let first = traces.first, traces.count >= 2 else { throw .badOption("traces") }
    guard traces.allSatisfy({ $0.driveCount == first.driveCount && $0.responseCount == first.responseCount }) else {
      throw .badOption("traces")
    }
    try options.check(drives: first.driveCount, observables: first.responseCount)
    var own: [PreparedTrace] = []
    for (device, trace) in traces.enumerated() {
      own.append(try TwinFitter().prepare(trace, options: options, seed: seed, device: device))
    }
    let structure: TwinStructure
    if let wanted {
      structure = wanted
    } else {
      structure = try StructureSearch(options, seed: seed).choose(
        own[0], progress: { _, _, _ in }, cancelled: cancelled
      ).0
    }
    let common = Self.average(own)
    var prepared: [PreparedTrace] = []
    for (device, trace) in traces.enumerated() {
      prepared.append(
        try TwinFitter().prepare(trace, options: options, seed: seed, device: device, normalisers: common))
    }
    let session = SharedSession(
      prepared, structure: structure, embedding: embedding, options: options, normalisers: common, seed: seed)
    try session.train(epochs: epochs, progress: progress, cancelled: cancelled)
    return session.result()
  }

  /// Finds the numbers of a device from a recording too short for a twin of its own: the shared nets stay, and the numbers
  /// are drawn to those of the devices known as strongly as those agree with each other.
  ///
  /// - Returns: the device's numbers, its twin, and its mean negative log-likelihood a sample on what was held out.
  public func adapt(
    _ shared: SharedTwin, to trace: DeviceTrace, seed: UInt64
  ) throws(TwinFitError) -> (numbers: [Float], twin: TwinParameters, likelihood: Double) {
    guard trace.driveCount == shared.shape.drives, trace.responseCount == shared.shape.observables else {
      throw .badOption("trace")
    }
    let prepared = try TwinFitter().prepare(
      trace, options: shared.options, seed: seed, device: 0, normalisers: shared.normalisers)
    let session = SharedSession(shared, prepared, seed: seed)
    let numbers = try session.adapt(prior: shared.embeddings)
    return (numbers, try shared.twin(numbers), session.likelihood(0))
  }

  private static func average(_ traces: [PreparedTrace]) -> Normalisers {
    func mean(_ of: (PreparedTrace) -> [Float]) -> [Float] {
      var sum = of(traces[0]).map { _ in Float(0) }
      for trace in traces { for (index, value) in of(trace).enumerated() { sum[index] += value } }
      return sum.map { $0 / Float(traces.count) }
    }
    return Normalisers(
      driveOffset: mean(\.driveOffset), driveScale: mean(\.driveScale), responseOffset: mean(\.responseOffset),
      responseScale: mean(\.responseScale))
  }
}
