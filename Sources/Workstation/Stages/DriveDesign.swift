import Numerics
import PhysicalNetwork

/// How devices are driven to learn what they do: one long trace that visits what a network may ask of them, and a few
/// short inputs repeated many times, which show the noise.
///
/// The long trace is a mix of stretches: levels held for random times, a fresh level every step, slowly wandering drives,
/// and levels held long, half of them at either end of the range, where bistable devices change sides.
public struct DriveDesign: Equatable, Sendable {
  /// Steps of the long trace.
  public var longSteps = 12_000
  /// Longest time a level is held in the stretches of held levels, steps.
  public var longestHold = 8
  /// Different repeated inputs, how often each, and how long.
  public var repeatedInputs = 6
  public var repeats = 24
  public var repeatedSteps = 60
  /// Steps at the safe drive before each input.
  public var settleSteps = 20

  public init() {}

  /// The blocks of a characterising run; each drive channel has levels of its own.
  public func blocks(for board: BoardDescription, seed: UInt64) -> [DriveBlock] {
    var blocks = [
      DriveBlock(
        settleSteps: UInt32(settleSteps), repeats: 1, steps: UInt32(longSteps),
        codes: codes(board, steps: longSteps, seed: seed, block: 0))
    ]
    for input in 0..<repeatedInputs {
      blocks.append(
        DriveBlock(
          settleSteps: UInt32(settleSteps), repeats: UInt32(repeats), steps: UInt32(repeatedSteps),
          codes: codes(board, steps: repeatedSteps, seed: seed, block: input + 1)))
    }
    return blocks
  }

  private func codes(_ board: BoardDescription, steps: Int, seed: UInt64, block: Int) -> [UInt16] {
    let width = board.drives.count
    var codes = [UInt16](repeating: 0, count: steps * width)
    for channel in 0..<width {
      var random = RandomStream(seed: seed, stream: UInt32(block * 4096 + channel))
      let drives = block == 0 ? mixed(steps, &random) : held(steps, &random)
      for step in 0..<steps { codes[step * width + channel] = board.drives[channel].code(of: drives[step]) }
    }
    return codes
  }

  /// Random levels, each held for 1 to `longestHold` steps.
  private func held(_ steps: Int, _ random: inout RandomStream) -> [Float] {
    var drives: [Float] = []
    while drives.count < steps {
      let hold = 1 + Int(random.below(UInt32(max(longestHold, 1))))
      let level = Float(random.uniform(in: -1...1))
      for _ in 0..<min(hold, steps - drives.count) { drives.append(level) }
    }
    return drives
  }

  /// Stretches of four kinds in random order.
  private func mixed(_ steps: Int, _ random: inout RandomStream) -> [Float] {
    var drives: [Float] = []
    while drives.count < steps {
      switch random.below(4) {
      case 0: drives += held(80, &random)
      case 1: for _ in 0..<60 { drives.append(Float(random.uniform(in: -1...1))) }
      case 2: drives += wandering(60, &random)
      default:
        let end: Float = random.below(2) == 0 ? -1 : 1
        let level = random.below(2) == 0 ? end : Float(random.uniform(in: -1...1))
        for _ in 0..<24 { drives.append(level) }
      }
    }
    return Array(drives.prefix(steps))
  }

  /// A first-order autoregression of its own correlation, clipped to the range.
  private func wandering(_ steps: Int, _ random: inout RandomStream) -> [Float] {
    let memory = random.uniform(in: 0.3...0.95)
    let kick = 0.6 * (1 - memory * memory).squareRoot()
    var value = random.uniform(in: -1...1)
    return (0..<steps).map { _ in
      value = memory * value + kick * random.normal()
      return Float(min(max(value, -1), 1))
    }
  }
}
