/// Normal equations of a weighted least-squares fit with a small ridge.
struct RidgeSystem {
  let size: Int
  /// Lower triangle used, row-major `[size][size]`.
  var gram: [Double]
  var moment: [Double]

  init(size: Int) {
    self.size = size
    gram = [Double](repeating: 0, count: size * size)
    moment = [Double](repeating: 0, count: size)
  }

  mutating func add(_ row: UnsafeBufferPointer<Double>, target: Double, weight: Double) {
    gram.withUnsafeMutableBufferPointer { gram in
      for i in 0..<size {
        let value = weight * row[i]
        moment[i] += value * target
        for j in 0...i { gram[i * size + j] += value * row[j] }
      }
    }
  }

  mutating func add(_ other: RidgeSystem) {
    for index in gram.indices { gram[index] += other.gram[index] }
    for index in moment.indices { moment[index] += other.moment[index] }
  }

  /// Lower Cholesky factor of the Gram matrix, its diagonal raised by `ridge` of its mean.
  func factor(ridge: Double) -> [Double] {
    var factor = gram
    let trace = (0..<size).reduce(0) { $0 + gram[$1 * size + $1] }
    let raise = max(ridge * trace / Double(max(1, size)), 1e-12)
    for i in 0..<size {
      for j in 0...i {
        var sum = gram[i * size + j] + (i == j ? raise : 0)
        for k in 0..<j { sum -= factor[i * size + k] * factor[j * size + k] }
        factor[i * size + j] = i == j ? max(sum, raise * 1e-3).squareRoot() : sum / factor[j * size + j]
      }
    }
    return factor
  }

  /// Solves L y = b.
  static func forward(_ factor: [Double], _ b: [Double]) -> [Double] {
    let size = b.count
    var y = b
    for i in 0..<size {
      for k in 0..<i { y[i] -= factor[i * size + k] * y[k] }
      y[i] /= factor[i * size + i]
    }
    return y
  }

  /// Coefficients for another right-hand side with the same factor.
  static func solve(_ factor: [Double], _ b: [Double]) -> [Double] {
    let size = b.count
    var x = forward(factor, b)
    for i in stride(from: size - 1, through: 0, by: -1) {
      for k in (i + 1)..<max(i + 1, size) { x[i] -= factor[k * size + i] * x[k] }
      x[i] /= factor[i * size + i]
    }
    return x
  }

  /// v^T G v.
  func energy(_ v: [Double]) -> Double {
    gram.withUnsafeBufferPointer { gram in
      v.withUnsafeBufferPointer { v in
        var sum = 0.0
        for i in 0..<size {
          var row = 0.0
          for j in 0..<i { row += v[j] * gram[i * size + j] }
          sum += v[i] * (2 * row + v[i] * gram[i * size + i])
        }
        return sum
      }
    }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
