import Numerics
import PhysicalNetwork

/// How devices are driven to learn what they do: one long trace of random levels, held for random times, and a few short
/// inputs repeated many times, which show the noise.
public struct DriveDesign: Equatable, Sendable {
  /// Steps of the long trace.
  public var longSteps = 12_000
  /// Longest time a level is held, steps.
  public var longestHold = 6
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
      var step = 0
      while step < steps {
        let hold = 1 + Int(random.below(UInt32(max(longestHold, 1))))
        let code = board.drives[channel].code(of: Float(random.uniform(in: -1...1)))
        for held in step..<min(step + hold, steps) { codes[held * width + channel] = code }
        step += hold
      }
    }
    return codes
  }
}
