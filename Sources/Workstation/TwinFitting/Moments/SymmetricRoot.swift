/// Eigenvalues and square root of a small symmetric matrix, by Jacobi's rotations.
package struct SymmetricRoot: Sendable {
  /// In no order.
  package let eigenvalues: [Double]
  /// [size, size]: the symmetric root; of negative eigenvalues that of zero.
  package let root: [Double]

  /// - Parameter matrix: [size, size], symmetric.
  package init(_ matrix: [Double], size: Int) {
    var a = matrix
    var v = [Double](repeating: 0, count: size * size)
    for i in 0..<size { v[i * size + i] = 1 }
    let total = matrix.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<60 {
      var off = 0.0
      for i in 0..<size { for j in 0..<i { off += a[i * size + j] * a[i * size + j] } }
      // Also ends where the numbers are not finite.
      if !(off > 1e-30 * total) { break }
      for p in 0..<size {
        for q in (p + 1)..<max(size, p + 1) where a[p * size + q] != 0 {
          Self.rotate(&a, &v, p, q, size)
        }
      }
    }
    var root = [Double](repeating: 0, count: size * size)
    for k in 0..<size {
      let value = max(0, a[k * size + k]).squareRoot()
      if value == 0 { continue }
      for i in 0..<size { for j in 0..<size { root[i * size + j] += v[i * size + k] * value * v[j * size + k] } }
    }
    eigenvalues = (0..<size).map { a[$0 * size + $0] }
    self.root = root
  }

  // Makes a[p, q] zero.
  private static func rotate(_ a: inout [Double], _ v: inout [Double], _ p: Int, _ q: Int, _ size: Int) {
    let theta = (a[q * size + q] - a[p * size + p]) / (2 * a[p * size + q])
    let t = (theta >= 0 ? 1.0 : -1.0) / (theta.magnitude + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<size {
      let x = a[k * size + p]
      let y = a[k * size + q]
      a[k * size + p] = c * x - s * y
      a[k * size + q] = s * x + c * y
    }
    for k in 0..<size {
      let x = a[p * size + k]
      let y = a[q * size + k]
      a[p * size + k] = c * x - s * y
      a[q * size + k] = s * x + c * y
      let left = v[k * size + p]
      let right = v[k * size + q]
      v[k * size + p] = c * left - s * right
      v[k * size + q] = s * left + c * right
    }
  }
}
