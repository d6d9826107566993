/// An ensemble laid out for weighted moments: observable by observable, repeat by repeat, times along vectors, each
/// value less the ensemble's mean at its time.
struct EnsembleRows {
  typealias Vector = SIMD8<Float>

  let repeats: Int
  let steps: Int
  let observables: Int
  /// Vectors a row; times past the last are zero.
  let width: Int
  /// `[observables][width]`.
  let centre: [Vector]
  /// `[observables][repeats][width]`.
  let rows: [Vector]

  /// Values that are not finite, or that no reading comes near, count as far away: a twin that runs off fails in
  /// numbers that can still be written down.
  ///
  /// - Parameter steps: how many of the ensemble's steps to take, at most those it has.
  init(_ ensemble: RepeatEnsemble, steps: Int) {
    let (repeats, observables) = (ensemble.repeats, ensemble.observables)
    let steps = max(0, min(steps, ensemble.steps))
    let width = (steps + 7) / 8
    var centre = [Vector](repeating: .zero, count: observables * width)
    var rows = [Vector](repeating: .zero, count: observables * repeats * width)
    let stride = ensemble.steps * observables
    func bounded(_ value: Float) -> Float { value.isFinite ? min(1e6, max(-1e6, value)) : 1e6 }
    for observable in 0..<observables {
      for step in 0..<steps {
        var sum = 0.0
        for row in 0..<repeats {
          sum += Double(bounded(ensemble.values[row * stride + step * observables + observable]))
        }
        let mean = Float(sum / Double(max(1, repeats)))
        centre[observable * width + step / 8][step % 8] = mean
        for row in 0..<repeats {
          rows[(observable * repeats + row) * width + step / 8][step % 8] =
            bounded(ensemble.values[row * stride + step * observables + observable]) - mean
        }
      }
    }
    self.repeats = repeats
    self.steps = steps
    self.observables = observables
    self.width = width
    self.centre = centre
    self.rows = rows
  }

  /// Some of the repeats, each as often as it was drawn.
  struct Draw {
    var indices: [Int]
    var counts: [Float]
    /// Sum of the counts.
    var total: Int

    init(_ range: Range<Int>) {
      indices = Array(range)
      counts = [Float](repeating: 1, count: range.count)
      total = range.count
    }

    /// From how often each repeat was drawn.
    init(counts all: [Int32]) {
      indices = all.indices.filter { all[$0] > 0 }
      counts = indices.map { Float(all[$0]) }
      total = all.reduce(0) { $0 + Int($1) }
    }
  }

  /// Mean and standard deviation (of a sample: over n - 1) at each time over the drawn repeats.
  func moments(_ observable: Int, _ draw: Draw, mean: inout [Vector], deviation: inout [Vector]) {
    let base = observable * repeats * width
    let n = Float(max(1, draw.total))
    let scale = 1 / max(1, n - 1)
    rows.withUnsafeBufferPointer { rows in
      for column in 0..<width {
        var sum = Vector.zero
        var square = Vector.zero
        for (position, row) in draw.indices.enumerated() {
          let value = rows[base + row * width + column]
          let weighted = value * draw.counts[position]
          sum += weighted
          square += weighted * value
        }
        let shift = sum / n
        mean[column] = centre[observable * width + column] + shift
        deviation[column] = ((square - sum * shift) * scale).replacing(with: 0, where: square .<= sum * shift)
          .squareRoot()
      }
    }
  }
}
