/// What a quick regression sees of a row of inputs: 1, the inputs, their products, and bends x / sqrt(1 + x^2) of random
/// mixtures.
struct BentFeatures {
  /// Inputs a row.
  let width: Int
  private let allProducts: Bool
  private let bends: Int
  private let weights: [Double]

  /// - Parameters:
  ///   - allProducts: those of every two inputs, or the squares alone.
  ///   - weights: of the mixtures, `[bends][1 + width]`, each one's constant first.
  init(width: Int, allProducts: Bool, weights: [Double]) {
    self.width = width
    self.allProducts = allProducts
    self.weights = weights
    bends = weights.count / (width + 1)
  }

  /// Features of a row.
  static func count(width: Int, allProducts: Bool, bends: Int) -> Int {
    1 + width + (allProducts ? width * (width + 1) / 2 : width) + bends
  }

  /// Writes the features of `row` of `inputs`, `[rows][width]`.
  func fill(_ inputs: [Double], _ row: Int, _ into: UnsafeMutableBufferPointer<Double>) {
    inputs.withUnsafeBufferPointer { inputs in
      let base = row * width
      into[0] = 1
      var position = 1
      for i in 0..<width {
        into[position] = inputs[base + i]
        position += 1
      }
      for i in 0..<width {
        for j in (allProducts ? 0 : i)...i {
          into[position] = inputs[base + i] * inputs[base + j]
          position += 1
        }
      }
      weights.withUnsafeBufferPointer { weights in
        for bend in 0..<bends {
          let first = bend * (width + 1)
          var sum = weights[first]
          for i in 0..<width { sum += weights[first + 1 + i] * inputs[base + i] }
          into[position] = sum / (1 + sum * sum).squareRoot()
          position += 1
        }
      }
    }
  }
}
