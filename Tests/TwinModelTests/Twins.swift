import Numerics
import TwinModel

/// Twins with random weights of any shape, for tests.
enum Twins {
  struct Shape {
    var solver = TwinSolver.eulerMaruyama
    var substeps = 1
    var timeStep: Float = 1
    var drives = 1
    var driveTaps = 2
    var observables = 1
    var responseTaps = 3
    var auxiliaries = 0
    var widths = [9, 6]
    var activation = Activation.tanh
    var noise = NoiseShape.diagonal
    var sources = 2
    var rows: [UInt8]?
    var constantNoise = false
  }

  static func net(
    inputs: Int, widths: [Int], outputs: Int, activation: Activation = .tanh, random: inout RandomStream
  ) -> Perceptron? {
    let count = Perceptron.weightCount(inputs: inputs, widths: widths, outputs: outputs)
    let size = 0.8 / Double(max(1, widths.first ?? inputs)).squareRoot()
    let weights = (0..<count).map { _ in Float(size * random.normal()) }
    return Perceptron(inputs: inputs, widths: widths, outputs: outputs, activation: activation, weights: weights)
  }

  static func make(seed: UInt64, _ shape: Shape = Shape()) throws -> TwinParameters {
    var random = RandomStream(seed: seed, stream: 31)
    func values(_ count: Int, _ range: ClosedRange<Double>) -> [Float] {
      (0..<count).map { _ in Float(random.uniform(in: range)) }
    }
    let (nx, na) = (shape.observables, shape.auxiliaries)
    let taps = shape.drives * shape.driveTaps + nx * shape.responseTaps
    guard
      let drift = net(
        inputs: taps, widths: shape.widths, outputs: nx, activation: shape.activation, random: &random)
    else { throw TwinFault.drift }
    let rows = shape.noise == .none ? [] : shape.rows ?? (0..<UInt8(nx)).map { $0 }
    let sources = shape.noise == .none ? 0 : shape.noise == .diagonal ? rows.count : shape.sources
    var diffusion: Perceptron?
    if shape.noise != .none {
      diffusion = net(
        inputs: shape.constantNoise ? 0 : taps, widths: shape.constantNoise ? [] : [5],
        outputs: shape.noise == .full ? rows.count * sources : rows.count, random: &random)
    }
    return try TwinParameters(
      solver: shape.solver, substeps: shape.substeps, timeStep: shape.timeStep, driveTaps: shape.driveTaps,
      responseTaps: shape.responseTaps, driveOffset: values(shape.drives, -0.2...0.2),
      driveScale: values(shape.drives, 1...2), responseOffset: values(nx, -0.2...0.2),
      responseScale: values(nx, 1...2), responseLow: [Float](repeating: -1, count: nx),
      responseHigh: [Float](repeating: 1, count: nx), drift: drift, driftScale: values(nx, 0.1...0.3),
      rates: values(na, 0.2...1), coupling: values(na * nx, -0.1...0.1), injection: values(na * nx, -0.5...0.5),
      observer: values(na * nx, -0.5...0.5), noiseShape: shape.noise, noiseSources: sources, noisyRows: rows,
      diffusion: diffusion, diffusionScale: values(rows.count, 0.05...0.1),
      diffusionFloor: shape.noise == .diagonal ? values(rows.count, 0.005...0.01) : [],
      residualScale: values(nx, 0.5...2))
  }
}
