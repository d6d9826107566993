import TrainingKernels
import TwinModel

/// One drift and one diffusion for many devices of a kind, told apart by a few numbers each. A device's numbers stand
/// behind z as constant inputs, so its own twin is the shared one with other biases.
public struct SharedTwin: Sendable {
  /// Numbers a device.
  public let embedding: Int
  public let structure: TwinStructure
  /// [device][embedding] of the devices it was fitted to.
  public let embeddings: [[Float]]
  /// Mean held-out negative log-likelihood a sample, of each device.
  public let likelihoods: [Double]
  let options: TwinFitOptions
  let shape: TwinShape
  let normalisers: Normalisers
  let driftGain: [Float]
  let noiseGain: [Float]
  let noiseFloor: [Float]
  let low: [Float]
  let high: [Float]
  /// In the kernels' order.
  let parameters: [Float]

  /// The twin of a device with these numbers.
  ///
  /// - Throws: `badOption` if there are not `embedding` finite numbers.
  public func twin(_ numbers: [Float]) throws(TwinFitError) -> TwinParameters {
    guard numbers.count == embedding, numbers.allSatisfy({ $0.isFinite }) else { throw .badOption("embedding") }
    let model = KernelModel(shape)
    let inputs = shape.taps + embedding
    func folded(_ range: Range<Int>, widths: [Int], outputs: Int, constant: Bool) throws(TwinFitError) -> Perceptron {
      let all = Array(parameters[range])
      if constant {
        guard let net = Perceptron(constant: all) else { throw .diverged(device: 0) }
        return net
      }
      let rows = widths.first ?? outputs
      var weights: [Float] = []
      for unit in 0..<rows { weights += all[(unit * inputs)..<(unit * inputs + shape.taps)] }
      for unit in 0..<rows {
        var bias = all[rows * inputs + unit]
        for (index, number) in numbers.enumerated() { bias += all[unit * inputs + shape.taps + index] * number }
        weights.append(bias)
      }
      weights += all[(rows * (inputs + 1))...]
      guard
        let net = Perceptron(
          inputs: shape.taps, widths: widths, outputs: outputs, activation: shape.activation, weights: weights)
      else { throw .diverged(device: 0) }
      return net
    }
    let drift = try folded(
      model.driftRange, widths: shape.driftWidths, outputs: shape.observables, constant: false)
    let diffusion = try folded(
      model.diffusionRange, widths: shape.diffusionWidths ?? [], outputs: shape.diffusionOutputs,
      constant: shape.diffusionWidths == nil)
    let injection = Array(parameters[model.injectionRange])
    do throws(TwinFault) {
      return try TwinParameters(
        solver: shape.solver, substeps: shape.substeps, driveTaps: shape.driveTaps, responseTaps: shape.responseTaps,
        driveOffset: normalisers.driveOffset, driveScale: normalisers.driveScale,
        responseOffset: normalisers.responseOffset, responseScale: normalisers.responseScale, responseLow: low,
        responseHigh: high, drift: drift, driftScale: driftGain,
        rates: parameters[model.ratesRange].map { decay(rawRate: $0) * Float(shape.substeps) },
        coupling: Array(parameters[model.couplingRange]), injection: injection, observer: injection,
        noiseShape: shape.noise, noiseSources: shape.sources, noisyRows: shape.noisyRows.map { UInt8($0) },
        diffusion: diffusion, diffusionScale: noiseGain, diffusionFloor: noiseFloor)
    } catch {
      throw .diverged(device: 0)
    }
  }
}
