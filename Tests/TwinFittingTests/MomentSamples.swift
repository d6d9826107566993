import Numerics
import TwinFitting

/// Moment data for tests.
enum MomentSamples {
  /// Random but possible moments of any sizes; some points start exactly.
  static func random(_ seed: UInt64, points: Int = 24) -> MomentData {
    var random = RandomStream(seed: seed, stream: 0x40)
    let states = 1 + Int(random.below(3))
    let drives = Int(random.below(3))
    var data = MomentData(stateCount: states, driveCount: drives)
    func covariance(_ size: Double) -> [Double] {
      let factor = (0..<(states * states)).map { _ in size * random.normal() }
      return (0..<(states * states)).map { k in
        (0..<states).reduce(0) { $0 + factor[k / states * states + $1] * factor[k % states * states + $1] }
      }
    }
    for k in 0..<points {
      let mean = (0..<states).map { _ in random.normal() }
      data.append(
        mean: mean, covariance: k % 3 == 0 ? [Double](repeating: 0, count: states * states) : covariance(0.3),
        drive: (0..<drives).map { _ in random.normal() }, nextMean: mean.map { 0.8 * $0 + 0.1 * random.normal() },
        nextCovariance: covariance(0.4), replicates: 10 + Int(random.below(50)))
    }
    return data
  }

  /// Exact moments of x' = -theta (x - s) + sigma xi under a held drive s, over samples of `time`.
  static func ornsteinUhlenbeck(
    theta: Double, sigma: Double, time: Double, points: Int = 200, replicates: Int = 400, seed: UInt64 = 1
  ) -> MomentData {
    var random = RandomStream(seed: seed, stream: 0x41)
    var data = MomentData(stateCount: 1, driveCount: 1, timeStep: time)
    let decay = Maths.exp(-theta * time)
    let variance = sigma * sigma / (2 * theta) * (1 - decay * decay)
    for k in 0..<points {
      let s = random.uniform(in: -1...1)
      let x = random.uniform(in: -1.5...1.5)
      let before = k % 2 == 0 ? 0 : 0.02
      data.append(
        mean: [x], covariance: [before], drive: [s], nextMean: [s + (x - s) * decay],
        nextCovariance: [before * decay * decay + variance], replicates: replicates)
    }
    return data
  }

  /// Small nets and few epochs.
  static func quick() -> MomentFitOptions {
    var options = MomentFitOptions()
    options.driftWidths = [12]
    options.diffusionWidths = [8]
    options.driftEpochs = 60
    options.diffusionEpochs = 30
    options.polishEpochs = 30
    options.rate = 0.01
    options.polishRate = 0.01
    return options
  }
}
