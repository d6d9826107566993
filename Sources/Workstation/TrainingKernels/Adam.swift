import CTrainingKernels
import Numerics

/// Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019).
public struct Adam: Sendable {
  private let first: AlignedBuffer
  private let second: AlignedBuffer
  private var power1 = 1.0
  private var power2 = 1.0
  public let count: Int
  public let beta1: Float
  public let beta2: Float

  public init(count: Int, beta1: Float = 0.9, beta2: Float = 0.999) {
    self.count = count
    self.beta1 = beta1
    self.beta2 = beta2
    first = AlignedBuffer(floats: count)
    second = AlignedBuffer(floats: count)
  }

  /// Moves `parameters` against `gradient`, both of `count` floats.
  public mutating func step(
    _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, rate: Float
  ) {
    advance()
    apply(parameters, gradient: gradient, range: 0..<count, rate: rate, decay: 0)
  }

  /// Starts a step whose parts are then given to `apply`.
  public mutating func advance() {
    power1 *= Double(beta1)
    power2 *= Double(beta2)
  }

  /// The part `range` of the step; `decay` shrinks the parameters by rate x decay.
  public func apply(
    _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, range: Range<Int>, rate: Float,
    decay: Float
  ) {
    tk_adam(
      InstructionSet.best.rawValue, parameters + range.lowerBound, first.floats + range.lowerBound,
      second.floats + range.lowerBound, gradient + range.lowerBound, Int32(range.count), rate, beta1, beta2,
      Float(1 - power1), Float(1 - power2), decay)
  }
}

/// Learning rate over a run: rises linearly over the first steps, then falls as half a cosine to zero.
public func cosineRate(step: Int, of total: Int, warmup: Int, peak: Float) -> Float {
  let rise = warmup > 0 ? min(1, Double(step + 1) / Double(warmup)) : 1
  let phase = min(1, Double(step) / Double(max(1, total)))
  return peak * Float(rise * 0.5 * (1 + Maths.cos(3.141592653589793 * phase)))
}
