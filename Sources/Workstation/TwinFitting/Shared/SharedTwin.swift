import TrainingKernels
import TwinModel

/// One drift and one diffusion for many devices of a kind, told apart by a few numbers each. A device's numbers stand
/// behind z as constant inputs, so its own twin is the shared one with other biases.
public struct SharedTwin: Sendable {
  public let structure: TwinStructure
  /// [device][embedding] of the devices it was fitted to.
  public let embeddings: [[Float]]
  /// Mean held-out negative log-likelihood a sample, of each device.
  public let likelihoods: [Double]
  /// Passes of the fit, and the best of them.
  public let epochs: Int
  public let bestEpoch: Int
  let shape: TwinShape
  let units: TwinUnits
  let driftGain: [Float]
  let noiseGain: [Float]
  let noiseFloor: [Float]
  /// In the kernels' order.
  let parameters: [Float]

  /// Numbers a device.
  public var embedding: Int { shape.context }
  public var drives: Int { shape.drives }
  public var observables: Int { shape.observables }

  /// The twin of a device with these numbers.
  ///
  /// - Throws: `badOption` if there are not `embedding` finite numbers.
  public func twin(_ numbers: [Float]) throws(TwinFitError) -> TwinParameters {
    guard numbers.count == embedding, numbers.allSatisfy({ $0.isFinite }) else { throw .badOption("embedding") }
    let layout = ContextLayout(shape)
    layout.plain.setDriftGain(driftGain)
    layout.plain.setNoise(gain: noiseGain, floor: noiseFloor)
    return try TwinExport.twin(layout.plain, layout.folded(parameters, numbers), units: units, device: 0)
  }

  /// How the numbers enter the first layers of drift and diffusion: what one of each adds to a unit's bias,
  /// [units][embedding]; empty for a constant diffusion.
  public var columns: (drift: [Float], diffusion: [Float]) {
    let all = ContextLayout(shape).columns(parameters)
    return (all[0], all[1])
  }

  /// From its parts, as `twin` with zeros and `columns` give them.
  ///
  /// - Throws: `badOption` where sizes do not agree, a number is not finite, or the twin is of a kind that cannot be
  ///   shared.
  public init(
    base: TwinParameters, drift: [Float], diffusion: [Float], embeddings: [[Float]], likelihoods: [Double],
    epochs: Int = 0, bestEpoch: Int = 0
  ) throws(TwinFitError) {
    let width = embeddings.first?.count ?? 0
    var shape = TwinShape(base)
    shape.context = width
    let layout = ContextLayout(shape)
    let numbers = embeddings.joined()
    guard (1...SharedTwinFitter.mostNumbers).contains(width), embeddings.allSatisfy({ $0.count == width }),
      likelihoods.count == embeddings.count, [drift.count, diffusion.count] == layout.columnCounts,
      (drift + diffusion + Array(numbers)).allSatisfy({ $0.isFinite })
    else { throw .badOption("embedding") }
    guard base.solver == .eulerMaruyama, base.substeps == 1, base.timeStep == 1, base.noiseShape == .diagonal,
      let noise = base.diffusion, shape.auxiliaries % max(1, shape.observables) == 0
    else { throw .badOption("solver") }
    structure = TwinStructure(
      driveDelays: base.driveTaps - 1, responseDelays: base.responseTaps - 1,
      auxiliaries: shape.auxiliaries / max(1, shape.observables))
    let plain =
      base.drift.weights + noise.weights + base.coupling + base.rates.map { rawRate(decay: $0) } + base.injection
    guard plain.count == layout.plain.parameterCount else { throw .badOption("embedding") }
    parameters = layout.joined(plain, [drift, diffusion])
    units = TwinUnits(
      normalisers: Normalisers(
        driveOffset: base.driveOffset, driveScale: base.driveScale, responseOffset: base.responseOffset,
        responseScale: base.responseScale),
      low: base.responseLow, high: base.responseHigh)
    (driftGain, noiseGain, noiseFloor) = (base.driftScale, base.diffusionScale, base.diffusionFloor)
    self.shape = shape
    self.embeddings = embeddings
    self.likelihoods = likelihoods
    (self.epochs, self.bestEpoch) = (epochs, bestEpoch)
  }

  init(
    _ model: KernelModel, _ parameters: [Float], structure: TwinStructure, units: TwinUnits, embeddings: [[Float]],
    likelihoods: [Double], epochs: Int, bestEpoch: Int
  ) {
    self.structure = structure
    self.embeddings = embeddings
    self.likelihoods = likelihoods
    (self.epochs, self.bestEpoch) = (epochs, bestEpoch)
    shape = model.shape
    self.units = units
    driftGain = model.driftGains
    noiseGain = model.noiseGains
    noiseFloor = model.noiseFloors
    self.parameters = parameters
  }
}
