import Drivers
import HardwareInterface
import Testing

/// The integer arithmetic of the clock generator.
@Suite struct Si5351ADivisionTests {
  /// What eight registers divide by, as a fraction of 128 p3, and the power of two after it.
  private func value(_ division: Si5351ADivision) -> Double {
    if division.byFour { return 4 }
    return (Double(division.p1) + 512 + Double(division.p2) / Double(division.p3)) / 128
  }

  @Test func wholeAndFractional() throws {
    let whole = try #require(Si5351ADivision(dividing: 900, by: 10))
    #expect(whole.p1 == 11008 && whole.p2 == 0 && whole.p3 == 1)
    // 128 + 4/7: 128 * 4 / 7 = 73 and 1/7.
    let part = try #require(Si5351ADivision(dividing: 900, by: 7))
    #expect(part.p1 == 15945 && part.p2 == 1 && part.p3 == 7)
    // An irreducible fraction with too large a denominator: rounded to 1 / 1048575.
    let rounded = try #require(Si5351ADivision(dividing: 900_000_000_001, by: 9_999_900_001))
    #expect(rounded.p3 == 1_048_575 && abs(value(rounded) - 900_000_000_001.0 / 9_999_900_001.0) < 0.6 / 1_048_575)
    for (dividend, divisor) in [(UInt64(7), UInt64(1)), (2049, 1), (4097, 2), (1, 0), (.max, 1), (.max, .max)] {
      #expect(Si5351ADivision(dividing: dividend, by: divisor) == nil, "\(dividend) / \(divisor)")
    }
    #expect(Si5351ADivision(dividing: 2048, by: 1) != nil && Si5351ADivision(dividing: 8, by: 1) != nil)
  }

  @Test func registersOfADivision() throws {
    var division = try #require(Si5351ADivision(dividing: 900, by: 7, outputPower: 3))
    division.p1 = 0x2_ABCD
    division.p2 = 0x9_1234
    division.p3 = 0xF_5678
    var bytes = [UInt8](repeating: 0, count: 9)
    let count = bytes.withUnsafeMutableBytes { division.encode(first: 42, into: $0) }
    #expect(count == 9 && bytes == [42, 0x56, 0x78, 0x32, 0xAB, 0xCD, 0xF9, 0x12, 0x34])
    let four = Si5351ADivision(shortByFour: true)
    _ = bytes.withUnsafeMutableBytes { four.encode(first: 42, into: $0) }
    #expect(bytes == [42, 0x00, 0x01, 0x0C, 0x00, 0x00, 0x00, 0x00, 0x00])
  }

  /// Every frequency of a sweep is right to a part in ten million, and its numbers fit their registers.
  @Test func sweeps() throws {
    for seed in UInt64(1)...300 {
      var generator = SplitMix64(state: seed)
      let crystal: UInt32 = generator.next() % 2 == 0 ? 25_000_000 : 27_000_000
      let low = 2_600_000 + generator.next() % 10_000_000_000
      let high = low + generator.next() % 60_000_000_000
      guard let sweep = Si5351ASweep(crystalHertz: crystal, low: low, high: high) else {
        // Too far apart for one setting of the PLL, 256 * 128 times 8.
        #expect(high > 70_000_000_000 || low < 3_600_000, "seed \(seed)")
        continue
      }
      #expect(sweep.pll >= 600_000_000_000 && sweep.pll <= 900_000_000_000, "seed \(seed)")
      #expect(sweep.frequency(code: 0) == low && sweep.frequency(code: .max) == high, "seed \(seed)")
      for code in [0, UInt16.max, UInt16(truncatingIfNeeded: generator.next())] {
        let wanted = Double(sweep.frequency(code: code))
        let division = try #require(sweep.division(code: code), "seed \(seed)")
        let made = Double(sweep.pll) / value(division) / Double(UInt32(1) << UInt32(division.outputPower))
        #expect(abs(made - wanted) <= wanted * 1e-7 + 1, "seed \(seed): \(made) for \(wanted)")
        #expect(division.p1 < 1 << 18 && division.p2 < division.p3 && division.p3 < 1 << 20, "seed \(seed)")
        if sweep.outputPower != 0xFF { #expect(division.outputPower == sweep.outputPower, "seed \(seed)") }
      }
    }
  }

  @Test func sweepsThatCannotBe() {
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: 2_499_999, high: 5_000_000) == nil)
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: 2_500_000, high: 2_500_000) != nil)
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: 1_000_000_000, high: 112_500_000_000) != nil)
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: 1_000_000_000, high: 112_500_000_001) == nil)
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: 2_500_000, high: 100_000_000_000) == nil)
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: 2_000_000_000, high: 1_000_000_000) == nil)
    #expect(Si5351ASweep(crystalHertz: 5_000_000, low: 1_000_000_000, high: 2_000_000_000) == nil)
    #expect(Si5351ASweep(crystalHertz: 25_000_000, low: .max, high: .max) == nil)
  }

  /// A frequency of its own: a whole even division of a PLL within its limits.
  @Test func plans() throws {
    for seed in UInt64(1)...300 {
      var generator = SplitMix64(state: seed)
      let span = generator.next() % 3 == 0 ? 1_000_000_000 : 160_000_000_000 - UInt64(2_500_000)
      let wanted = 2_500_000 + generator.next() % (span + 1)
      let plan = try #require(Si5351A.plan(crystalHertz: 25_000_000, millihertz: wanted), "seed \(seed)")
      let pll = 25e9 * value(plan.feedback)
      #expect(pll >= 599.9e9 && pll <= 900.1e9, "seed \(seed): \(wanted) \(pll)")
      let whole = value(plan.division)
      #expect(whole.truncatingRemainder(dividingBy: 2) == 0, "seed \(seed): \(wanted) by \(whole)")
      let made = pll / whole / Double(UInt32(1) << UInt32(plan.division.outputPower))
      #expect(abs(made - Double(wanted)) <= Double(wanted) * 1e-7, "seed \(seed): \(made) for \(wanted)")
      // Above 150 MHz by four, from 112.5 MHz by six.
      if wanted > 150_000_000_000 { #expect(plan.division.byFour) }
    }
    #expect(Si5351A.plan(crystalHertz: 25_000_000, millihertz: 2_499_999) == nil)
    #expect(Si5351A.plan(crystalHertz: 25_000_000, millihertz: 160_000_000_001) == nil)
  }
}

/// SplitMix64, for test inputs.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
