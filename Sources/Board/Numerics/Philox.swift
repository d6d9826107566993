/// Philox 4x32-10: a counter-based generator. The same key and counter give the same four words on every machine, in any
/// order, so a run replays bit for bit.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct Philox: Sendable {
  public let key0: UInt32
  public let key1: UInt32

  /// - Parameters:
  ///   - seed: chooses the experiment.
  ///   - stream: chooses an independent sequence within it.
  public init(seed: UInt64, stream: UInt32) {
    // The seed is mixed so that neighbouring seeds share no key, and the stream enters through the second word.
    let mixed = Philox.mix(seed &+ UInt64(stream) &* 0x9E37_79B9_7F4A_7C15)
    key0 = UInt32(truncatingIfNeeded: mixed)
    key1 = UInt32(truncatingIfNeeded: mixed >> 32)
  }

  /// Key given outright.
  public init(key0: UInt32, key1: UInt32) {
    self.key0 = key0
    self.key1 = key1
  }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  @inlinable
  public static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Four random words for a counter of 128 bits.
  @inlinable
  public func block(_ c0: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
    var x0 = c0
    var x1 = c1
    var x2 = c2
    var x3 = c3
    var k0 = key0
    var k1 = key1
    for _ in 0..<10 {
      let p0 = UInt64(x0) &* 0xD251_1F53
      let p1 = UInt64(x2) &* 0xCD9E_8D57
      let y0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ x1 ^ k0
      let y2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ x3 ^ k1
      x1 = UInt32(truncatingIfNeeded: p1)
      x3 = UInt32(truncatingIfNeeded: p0)
      x0 = y0
      x2 = y2
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return (x0, x1, x2, x3)
  }
}
