import Numerics
import Testing

@Suite struct PhiloxTests {
  /// The known-answer vectors published with Random123 for philox4x32-10.
  @Test func knownAnswers() {
    let zero = Philox(key0: 0, key1: 0).block(0, 0, 0, 0)
    #expect(zero == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = Philox(key0: .max, key1: .max).block(.max, .max, .max, .max)
    #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    let pi = Philox(key0: 0xA409_3822, key1: 0x299F_31D0).block(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344)
    #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func neighbouringSeedsAndStreamsShareNoKey() {
    var keys: Set<UInt64> = []
    for seed in 0..<64 {
      for stream in 0..<64 {
        let philox = Philox(seed: UInt64(seed), stream: UInt32(stream))
        keys.insert(UInt64(philox.key0) << 32 | UInt64(philox.key1))
      }
    }
    #expect(keys.count == 64 * 64)
  }

  @Test func aStreamIsItsBlocksInOrder() {
    var stream = RandomStream(seed: 5, stream: 9)
    let philox = Philox(seed: 5, stream: 9)
    for counter in UInt32(0)..<3 {
      let block = philox.block(counter, 0, 0, 0)
      let drawn = (stream.nextWord(), stream.nextWord(), stream.nextWord(), stream.nextWord())
      #expect(drawn == block)
    }
  }

  @Test func boundedIntegersAreEven() {
    var stream = RandomStream(seed: 11, stream: 0)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[Int(stream.below(7))] += 1 }
    // Chi-squared with 6 degrees of freedom: above 33 once in a hundred thousand seeds.
    let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(chiSquared < 33, "seed 11")
  }

  @Test func aPermutationHoldsEachNumberOnce() {
    var stream = RandomStream(seed: 3, stream: 1)
    let order = stream.permutation(100)
    #expect(order.sorted() == Array(0..<100))
    #expect(order != Array(0..<100))
    #expect(stream.permutation(0).isEmpty)
  }
}
