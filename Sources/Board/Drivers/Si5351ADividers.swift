/// A division a + b/c of the Si5351A, as its registers hold it. Integers throughout; frequencies are in millihertz.
///
/// Source: Silicon Labs, AN619, rev. 0.6, sections 3 and 4.
public struct Si5351ADivision: Equatable, Sendable {
  /// 128 a + floor(128 b / c) - 512; 18 bits.
  public var p1: UInt32
  /// 128 b mod c; 20 bits.
  public var p2: UInt32
  /// c; 20 bits.
  public var p3: UInt32
  /// Divides by four, whatever the other numbers: for outputs above 150 MHz.
  public var byFour: Bool
  /// The output is divided by two to this power after that; 0 to 7.
  public var outputPower: UInt8

  /// The largest c.
  public static let largestDenominator: UInt64 = 1_048_575

  /// `dividend` / `divisor` to the nearest fraction with the largest denominator, or exactly where a smaller one does.
  ///
  /// Nil when the divisor is 0 or the result does not lie in 8...2048.
  @inlinable
  public init?(dividing dividend: UInt64, by divisor: UInt64, outputPower: UInt8 = 0) {
    guard divisor > 0, divisor <= 1 << 43, outputPower < 8 else { return nil }
    var whole = dividend / divisor
    let rest = dividend % divisor
    var b: UInt64 = 0
    var c: UInt64 = 1
    if rest > 0 {
      let common = Self.commonDivisor(rest, divisor)
      c = divisor / common
      b = rest / common
      if c > Self.largestDenominator {
        c = Self.largestDenominator
        b = (rest * c + divisor / 2) / divisor
        if b == c {
          whole += 1
          b = 0
        }
        if b == 0 { c = 1 }
      }
    }
    guard whole >= 8, whole < 2048 || (whole == 2048 && b == 0) else { return nil }
    let fraction = 128 * b / c
    p1 = UInt32(truncatingIfNeeded: 128 * whole + fraction - 512)
    p2 = UInt32(truncatingIfNeeded: 128 * b - c * fraction)
    p3 = UInt32(truncatingIfNeeded: c)
    byFour = false
    self.outputPower = outputPower
  }

  /// By 4 or 6, the two below 8 there are.
  @inlinable
  public init(shortByFour byFour: Bool) {
    p1 = byFour ? 0 : 256
    p2 = 0
    p3 = 1
    self.byFour = byFour
    outputPower = 0
  }

  /// Euclid's algorithm.
  @inlinable
  static func commonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var large = b
    var small = a
    while small > 0 { (large, small) = (small, large % small) }
    return large
  }

  /// The eight registers of a division from the one at `first` on, that number before them: 9 bytes, or 0 when `buffer` is
  /// too short.
  @inlinable
  public func encode(first: UInt8, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard buffer.count >= 9 else { return 0 }
    buffer[0] = first
    buffer[1] = UInt8(truncatingIfNeeded: p3 >> 8)
    buffer[2] = UInt8(truncatingIfNeeded: p3)
    buffer[3] = outputPower << 4 | (byFour ? 0x0C : 0) | UInt8(truncatingIfNeeded: p1 >> 16) & 0x03
    buffer[4] = UInt8(truncatingIfNeeded: p1 >> 8)
    buffer[5] = UInt8(truncatingIfNeeded: p1)
    buffer[6] = UInt8(truncatingIfNeeded: p3 >> 12) & 0xF0 | UInt8(truncatingIfNeeded: p2 >> 16) & 0x0F
    buffer[7] = UInt8(truncatingIfNeeded: p2 >> 8)
    buffer[8] = UInt8(truncatingIfNeeded: p2)
    return 9
  }
}

/// How an output goes from one frequency to another with its PLL left alone, so without a gap or a glitch.
///
/// The PLL runs at a whole multiple of the crystal from 600 to 900 MHz; the output's own division follows the code. Where
/// the highest frequency is at most 256 times the lowest the output divider behind it stays as well.
public struct Si5351ASweep: Equatable, Sendable {
  /// The PLL over the crystal.
  public let multiple: UInt8
  /// Millihertz.
  public let pll: UInt64
  /// Millihertz at code 0.
  public let low: UInt64
  /// Millihertz at code 65535.
  public let high: UInt64
  /// Two to this power is the output divider; 0xFF when it depends on the frequency.
  public let outputPower: UInt8

  /// Nil when no setting of the PLL reaches both ends: below 2.5 kHz, above 112.5 MHz, or too far apart.
  public init?(crystalHertz: UInt32, low: UInt64, high: UInt64) {
    guard crystalHertz >= 10_000_000, crystalHertz <= 40_000_000, low >= 2_500_000, low <= high else { return nil }
    let crystal = UInt64(crystalHertz) * 1000
    var multiple = 900_000_000_000 / crystal
    while multiple * crystal >= 600_000_000_000 {
      let pll = multiple * crystal
      if high <= pll / 8, low >= (pll + (2048 << 7) - 1) / (2048 << 7) {
        let power = Self.power(pll, low)
        self.multiple = UInt8(truncatingIfNeeded: multiple)
        self.pll = pll
        self.low = low
        self.high = high
        outputPower = high << UInt64(power) <= pll / 8 ? power : 0xFF
        return
      }
      multiple -= 1
    }
    return nil
  }

  /// The smallest power of two that brings `frequency` into reach of the division by at most 2048.
  @inlinable
  static func power(_ pll: UInt64, _ frequency: UInt64) -> UInt8 {
    var power: UInt8 = 0
    while power < 7, (frequency << UInt64(power)) < (pll + 2047) / 2048 { power += 1 }
    return power
  }

  /// The frequency of a code, millihertz.
  @inlinable
  public func frequency(code: UInt16) -> UInt64 { low + ((high - low) * UInt64(code) + 32_767) / 65_535 }

  /// The division that makes a code's frequency.
  @inlinable
  public func division(code: UInt16) -> Si5351ADivision? {
    let wanted = frequency(code: code)
    let power = outputPower == 0xFF ? Self.power(pll, wanted) : outputPower
    return Si5351ADivision(dividing: pll, by: wanted << UInt64(power), outputPower: power)
  }
}
