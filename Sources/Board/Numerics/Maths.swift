/// Elementary functions made of additions, multiplications and divisions in a fixed order, so that every machine gets the
/// same bits. The C library's differ between architectures and versions.
public enum Maths {
  // Adding and taking away 1.5 * 2^52 rounds a double to the nearest integer, ties to even.
  @usableFromInline static let roundMagic = 0x1.8p52
  @usableFromInline static let roundMagicFloat: Float = 0x1.8p23

  /// e^x; relative error below 4e-16; 0 below -708, infinity above 709.
  public static func exp(_ x: Double) -> Double {
    guard x > -708 else { return x.isNaN ? x : 0 }
    guard x < 709 else { return .infinity }
    let n = (x * 1.4426950408889634 + roundMagic) - roundMagic
    let r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    var p = 1.6059043836821613e-10  // 1/13!
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 1.984126984126984e-04
    p = p * r + 1.388888888888889e-03
    p = p * r + 8.333333333333333e-03
    p = p * r + 4.1666666666666664e-02
    p = p * r + 1.6666666666666666e-01
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    return p * scale(n)
  }

  /// 2^n for an integral n from -1022 to 1023.
  @inlinable
  static func scale(_ n: Double) -> Double {
    Double(bitPattern: UInt64(Int64(n) &+ 1023) << 52)
  }

  /// Natural logarithm; relative error below 4e-16 for normal positive x; NaN below 0, -infinity at 0.
  public static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x < .infinity else { return x }
    // Subnormals are brought into the normal range first.
    let small = x < 0x1p-1022
    let bits = (small ? x * 0x1p54 : x).bitPattern
    var e = Double(Int64(bits >> 52) &- 1023) - (small ? 54 : 0)
    var m = Double(bitPattern: (bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000)
    if m > 1.4142135623730951 {
      m *= 0.5
      e += 1
    }
    let s = (m - 1) / (m + 1)
    let z = s * s
    var p = 2.0 / 23
    p = p * z + 2.0 / 21
    p = p * z + 2.0 / 19
    p = p * z + 2.0 / 17
    p = p * z + 2.0 / 15
    p = p * z + 2.0 / 13
    p = p * z + 2.0 / 11
    p = p * z + 2.0 / 9
    p = p * z + 2.0 / 7
    p = p * z + 2.0 / 5
    p = p * z + 2.0 / 3
    let tail = s * z * p
    return e * 0.693147180369123816490 + (2 * s + (tail + e * 1.90821492927058770002e-10))
  }

  /// Hyperbolic tangent; relative error below 1e-13.
  public static func tanh(_ x: Double) -> Double {
    if x > 20 { return 1 }
    if x < -20 { return -1 }
    if x < 0.2, x > -0.2 {
      let z = x * x
      var p = -929569.0 / 638512875
      p = p * z + 21844.0 / 6081075
      p = p * z - 1382.0 / 155925
      p = p * z + 62.0 / 2835
      p = p * z - 17.0 / 315
      p = p * z + 2.0 / 15
      p = p * z - 1.0 / 3
      return x + x * z * p
    }
    let e = exp(2 * x)
    return 1 - 2 / (e + 1)
  }

  /// Sine; absolute error below 1e-14 for |x| up to 1e5 (Cody-Waite reduction by pi/2).
  public static func sin(_ x: Double) -> Double { quarter(x, shift: 0) }

  /// Cosine; see `sin`.
  public static func cos(_ x: Double) -> Double { quarter(x, shift: 1) }

  private static func quarter(_ x: Double, shift: Int64) -> Double {
    guard x < 1e9, x > -1e9 else { return .nan }
    let n = (x * 0.6366197723675814 + roundMagic) - roundMagic
    let r = ((x - n * 1.57079632673412561417) - n * 6.07710050630396597660e-11) - n * 2.02226624879595063154e-21
    let z = r * r
    let quadrant = (Int64(n) &+ shift) & 3
    let value: Double
    if quadrant & 1 == 0 {
      var p = -1.0 / 1_307_674_368_000
      p = p * z + 1.0 / 6_227_020_800
      p = p * z - 1.0 / 39_916_800
      p = p * z + 1.0 / 362_880
      p = p * z - 1.0 / 5040
      p = p * z + 1.0 / 120
      p = p * z - 1.0 / 6
      value = r + r * z * p
    } else {
      var p = 1.0 / 20_922_789_888_000
      p = p * z - 1.0 / 87_178_291_200
      p = p * z + 1.0 / 479_001_600
      p = p * z - 1.0 / 3_628_800
      p = p * z + 1.0 / 40_320
      p = p * z - 1.0 / 720
      p = p * z + 1.0 / 24
      p = p * z - 0.5
      value = 1 + z * p
    }
    return quadrant & 2 == 0 ? value : 0 - value
  }

  /// e^x in single precision; relative error below 3e-7; saturates at e^±87.
  @inlinable
  public static func exp(_ x: Float) -> Float {
    let clamped: Float = x > 87 ? 87 : (x < -87 ? -87 : x)
    let n = (clamped * 1.442695 + roundMagicFloat) - roundMagicFloat
    let r = (clamped - n * 0.693359375) + n * 2.12194440e-4
    var p: Float = 1.9875691500e-4
    p = p * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    let y = (p * r * r + r) + 1
    return y * Float(bitPattern: UInt32(truncatingIfNeeded: (Int32(n) &+ 127)) << 23)
  }

  /// Hyperbolic tangent in single precision; absolute error below 2e-7.
  @inlinable
  public static func tanh(_ x: Float) -> Float {
    let clamped: Float = x > 9 ? 9 : (x < -9 ? -9 : x)
    return 1 - 2 / (exp(2 * clamped) + 1)
  }

  /// log(1 + e^x) in single precision; absolute error below 1e-6.
  public static func softplus(_ x: Float) -> Float {
    if x > 20 { return x }
    if x < -20 { return exp(x) }
    return Float(log(1 + Double(exp(x))))
  }
}
