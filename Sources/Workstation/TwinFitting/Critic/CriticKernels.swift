/// A matrix of weights seen through strides, so that one product serves W and its transpose.
struct CriticWeights<R: CriticReal> {
  let pointer: UnsafePointer<R>
  let rows: Int
  let inner: Int
  let rowStride: Int
  let innerStride: Int
}

/// Products of small weights with matrices whose columns are windows; `columns` is always a multiple of 8.
///
/// Sums are taken in a fixed order, so a result depends on its inputs alone.
enum CriticKernels {
  /// y = W x + bias, W [rows][inner], x [inner][columns], y [rows][columns].
  @inline(__always)
  static func multiply<R: CriticReal>(
    _ w: CriticWeights<R>, bias: UnsafePointer<R>?, _ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, columns: Int
  ) {
    var column = 0
    while column < columns {
      var row = 0
      while row + 4 <= w.rows {
        multiplyFour(w, row, bias, x + column, y + (row * columns + column), columns)
        row += 4
      }
      while row < w.rows {
        var sum = R.zeroLanes
        var weight = w.pointer + row * w.rowStride
        var source = x + column
        for _ in 0..<w.inner {
          sum = R.add(sum, weight.pointee, R.load(source))
          weight += w.innerStride
          source += columns
        }
        R.store(R.add(sum, bias.map { $0[row] } ?? 0), y + (row * columns + column))
        row += 1
      }
      column += 8
    }
  }

  @inline(__always)
  private static func multiplyFour<R: CriticReal>(
    _ w: CriticWeights<R>, _ row: Int, _ bias: UnsafePointer<R>?, _ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>,
    _ columns: Int
  ) {
    var (a, b, c, d) = (R.zeroLanes, R.zeroLanes, R.zeroLanes, R.zeroLanes)
    let stride = w.rowStride
    var weight = w.pointer + row * stride
    var source = x
    for _ in 0..<w.inner {
      let lanes = R.load(source)
      a = R.add(a, weight[0], lanes)
      b = R.add(b, weight[stride], lanes)
      c = R.add(c, weight[2 * stride], lanes)
      d = R.add(d, weight[3 * stride], lanes)
      weight += w.innerStride
      source += columns
    }
    if let bias {
      a = R.add(a, bias[row])
      b = R.add(b, bias[row + 1])
      c = R.add(c, bias[row + 2])
      d = R.add(d, bias[row + 3])
    }
    R.store(a, y)
    R.store(b, y + columns)
    R.store(c, y + 2 * columns)
    R.store(d, y + 3 * columns)
  }

  /// gradient[row][k] += sum over columns of d[row] x[k]; d [rows][columns], x [inner][columns], `gradient` rows
  /// `stride` apart.
  @inline(__always)
  static func addOuter<R: CriticReal>(
    _ d: UnsafePointer<R>, rows: Int, _ x: UnsafePointer<R>, inner: Int, columns: Int,
    to gradient: UnsafeMutablePointer<R>, stride: Int
  ) {
    var row = 0
    while row + 2 <= rows {
      let (d0, d1) = (d + row * columns, d + (row + 1) * columns)
      let (g0, g1) = (gradient + row * stride, gradient + (row + 1) * stride)
      var k = 0
      while k + 2 <= inner {
        let (x0, x1) = (x + k * columns, x + (k + 1) * columns)
        var (a, b, c, e) = (R.zeroLanes, R.zeroLanes, R.zeroLanes, R.zeroLanes)
        var column = 0
        while column < columns {
          let (u, v) = (R.load(d0 + column), R.load(d1 + column))
          let (p, q) = (R.load(x0 + column), R.load(x1 + column))
          a = R.add(a, u, p)
          b = R.add(b, u, q)
          c = R.add(c, v, p)
          e = R.add(e, v, q)
          column += 8
        }
        g0[k] += R.total(a)
        g0[k + 1] += R.total(b)
        g1[k] += R.total(c)
        g1[k + 1] += R.total(e)
        k += 2
      }
      if k < inner {
        g0[k] += dot(d0, x + k * columns, columns)
        g1[k] += dot(d1, x + k * columns, columns)
      }
      row += 2
    }
    if row < rows {
      for k in 0..<inner { gradient[row * stride + k] += dot(d + row * columns, x + k * columns, columns) }
    }
  }

  @inline(__always)
  private static func dot<R: CriticReal>(_ a: UnsafePointer<R>, _ b: UnsafePointer<R>, _ columns: Int) -> R {
    var sum = R.zeroLanes
    var column = 0
    while column < columns {
      sum = R.add(sum, R.load(a + column), R.load(b + column))
      column += 8
    }
    return R.total(sum)
  }

  /// sums[row] += the sum of row `row` of d [rows][columns].
  @inline(__always)
  static func addRowSums<R: CriticReal>(
    _ d: UnsafePointer<R>, rows: Int, columns: Int, to sums: UnsafeMutablePointer<R>
  ) {
    for row in 0..<rows {
      var sum = R.zeroLanes
      var column = 0
      while column < columns {
        sum = R.add(sum, 1, R.load(d + (row * columns + column)))
        column += 8
      }
      sums[row] += R.total(sum)
    }
  }
}
