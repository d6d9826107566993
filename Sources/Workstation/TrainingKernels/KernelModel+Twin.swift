import TwinModel

extension KernelModel {
  /// The twin in channel units, its normalisers, time step and scales folded into gains and weights; with its parameters.
  public static func channelUnits(_ twin: TwinParameters) -> (model: KernelModel, parameters: AlignedBuffer) {
    let model = KernelModel(TwinShape(twin))
    let unit = twin.responseScale.map { 1 / $0 }
    let step = twin.timeStep
    let root = step.squareRoot()
    model.setDriftGain(twin.driftScale.indices.map { twin.driftScale[$0] * step * unit[$0] })
    let rows = twin.noisyRows.map { Int($0) < twin.observables ? unit[Int($0)] : 1 }
    model.setNoise(
      gain: rows.indices.map { twin.diffusionScale[$0] * root * rows[$0] },
      floor: rows.indices.map { twin.diffusionFloor[$0] * root * rows[$0] })
    model.setRange((twin.responseLow, twin.responseHigh))
    let buffer = AlignedBuffer(floats: model.parameterCount)
    let scale = tapValues(twin, drives: twin.driveScale, responses: twin.responseScale)
    let offset = tapValues(twin, drives: twin.driveOffset, responses: twin.responseOffset)
    fold(twin.drift, scale: scale, offset: offset, into: buffer.floats)
    if let net = twin.diffusion, twin.noiseShape != .none {
      fold(net, scale: scale, offset: offset, into: buffer.floats + model.diffusionRange.lowerBound)
    }
    let auxiliaries = twin.auxiliaries
    for (index, value) in twin.coupling.enumerated() {
      buffer[model.couplingRange.lowerBound + index] = value * step * unit[index / max(1, auxiliaries)]
    }
    for (index, rate) in twin.rates.enumerated() {
      buffer[model.ratesRange.lowerBound + index] = rawRate(decay: rate * step / Float(twin.substeps))
    }
    for (index, value) in twin.injection.enumerated() {
      buffer[model.injectionRange.lowerBound + index] = value * twin.responseScale[index % twin.observables]
    }
    return (model, buffer)
  }

  /// A value a tap of z, in z's order.
  static func tapValues(_ twin: TwinParameters, drives: [Float], responses: [Float]) -> [Float] {
    var values: [Float] = []
    for _ in 0..<twin.driveTaps { values += drives }
    for _ in 0..<twin.responseTaps { values += responses }
    return values
  }

  /// Weights over z (z - offset) scale become weights over z: w (z - offset) scale + b = (w scale) z + (b - w scale offset).
  static func fold(_ net: Perceptron, scale: [Float], offset: [Float], into weights: UnsafeMutablePointer<Float>) {
    weights.update(from: net.weights, count: net.weights.count)
    let rows = net.widths.first ?? net.outputs
    for unit in 0..<rows {
      var bias = net.weights[rows * net.inputs + unit]
      for tap in 0..<net.inputs {
        let weight = net.weights[unit * net.inputs + tap] * scale[tap]
        weights[unit * net.inputs + tap] = weight
        bias -= weight * offset[tap]
      }
      weights[rows * net.inputs + unit] = bias
    }
  }
}
