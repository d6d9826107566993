import Numerics
import TrainingKernels
import TwinModel

/// Between a session's parameters and a twin.
enum TwinExport {
  /// The session's twin, in channel units outside.
  static func twin(_ session: FitSession) throws(TwinFitError) -> TwinParameters {
    try twin(session.model, session.parameters.plain.array, units: session.trace.units, device: session.trace.device)
  }

  /// The twin of a model without context and its plain parameters.
  static func twin(
    _ model: KernelModel, _ plain: [Float], units: TwinUnits, device: Int
  ) throws(TwinFitError) -> TwinParameters {
    let shape = model.shape
    func part(_ range: Range<Int>) -> [Float] { Array(plain[range]) }
    guard plain.count >= model.parameterCount, shape.context == 0,
      let drift = Perceptron(
        inputs: shape.taps, widths: shape.driftWidths, outputs: shape.observables, activation: shape.activation,
        weights: part(model.driftRange)),
      let diffusion = Perceptron(
        inputs: shape.diffusionWidths == nil ? 0 : shape.taps, widths: shape.diffusionWidths ?? [],
        outputs: shape.diffusionOutputs, activation: shape.diffusionActivation ?? shape.activation,
        weights: part(model.diffusionRange))
    else { throw .diverged(device: device) }
    let injection = part(model.injectionRange)
    let normal = units.normalisers
    do throws(TwinFault) {
      return try TwinParameters(
        solver: shape.solver, substeps: shape.substeps, timeStep: 1, driveTaps: shape.driveTaps,
        responseTaps: shape.responseTaps, driveOffset: normal.driveOffset, driveScale: normal.driveScale,
        responseOffset: normal.responseOffset, responseScale: normal.responseScale, responseLow: units.low,
        responseHigh: units.high, drift: drift, driftScale: model.driftGains,
        rates: part(model.ratesRange).map { decay(rawRate: $0) * Float(shape.substeps) },
        coupling: part(model.couplingRange), injection: injection, observer: injection, noiseShape: shape.noise,
        noiseSources: shape.sources, noisyRows: shape.noisyRows.map { UInt8($0) }, diffusion: diffusion,
        diffusionScale: model.noiseGains, diffusionFloor: shape.noise == .diagonal ? model.noiseFloors : [])
    } catch {
      throw .diverged(device: device)
    }
  }

  /// A twin's parameters as `session`'s plain ones, in the session's units, and the unit of its noise; nil if the shapes
  /// differ.
  static func parameters(
    of twin: TwinParameters, for session: FitSession
  ) -> (values: [Float], noise: [Float])? {
    let trace = session.trace
    let model = session.model
    var shape = TwinShape(twin)
    shape.context = model.shape.context
    if twin.noiseShape != .full { shape.fullSources = model.shape.fullSources }
    guard shape == model.shape, twin.timeStep == 1 else { return nil }
    let rescale = zip(trace.normalisers.responseScale, twin.responseScale).map { $0 / $1 }
    var values = [Float](repeating: 0, count: model.parameterCount)
    copy(fold(twin.drift, twin, trace), to: &values, at: 0)
    // The output layer carries the ratio of the output scales.
    scaleOutputs(
      &values, model.driftRange, below: twin.drift.widths.last ?? shape.taps,
      by: (0..<shape.observables).map { twin.driftScale[$0] * rescale[$0] / trace.increment[$0] })
    if let net = twin.diffusion {
      copy(fold(net, twin, trace), to: &values, at: model.diffusionRange.lowerBound)
    }
    for (index, value) in twin.coupling.enumerated() {
      values[model.couplingRange.lowerBound + index] = value * rescale[index / max(1, shape.auxiliaries)]
    }
    for (index, rate) in twin.rates.enumerated() {
      values[model.ratesRange.lowerBound + index] = rawRate(decay: rate / Float(shape.substeps))
    }
    for (index, value) in twin.injection.enumerated() {
      values[model.injectionRange.lowerBound + index] = value / rescale[index % shape.observables]
    }
    guard values.allSatisfy({ $0.isFinite }) else { return nil }
    return (values, zip(twin.diffusionScale, twin.noisyRows).map { $0 * rescale[Int($1)] })
  }

  private static func copy(_ from: [Float], to values: inout [Float], at start: Int) {
    for (index, value) in from.enumerated() { values[start + index] = value }
  }

  // Weights over the twin's normalised z become weights over the trace's.
  private static func fold(_ net: Perceptron, _ twin: TwinParameters, _ trace: PreparedTrace) -> [Float] {
    var weights = net.weights
    guard net.inputs > 0 else { return weights }
    let rows = net.widths.first ?? net.outputs
    let drives = twin.drives * twin.driveTaps
    for unit in 0..<rows {
      var bias = net.weights[rows * net.inputs + unit]
      for tap in 0..<net.inputs {
        let isDrive = tap < drives
        let index = isDrive ? tap % twin.drives : (tap - drives) % twin.observables
        let oldScale = isDrive ? twin.driveScale[index] : twin.responseScale[index]
        let oldOffset = isDrive ? twin.driveOffset[index] : twin.responseOffset[index]
        let newScale = isDrive ? trace.normalisers.driveScale[index] : trace.normalisers.responseScale[index]
        let newOffset = isDrive ? trace.normalisers.driveOffset[index] : trace.normalisers.responseOffset[index]
        let weight = net.weights[unit * net.inputs + tap] * oldScale
        weights[unit * net.inputs + tap] = weight / newScale
        bias += weight * (newOffset - oldOffset)
      }
      weights[rows * net.inputs + unit] = bias
    }
    return weights
  }

  private static func scaleOutputs(_ values: inout [Float], _ range: Range<Int>, below: Int, by factors: [Float]) {
    let outputs = factors.count
    let start = range.upperBound - outputs * (below + 1)
    for (output, factor) in factors.enumerated() {
      for index in 0..<below { values[start + output * below + index] *= factor }
      values[start + outputs * below + output] *= factor
    }
  }
}
