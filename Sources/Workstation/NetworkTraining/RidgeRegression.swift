/// Linear least squares with a penalty on the weights.
public enum RidgeRegression {
  /// The weights [outputs, width] that minimise |A w - y|^2 + n penalty |w|^2, by Cholesky's factorisation of the normal
  /// equations.
  ///
  /// - Parameters:
  ///   - rows: A, [n, width]; its last column is the constant 1, which is not penalised but for its stability.
  ///   - wanted: y, [n, outputs].
  ///   - penalty: of the squared weights, a sample.
  public static func solve(
    _ rows: [Double], _ wanted: [Double], width: Int, outputs: Int, penalty: Double
  ) -> [Double] {
    let count = rows.count / width
    var square = [Double](repeating: 0, count: width * width)
    var right = [Double](repeating: 0, count: outputs * width)
    for row in 0..<count {
      for i in 0..<width {
        let a = rows[row * width + i]
        for j in 0...i { square[i * width + j] += a * rows[row * width + j] }
        for output in 0..<outputs { right[output * width + i] += a * wanted[row * outputs + output] }
      }
    }
    for i in 0..<width { square[i * width + i] += Double(count) * (i == width - 1 ? 1e-9 : max(penalty, 1e-9)) }
    for i in 0..<width {
      for j in 0...i {
        var sum = square[i * width + j]
        for k in 0..<j { sum -= square[i * width + k] * square[j * width + k] }
        square[i * width + j] = i == j ? max(sum, 1e-12).squareRoot() : sum / square[j * width + j]
      }
    }
    for output in 0..<outputs {
      let base = output * width
      for i in 0..<width {
        for k in 0..<i { right[base + i] -= square[i * width + k] * right[base + k] }
        right[base + i] /= square[i * width + i]
      }
      for i in (0..<width).reversed() {
        for k in (i + 1)..<max(width, i + 1) { right[base + i] -= square[k * width + i] * right[base + k] }
        right[base + i] /= square[i * width + i]
      }
    }
    return right
  }
}
