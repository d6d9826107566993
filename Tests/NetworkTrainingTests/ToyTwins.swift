import Numerics
import NetworkTraining
import TwinModel

/// Twins written down, not fitted: x(t) = x(t-1) + dt (tanh(g s) - x(t-1)) + noise, near enough.
enum ToyTwins {
  static func make(_ count: Int, noise: Float) -> [TwinParameters] {
    (0..<count).compactMap { node in
      var random = RandomStream(seed: 5, stream: UInt32(node))
      // Two hidden units: one sees the drive, one the response, so F is about a tanh(s) - x.
      let gain = Float(1 + 0.3 * random.normal())
      let slow = Float(0.3 + 0.2 * random.uniform())
      let weights: [Float] = [gain, 0, 0, 0.2, 0, 0, slow, -5 * slow, 0]
      let quiet: [Float] = [0.1, 0.1, 0, 0, 0.5413]
      guard let drift = Perceptron(inputs: 2, widths: [2], weights: weights),
        let diffusion = Perceptron(inputs: 2, widths: [1], weights: quiet)
      else { return nil }
      return TwinParameters(
        solver: .eulerMaruyama, driveTaps: 1, responseTaps: 1, timeStep: 1, driveOffset: 0, driveScale: 1,
        responseOffset: 0, responseScale: 1, drift: drift, driftScale: 1, diffusion: diffusion,
        diffusionScale: noise, diffusionFloor: 0, responseLow: -1, responseHigh: 1)
    }
  }

  /// Three classes told apart by how two channels move in time, not by their means alone.
  static func set(_ count: Int, seed: UInt64, spread: Double = 0.3) -> TrainingSet {
    var random = RandomStream(seed: seed, stream: 8)
    var inputs: [[Float]] = []
    var labels: [Int] = []
    for index in 0..<count {
      let label = index % 3
      let frames = 5 + Int(random.below(7))
      var values: [Float] = []
      for frame in 0..<frames {
        let phase = Double(frame) * 0.7
        let a = label == 0 ? Maths.sin(phase) : label == 1 ? Maths.cos(phase) : 0.6
        let b = label == 0 ? Maths.cos(phase) : label == 1 ? Maths.sin(phase) : -0.6
        values += [Float(10 + 3 * (a + spread * random.normal())), Float(-2 + 0.5 * (b + spread * random.normal()))]
      }
      inputs.append(values)
      labels.append(label)
    }
    return TrainingSet(inputs: inputs, channels: 2, labels: labels)
  }

  /// One step ahead of a noiseless oscillation with memory: y(t) = u(t+1).
  static func series(_ frames: Int, seed: UInt64) -> TrainingSet {
    var random = RandomStream(seed: seed, stream: 9)
    let phase = random.uniform(in: 0...6)
    let wave = (0...frames).map { t in
      Float(Maths.sin(phase + 0.5 * Double(t)) + 0.5 * Maths.sin(2 * phase + 0.83 * Double(t)))
    }
    return TrainingSet(
      inputs: [Array(wave.dropLast())], channels: 1, targets: [Array(wave.dropFirst())], targetWidth: 1)
  }
}
