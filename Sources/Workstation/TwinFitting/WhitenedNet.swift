import Numerics
import TrainingKernels
import TwinModel

/// A perceptron's weights as the optimiser sees them: the first layer acts on decorrelated inputs of unit size, which
/// makes strongly correlated delays learnable. The kernels get the plain weights.
///
/// With z' = A (z - m): W z + b = W' z' + b', so W = W' A and b = b' - W m.
struct WhitenedNet {
  let inputs: Int
  let widths: [Int]
  let inner: AlignedBuffer
  private let gradient: AlignedBuffer
  private let whitener: Whitener
  private var optimiser: Adam

  init(widths: [Int], whitener: Whitener, outputBias: Float, random: inout RandomStream) {
    inputs = whitener.size
    self.widths = widths
    self.whitener = whitener
    let count = Perceptron.weightCount(inputs: inputs, widths: widths)
    inner = AlignedBuffer(floats: count)
    gradient = AlignedBuffer(floats: count)
    optimiser = Adam(count: count)
    var below = inputs
    var offset = 0
    for width in widths {
      let size = 1 / Double(below).squareRoot()
      for index in 0..<(width * below) { inner[offset + index] = Float(random.normal() * size) }
      for index in 0..<width { inner[offset + width * below + index] = Float(random.normal() * 0.3) }
      offset += width * (below + 1)
      below = width
    }
    for index in 0..<below { inner[offset + index] = Float(random.normal() * 0.1 / Double(below).squareRoot()) }
    inner[offset + below] = outputBias
  }

  /// Starts from plain weights over unwhitened inputs.
  mutating func adopt(_ weights: [Float]) {
    let width = widths[0]
    inner.floats.update(from: weights, count: weights.count)
    for unit in 0..<width {
      var bias = Double(weights[width * inputs + unit])
      for tap in 0..<inputs { bias += Double(weights[unit * inputs + tap]) * whitener.mean[tap] }
      inner[width * inputs + unit] = Float(bias)
      for column in 0..<inputs {
        var sum = 0.0
        for tap in column..<inputs {
          sum += Double(weights[unit * inputs + tap]) * whitener.lower[tap * inputs + column]
        }
        inner[unit * inputs + column] = Float(sum)
      }
    }
  }

  /// Writes the plain weights.
  func expand(into weights: AlignedBuffer) {
    let width = widths[0]
    weights.floats.update(from: inner.floats, count: inner.count)
    for unit in 0..<width {
      var bias = Double(inner[width * inputs + unit])
      for tap in 0..<inputs {
        var sum = 0.0
        for row in tap..<inputs {
          sum += Double(inner[unit * inputs + row]) * whitener.inverse[row * inputs + tap]
        }
        weights[unit * inputs + tap] = Float(sum)
        bias -= sum * whitener.mean[tap]
      }
      weights[width * inputs + unit] = Float(bias)
    }
  }

  /// One optimiser step from the gradient with respect to the plain weights; longer gradients are cut to `limit`.
  mutating func step(_ plain: AlignedBuffer, scale: Float, rate: Float, limit: Float) {
    let width = widths[0]
    var square = 0.0
    for index in 0..<gradient.count { gradient[index] = plain[index] * scale }
    for unit in 0..<width {
      let sum = Double(gradient[width * inputs + unit])
      for row in 0..<inputs {
        var total = 0.0
        for tap in 0...row {
          total +=
            (Double(plain[unit * inputs + tap]) * Double(scale) - sum * whitener.mean[tap])
            * whitener.inverse[row * inputs + tap]
        }
        gradient[unit * inputs + row] = Float(total)
      }
    }
    for index in 0..<gradient.count { square += Double(gradient[index]) * Double(gradient[index]) }
    guard square.isFinite else { return }
    let length = Float(square.squareRoot())
    if length > limit {
      for index in 0..<gradient.count { gradient[index] *= limit / length }
    }
    optimiser.step(inner.floats, gradient: gradient.floats, rate: rate)
  }
}

/// Mean and Cholesky factor L of the inputs' covariance (with a ridge); A = L^-1, row-major.
struct Whitener: Sendable {
  let size: Int
  let mean: [Double]
  let lower: [Double]
  let inverse: [Double]

  /// - Parameter rows: samples of `size` inputs, one after another.
  init(rows: [Float], size: Int, ridge: Double) {
    let count = max(1, rows.count / size)
    var mean = [Double](repeating: 0, count: size)
    var square = [Double](repeating: 0, count: size * size)
    for row in 0..<(rows.count / size) {
      for i in 0..<size { mean[i] += Double(rows[row * size + i]) }
    }
    for i in 0..<size { mean[i] /= Double(count) }
    for row in 0..<(rows.count / size) {
      for i in 0..<size {
        let a = Double(rows[row * size + i]) - mean[i]
        for j in 0...i { square[i * size + j] += a * (Double(rows[row * size + j]) - mean[j]) }
      }
    }
    var lower = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0...i {
        var sum = square[i * size + j] / Double(count) + (i == j ? ridge : 0)
        for k in 0..<j { sum -= lower[i * size + k] * lower[j * size + k] }
        lower[i * size + j] = i == j ? max(sum, ridge * 0.5).squareRoot() : sum / lower[j * size + j]
      }
    }
    var inverse = [Double](repeating: 0, count: size * size)
    for j in 0..<size {
      inverse[j * size + j] = 1 / lower[j * size + j]
      for i in (j + 1)..<max(size, j + 1) {
        var sum = 0.0
        for k in j..<i { sum -= lower[i * size + k] * inverse[k * size + j] }
        inverse[i * size + j] = sum / lower[i * size + i]
      }
    }
    self.size = size
    self.mean = mean
    self.lower = lower
    self.inverse = inverse
  }
}
