import Numerics
import TrainingKernels
import TwinModel

/// Twins with random weights, for tests.
enum RandomTwin {
  static func make(
    seed: UInt64, solver: TwinSolver = .eulerMaruyama, driveTaps: Int = 2, responseTaps: Int = 3,
    driftWidths: [Int] = [9, 6], diffusionWidths: [Int] = [5], low: Float = -1, high: Float = 1
  ) -> TwinParameters? {
    var random = RandomStream(seed: seed, stream: 21)
    func net(_ widths: [Int]) -> Perceptron? {
      let inputs = driveTaps + responseTaps
      let count = Perceptron.weightCount(inputs: inputs, widths: widths)
      let weights = (0..<count).map { _ in Float(0.5 * random.normal()) }
      return Perceptron(inputs: inputs, widths: widths, weights: weights)
    }
    guard let drift = net(driftWidths), let diffusion = net(diffusionWidths) else { return nil }
    return TwinParameters(
      solver: solver, driveTaps: driveTaps, responseTaps: responseTaps, timeStep: 1, driveOffset: 0.1, driveScale: 1.7,
      responseOffset: -0.05, responseScale: 1.9, drift: drift, driftScale: 0.19, diffusion: diffusion,
      diffusionScale: 0.095, diffusionFloor: 0.019, responseLow: low, responseHigh: high)
  }
}
