import Numerics
import Testing
import TwinFitting

@Suite struct MomentTransformTests {
  /// Moments of f over x ~ (mean, covariance) and `sources` standard normals.
  func moments(
    _ mean: [Double], _ covariance: [Double], sources: Int, lambda: Double, outputs: Int,
    _ f: ([Double], [Double]) -> [Double]
  ) -> SigmaPoints.Moments {
    let n = mean.count
    let root = SymmetricRoot(covariance, size: n).root
    let sigma = SigmaPoints(root: root, states: n, sources: sources, lambda: lambda)
    let values = sigma.points.map { point in
      var x = mean
      var w = [Double](repeating: 0, count: sources)
      if point.column >= 0 { for i in 0..<n { x[i] += point.sign * sigma.stretch * root[i * n + point.column] } }
      if point.source >= 0 { w[point.source] = point.sign * sigma.stretch }
      return f(x, w)
    }
    var moments = SigmaPoints.Moments(states: outputs)
    sigma.take(&moments) { values[$0][$1] }
    return moments
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func rootsSquareToTheirMatrix(_ seed: UInt64) {
    var random = RandomStream(seed: seed, stream: 0x51)
    let n = 1 + Int(random.below(8))
    let rank = 1 + Int(random.below(UInt32(n)))
    let factor = (0..<(n * rank)).map { _ in random.normal() }
    let matrix = (0..<(n * n)).map { k in
      (0..<rank).reduce(0.0) { $0 + factor[k / n * rank + $1] * factor[k % n * rank + $1] }
    }
    let made = SymmetricRoot(matrix, size: n)
    let square = (0..<(n * n)).map { k in
      (0..<n).reduce(0.0) { $0 + made.root[k / n * n + $1] * made.root[$1 * n + k % n] }
    }
    let worst = zip(square, matrix).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-10 * (1 + (matrix.map(abs).max() ?? 0)), "seed \(seed)")
    #expect(made.eigenvalues.filter { $0 > 1e-9 }.count == rank, "seed \(seed)")
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func linearMapsAreExact(_ seed: UInt64) {
    var random = RandomStream(seed: seed, stream: 0x52)
    let n = 1 + Int(random.below(4))
    let sources = Int(random.below(4))
    let mean = (0..<n).map { _ in random.normal() }
    let factor = (0..<(n * n)).map { _ in random.normal() }
    let covariance = (0..<(n * n)).map { k in
      seed % 3 == 0 ? 0 : (0..<n).reduce(0.0) { $0 + factor[k / n * n + $1] * factor[k % n * n + $1] }
    }
    let a = (0..<(2 * n)).map { _ in random.normal() }
    let b = (0..<(2 * sources)).map { _ in random.normal() }
    let lambda = [0, 0.7, -0.5][Int(seed % 3)]
    let got = moments(mean, covariance, sources: sources, lambda: lambda, outputs: 2) { x, w in
      (0..<2).map { row in
        (0..<n).reduce(0.3) { $0 + a[row * n + $1] * x[$1] }
          + (0..<sources).reduce(0) { $0 + b[row * sources + $1] * w[$1] }
      }
    }
    for row in 0..<2 {
      let wanted = (0..<n).reduce(0.3) { $0 + a[row * n + $1] * mean[$1] }
      #expect(abs(got.mean[row] - wanted) < 1e-10, "seed \(seed)")
      for column in 0..<2 {
        var sum = (0..<sources).reduce(0.0) { $0 + b[row * sources + $1] * b[column * sources + $1] }
        for i in 0..<n {
          for j in 0..<n { sum += a[row * n + i] * covariance[i * n + j] * a[column * n + j] }
        }
        #expect(abs(got.covariance[row * 2 + column] - sum) < 1e-9 * (1 + abs(sum)), "seed \(seed)")
      }
    }
  }

  @Test func aQuadraticsMeanIsExact() {
    // E x^2 = mean^2 + variance whatever lambda; its variance is 4 mean^2 v + 2 v^2 where n + lambda = 3.
    let got = moments([0.7], [0.4], sources: 0, lambda: 2, outputs: 1) { x, _ in [x[0] * x[0]] }
    #expect(abs(got.mean[0] - (0.49 + 0.4)) < 1e-12)
    #expect(abs(got.covariance[0] - (4 * 0.49 * 0.4 + 2 * 0.16)) < 1e-12)
    let plain = moments([0.7, -1], [0.4, 0.1, 0.1, 0.2], sources: 2, lambda: 0, outputs: 1) { x, w in
      [x[0] * x[1] + w[0] * w[0]]
    }
    #expect(abs(plain.mean[0] - (-0.7 + 0.1 + 1)) < 1e-12)
  }
}
