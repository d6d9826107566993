/// A sequence drawn from one Philox stream: `UInt32`, uniforms, normals and shuffles, replayable from seed and stream.
public struct RandomStream: Sendable {
  private let philox: Philox
  private var counter: UInt64 = 0
  private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var left = 0

  public init(seed: UInt64, stream: UInt32) {
    philox = Philox(seed: seed, stream: stream)
  }

  public mutating func nextWord() -> UInt32 {
    if left == 0 {
      words = philox.block(UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), 0, 0)
      counter &+= 1
      left = 4
    }
    left -= 1
    switch left {
    case 3: return words.0
    case 2: return words.1
    case 1: return words.2
    default: return words.3
    }
  }

  /// Uniform in the open interval (0, 1).
  public mutating func uniform() -> Double { Normal.uniform(nextWord()) }

  /// Uniform in `range`.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Uniform integer below `bound`, which must be positive; without modulo bias (Lemire 2019).
  public mutating func below(_ bound: UInt32) -> UInt32 {
    var product = UInt64(nextWord()) &* UInt64(bound)
    if UInt32(truncatingIfNeeded: product) < bound {
      let threshold = (0 &- bound) % bound
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(nextWord()) &* UInt64(bound)
      }
    }
    return UInt32(truncatingIfNeeded: product >> 32)
  }

  /// Standard normal.
  public mutating func normal() -> Double { Normal.quantile(uniform()) }

  /// Puts `0..<count` in random order (Fisher-Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    var index = count - 1
    while index > 0 {
      order.swapAt(index, Int(below(UInt32(index + 1))))
      index -= 1
    }
    return order
  }
}
