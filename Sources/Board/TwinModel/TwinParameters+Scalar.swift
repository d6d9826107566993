extension TwinParameters {
  /// A twin of one drive and one observable with diagonal noise and no auxiliaries. Nil if sizes or numbers are wrong.
  ///
  /// - Parameters:
  ///   - driftScale: normalised units a unit of time for one unit of F.
  ///   - diffusionScale: normalised units a square root of time for one unit of softplus(G).
  ///   - diffusionFloor: the least noise, likewise.
  public init?(
    solver: TwinSolver, driveTaps: Int, responseTaps: Int, timeStep: Float = 1, driveOffset: Float, driveScale: Float,
    responseOffset: Float, responseScale: Float, drift: Perceptron, driftScale: Float, diffusion: Perceptron,
    diffusionScale: Float, diffusionFloor: Float, responseLow: Float, responseHigh: Float
  ) {
    do throws(TwinFault) {
      try self.init(
        solver: solver, timeStep: timeStep, driveTaps: driveTaps, responseTaps: responseTaps,
        driveOffset: [driveOffset], driveScale: [driveScale], responseOffset: [responseOffset],
        responseScale: [responseScale], responseLow: [responseLow], responseHigh: [responseHigh], drift: drift,
        driftScale: [driftScale], noiseShape: .diagonal, noiseSources: 1, noisyRows: [0], diffusion: diffusion,
        diffusionScale: [diffusionScale], diffusionFloor: [diffusionFloor])
    } catch {
      return nil
    }
  }

  /// A copy with some parts replaced; throws what is wrong with the result.
  public func with(
    driveOffset: [Float]? = nil, driveScale: [Float]? = nil, drift: Perceptron? = nil, driftScale: [Float]? = nil,
    rates: [Float]? = nil, coupling: [Float]? = nil, injection: [Float]? = nil, observer: [Float]? = nil,
    diffusion: Perceptron? = nil, diffusionScale: [Float]? = nil, diffusionFloor: [Float]? = nil,
    residualScale: [Float]? = nil
  ) throws(TwinFault) -> TwinParameters {
    try TwinParameters(
      solver: solver, substeps: substeps, timeStep: timeStep, driveTaps: driveTaps, responseTaps: responseTaps,
      driveOffset: driveOffset ?? self.driveOffset, driveScale: driveScale ?? self.driveScale,
      responseOffset: responseOffset, responseScale: responseScale, responseLow: responseLow,
      responseHigh: responseHigh, drift: drift ?? self.drift, driftScale: driftScale ?? self.driftScale,
      rates: rates ?? self.rates, coupling: coupling ?? self.coupling, injection: injection ?? self.injection,
      observer: observer ?? self.observer, noiseShape: noiseShape, noiseSources: noiseSources, noisyRows: noisyRows,
      diffusion: diffusion ?? self.diffusion, diffusionScale: diffusionScale ?? self.diffusionScale,
      diffusionFloor: diffusionFloor ?? self.diffusionFloor, residualScale: residualScale ?? self.residualScale)
  }
}
