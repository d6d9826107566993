/// Mean and Cholesky factor L of the inputs' covariance (with a ridge); A = L^-1, row-major. Decorrelated inputs of unit
/// size make strongly correlated delays learnable.
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

  /// Writes the plain first layer W = W' A, b = b' - W m of `rows` units from the inner one; `stride` inputs a unit, of
  /// which the first `size` are whitened.
  func expand(_ inner: UnsafePointer<Float>, rows: Int, stride: Int, into plain: UnsafeMutablePointer<Float>) {
    for unit in 0..<rows {
      var bias = Double(inner[rows * stride + unit])
      for tap in 0..<size {
        var sum = 0.0
        for row in tap..<size { sum += Double(inner[unit * stride + row]) * inverse[row * size + tap] }
        plain[unit * stride + tap] = Float(sum)
        bias -= sum * mean[tap]
      }
      plain[rows * stride + unit] = Float(bias)
    }
  }

  /// The inner first layer of a plain one.
  func adopt(_ plain: UnsafePointer<Float>, rows: Int, stride: Int, into inner: UnsafeMutablePointer<Float>) {
    for unit in 0..<rows {
      var bias = Double(plain[rows * stride + unit])
      for tap in 0..<size { bias += Double(plain[unit * stride + tap]) * mean[tap] }
      for column in 0..<size {
        var sum = 0.0
        for tap in column..<size { sum += Double(plain[unit * stride + tap]) * lower[tap * size + column] }
        inner[unit * stride + column] = Float(sum)
      }
      inner[rows * stride + unit] = Float(bias)
    }
  }

  /// The inner first layer's gradient from the plain one's; they may not be the same memory.
  func pull(_ plain: UnsafePointer<Float>, rows: Int, stride: Int, into inner: UnsafeMutablePointer<Float>) {
    for unit in 0..<rows {
      let bias = Double(plain[rows * stride + unit])
      for row in 0..<size {
        var total = 0.0
        for tap in 0...row {
          total += (Double(plain[unit * stride + tap]) - bias * mean[tap]) * inverse[row * size + tap]
        }
        inner[unit * stride + row] = Float(total)
      }
    }
  }
}
