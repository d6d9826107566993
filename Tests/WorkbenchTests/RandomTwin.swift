import Numerics
import Testing
import TwinModel

/// Twins of any shape with random weights.
enum RandomTwin {
  static func net(
    inputs: Int, widths: [Int], outputs: Int, activation: Activation = .tanh, _ random: inout RandomStream
  ) throws -> Perceptron {
    let count = Perceptron.weightCount(inputs: inputs, widths: widths, outputs: outputs)
    return try #require(
      Perceptron(
        inputs: inputs, widths: widths, outputs: outputs, activation: activation,
        weights: (0..<count).map { _ in Float(random.normal()) }))
  }

  static func make(seed: UInt64) throws -> TwinParameters {
    var random = RandomStream(seed: seed, stream: 5)
    func below(_ limit: Int) -> Int { Int(random.below(UInt32(limit))) }
    let (ns, nx, na) = (1 + below(3), 1 + below(4), below(4))
    let (driveTaps, responseTaps) = (1 + below(3), 1 + below(3))
    let taps = ns * driveTaps + nx * responseTaps
    let shape = NoiseShape.allCases[below(3)]
    let rows = shape == .none ? [] : (0..<UInt8(nx + na)).filter { $0 == 0 || below(2) == 0 || $0 > 200 }
    let sources = shape == .none ? 0 : shape == .diagonal ? rows.count : 1 + below(3)
    let constant = below(3) == 0
    let drift = try net(
      inputs: taps, widths: (0..<below(4)).map { _ in 1 + below(9) }, outputs: nx,
      activation: Activation.allCases[below(3)], &random)
    let diffusion =
      shape == .none
      ? nil
      : try net(
        inputs: constant ? 0 : taps, widths: constant ? [] : [1 + below(6)],
        outputs: shape == .full ? rows.count * sources : rows.count, activation: Activation.allCases[below(3)], &random)
    func values(_ count: Int, _ low: Double, _ high: Double) -> [Float] {
      (0..<count).map { _ in Float(random.uniform(in: low...high)) }
    }
    return try TwinParameters(
      solver: TwinSolver.allCases[below(3)], substeps: 1 + below(3), timeStep: Float(random.uniform(in: 0.1...1)),
      driveTaps: driveTaps, responseTaps: responseTaps, driveOffset: values(ns, -1, 1), driveScale: values(ns, 0.5, 2),
      responseOffset: values(nx, -1, 1), responseScale: values(nx, 0.5, 2), responseLow: values(nx, -1, -0.5),
      responseHigh: values(nx, 0.5, 1), drift: drift, driftScale: values(nx, 0.1, 1), rates: values(na, 0, 1),
      coupling: values(na * nx, -1, 1), injection: values(na * nx, -1, 1), observer: values(na * nx, -1, 1),
      noiseShape: shape, noiseSources: sources, noisyRows: rows, diffusion: diffusion,
      diffusionScale: values(rows.count, 0.1, 1),
      diffusionFloor: shape == .diagonal ? values(rows.count, 0, 0.1) : [Float](repeating: 0, count: rows.count),
      residualScale: values(nx, 0.5, 2))
  }
}
