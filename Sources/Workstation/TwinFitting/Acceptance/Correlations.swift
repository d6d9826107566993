/// Correlations over repeats of the value at one time with that at another, on a grid of times.
enum Correlations {
  typealias Vector = EnsembleRows.Vector

  /// The drawn repeats less their mean over their standard deviation, so that the sum over rows of products of two
  /// columns is the correlation: `[draws][grid.width]`. Times that do not vary are zero.
  static func standardised(
    _ ensemble: EnsembleRows, _ observable: Int, _ draw: EnsembleRows.Draw, grid: TimeGrid, mean: [Vector],
    deviation: [Vector]
  ) -> [Vector] {
    let width = ensemble.width
    let dense = grid.times.count == ensemble.steps
    var rows = [Vector](repeating: .zero, count: draw.indices.count * grid.width)
    let root = Float(max(1, draw.total - 1)).squareRoot()
    var shift = [Vector](repeating: .zero, count: width)
    var inverse = shift
    for column in 0..<width {
      shift[column] = mean[column] - ensemble.centre[observable * width + column]
      let size = deviation[column] * root
      inverse[column] = (1 / size).replacing(with: 0, where: deviation[column] .< 1e-9)
    }
    for (position, row) in draw.indices.enumerated() {
      let source = (observable * ensemble.repeats + row) * width
      let weight = draw.counts[position].squareRoot()
      if dense {
        for column in 0..<width {
          rows[position * grid.width + column] =
            (ensemble.rows[source + column] - shift[column]) * inverse[column] * weight
        }
      } else {
        for (index, time) in grid.times.enumerated() {
          let value = ensemble.rows[source + time / 8][time % 8] - shift[time / 8][time % 8]
          rows[position * grid.width + index / 8][index % 8] = value * inverse[time / 8][time % 8] * weight
        }
      }
    }
    return rows
  }

  /// The upper half, right of the diagonal, of the matrix of correlations: `[grid.times][grid.width]`, zero elsewhere.
  static func matrix(_ rows: [Vector], grid: TimeGrid) -> [Vector] {
    var result = [Vector](repeating: .zero, count: grid.times.count * grid.width)
    each(rows, grid: grid) { time, column, value in result[time * grid.width + column] = value }
    return result
  }

  /// sum w (C - reference)^2 and sum w over pairs t < t', w = weight(t) weight(t').
  static func distance(
    _ rows: [Vector], grid: TimeGrid, reference: [Vector], weight: [Vector]
  ) -> (sum: Double, weights: Double) {
    var sum = 0.0
    var weights = 0.0
    reference.withUnsafeBufferPointer { reference in
      each(rows, grid: grid) { time, column, value in
        let first = weight[time / 8][time % 8]
        var pair = weight[column] * first
        if column == time / 8 { for lane in 0...(time % 8) { pair[lane] = 0 } }
        let difference = value - reference[time * grid.width + column]
        sum += Double((pair * difference * difference).sum())
        weights += Double(pair.sum())
      }
    }
    return (sum, weights)
  }

  /// Values at the grid's times.
  static func gather(_ values: [Vector], _ grid: TimeGrid, steps: Int) -> [Vector] {
    guard grid.times.count < steps else { return values }
    var result = [Vector](repeating: .zero, count: grid.width)
    for (index, time) in grid.times.enumerated() { result[index / 8][index % 8] = values[time / 8][time % 8] }
    return result
  }

  @inline(__always)
  private static func each(_ rows: [Vector], grid: TimeGrid, _ body: (Int, Int, Vector) -> Void) {
    let width = grid.width
    guard width > 0 else { return }
    let count = rows.count / width
    rows.withUnsafeBufferPointer { rows in
      for time in grid.times.indices {
        let own = time / 8
        for column in own..<width {
          var sum = Vector.zero
          for row in 0..<count {
            sum += rows[row * width + column] * rows[row * width + own][time % 8]
          }
          if column == own { for lane in 0...(time % 8) { sum[lane] = 0 } }
          body(time, column, sum)
        }
      }
    }
  }
}
