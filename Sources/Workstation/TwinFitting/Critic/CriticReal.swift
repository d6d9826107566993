import Numerics

/// The arithmetic the critic is made of. `Float` trains; `Double` is the same source for checks of its gradients.
public protocol CriticReal: BinaryFloatingPoint, Sendable {
  /// Eight values side by side.
  associatedtype Lanes
  static var zeroLanes: Lanes { get }
  static func load(_ pointer: UnsafePointer<Self>) -> Lanes
  static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Self>)
  /// sum + weight x lanes.
  static func add(_ sum: Lanes, _ weight: Self, _ lanes: Lanes) -> Lanes
  /// sum + a x b.
  static func add(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes
  /// lanes + value.
  static func add(_ lanes: Lanes, _ value: Self) -> Lanes
  /// Sum of the eight values.
  static func total(_ lanes: Lanes) -> Self
  /// e^x without a branch, saturating far out; not a number stays so.
  static func exponential(_ x: Self) -> Self
}

extension Float: CriticReal {
  public typealias Lanes = SIMD8<Float>
  public static var zeroLanes: SIMD8<Float> { SIMD8(repeating: 0) }

  @inline(__always)
  public static func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  public static func store(_ lanes: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: SIMD8<Float>.self)
  }

  @inline(__always)
  public static func add(_ sum: SIMD8<Float>, _ weight: Float, _ lanes: SIMD8<Float>) -> SIMD8<Float> {
    sum + SIMD8(repeating: weight) * lanes
  }

  @inline(__always)
  public static func add(_ sum: SIMD8<Float>, _ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { sum + a * b }

  @inline(__always)
  public static func add(_ lanes: SIMD8<Float>, _ value: Float) -> SIMD8<Float> { lanes + SIMD8(repeating: value) }

  @inline(__always)
  public static func total(_ lanes: SIMD8<Float>) -> Float {
    let half = lanes.lowHalf + lanes.highHalf
    return (half[0] + half[2]) + (half[1] + half[3])
  }

  // Maths.exp(Float) converts to an integer, which is a trap that keeps a loop scalar; the bits of the rounding
  // constant's sum hold the same integer.
  @inline(__always)
  public static func exponential(_ x: Float) -> Float {
    let low: Float = x < -87 ? -87 : x
    let clamped: Float = low > 87 ? 87 : low
    let shifted = clamped * 1.442695 + 0x1.8p23
    let n = shifted - 0x1.8p23
    let r = (clamped - n * 0.693359375) + n * 2.12194440e-4
    var p: Float = 1.9875691500e-4
    p = p * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    let y = (p * r * r + r) + 1
    return y * Float(bitPattern: (shifted.bitPattern &+ 127) &<< 23)
  }
}

extension Double: CriticReal {
  public typealias Lanes = SIMD8<Double>
  public static var zeroLanes: SIMD8<Double> { SIMD8(repeating: 0) }

  @inline(__always)
  public static func load(_ pointer: UnsafePointer<Double>) -> SIMD8<Double> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Double>.self)
  }

  @inline(__always)
  public static func store(_ lanes: SIMD8<Double>, _ pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: SIMD8<Double>.self)
  }

  @inline(__always)
  public static func add(_ sum: SIMD8<Double>, _ weight: Double, _ lanes: SIMD8<Double>) -> SIMD8<Double> {
    sum + SIMD8(repeating: weight) * lanes
  }

  @inline(__always)
  public static func add(_ sum: SIMD8<Double>, _ a: SIMD8<Double>, _ b: SIMD8<Double>) -> SIMD8<Double> { sum + a * b }

  @inline(__always)
  public static func add(_ lanes: SIMD8<Double>, _ value: Double) -> SIMD8<Double> { lanes + SIMD8(repeating: value) }

  @inline(__always)
  public static func total(_ lanes: SIMD8<Double>) -> Double {
    let half = lanes.lowHalf + lanes.highHalf
    return (half[0] + half[2]) + (half[1] + half[3])
  }

  public static func exponential(_ x: Double) -> Double { Maths.exp(min(max(x, -700), 700)) }
}
