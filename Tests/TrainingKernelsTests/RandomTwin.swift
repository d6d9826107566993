import Numerics
import Testing
import TrainingKernels
import TwinModel

/// Twins with random shapes and weights, for tests.
enum RandomTwin {
  struct Kind: Sendable {
    var solver = TwinSolver.eulerMaruyama
    var substeps = 1
    var noise = NoiseShape.diagonal
    var constantNoise = false
    /// Of one drive and one observable, as networks take them.
    var single = false
  }

  static func make(_ kind: Kind, seed: UInt64) throws -> TwinParameters {
    var random = RandomStream(seed: seed, stream: 21)
    func uniform(_ count: Int, _ range: ClosedRange<Double>) -> [Float] {
      (0..<count).map { _ in Float(random.uniform(in: range)) }
    }
    func below(_ bound: Int) -> Int { Int(random.below(UInt32(bound))) }
    let observables = kind.single ? 1 : 1 + below(3)
    let drives = kind.single ? 1 : 1 + below(2)
    let (driveTaps, responseTaps, auxiliaries) = (1 + below(4), 1 + below(4), below(3))
    let taps = drives * driveTaps + observables * responseTaps
    func net(_ inputs: Int, _ widths: [Int], _ outputs: Int, _ activation: Activation) throws -> Perceptron {
      let weights = ModelCase.weights(inputs, widths + [outputs], &random).map { Float($0) }
      return try #require(
        Perceptron(inputs: inputs, widths: widths, outputs: outputs, activation: activation, weights: weights))
    }
    let all = observables + auxiliaries
    var rows = kind.noise == .none ? [] : (0..<all).filter { _ in below(3) > 0 }
    if rows.isEmpty, kind.noise != .none { rows = [below(all)] }
    let sources = kind.noise == .none ? 0 : kind.noise == .diagonal ? rows.count : 1 + below(3)
    let outputs = kind.noise == .full ? rows.count * sources : rows.count
    let widths = (0..<below(3)).map { _ in 3 + below(18) }
    let drift = try net(taps, widths, observables, Activation.allCases[below(3)])
    var diffusion: Perceptron?
    if kind.noise != .none {
      let hidden = kind.constantNoise ? [] : [[], [7], [18, 3]][below(3)]
      diffusion = try net(kind.constantNoise ? 0 : taps, hidden, outputs, Activation.allCases[below(3)])
    }
    return try TwinParameters(
      solver: kind.solver, substeps: kind.substeps, timeStep: 0.75, driveTaps: driveTaps, responseTaps: responseTaps,
      driveOffset: uniform(drives, -0.2...0.2), driveScale: uniform(drives, 0.8...1.8),
      responseOffset: uniform(observables, -0.1...0.1), responseScale: uniform(observables, 0.9...1.9),
      responseLow: uniform(observables, -1 ... -0.7), responseHigh: uniform(observables, 0.7...1), drift: drift,
      driftScale: uniform(observables, 0.1...0.3), rates: uniform(auxiliaries, 0.05...0.9),
      coupling: uniform(observables * auxiliaries, -0.3...0.3),
      injection: uniform(observables * auxiliaries, -0.5...0.5),
      observer: uniform(observables * auxiliaries, -0.5...0.5), noiseShape: kind.noise, noiseSources: sources,
      noisyRows: rows.map { UInt8($0) }, diffusion: diffusion, diffusionScale: uniform(rows.count, 0.05...0.15),
      diffusionFloor: kind.noise == .full ? [] : uniform(rows.count, 0...0.03))
  }
}
