/// Adam (Kingma & Ba 2015) for either precision.
struct CriticAdam<R: CriticReal> {
  let first: CriticRows<R>
  let second: CriticRows<R>
  let beta1: R
  let beta2: R
  let rate: R
  /// beta^steps.
  private var power1: R = 1
  private var power2: R = 1

  init(count: Int, options: CriticOptions) {
    first = CriticRows(1, count)
    second = CriticRows(1, count)
    beta1 = R(options.beta1)
    beta2 = R(options.beta2)
    rate = R(options.rate)
  }

  /// As after `steps` steps, the moments being set by the caller.
  mutating func resume(steps: UInt64) {
    (power1, power2) = (1, 1)
    for _ in 0..<min(steps, 100_000) {
      power1 *= beta1
      power2 *= beta2
    }
  }

  @inline(__always)
  mutating func step(_ parameters: UnsafeMutablePointer<R>, gradient: UnsafePointer<R>) {
    power1 *= beta1
    power2 *= beta2
    let step = rate / (1 - power1)
    let scale = 1 / (1 - power2)
    let (m, v) = (first.pointer, second.pointer)
    for k in 0..<first.count {
      let g = gradient[k]
      m[k] = beta1 * m[k] + (1 - beta1) * g
      v[k] = beta2 * v[k] + (1 - beta2) * g * g
      parameters[k] -= step * m[k] / ((v[k] * scale).squareRoot() + 1e-8)
    }
  }
}
