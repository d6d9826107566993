import Numerics

/// A small neural network with tanh hidden layers and one linear output.
public struct Perceptron: Equatable, Sendable {
  /// The most hidden layers.
  public static let mostLayers = 3
  /// The widest hidden layer.
  public static let widest = 256

  public let inputs: Int
  /// Hidden units a layer, first layer first.
  public let widths: [Int]
  /// Layer by layer: weights [out, in], then biases [out]; the output layer last.
  public var weights: [Float]

  /// Nil unless there are 1 to 3 hidden layers of 1 to 256 units and as many weights as they need.
  public init?(inputs: Int, widths: [Int], weights: [Float]) {
    guard inputs >= 1, inputs <= TwinParameters.mostTaps, widths.count >= 1, widths.count <= Self.mostLayers else {
      return nil
    }
    for width in widths where width < 1 || width > Self.widest { return nil }
    guard weights.count == Self.weightCount(inputs: inputs, widths: widths) else { return nil }
    self.inputs = inputs
    self.widths = widths
    self.weights = weights
  }

  /// Weights and biases of all layers together.
  public static func weightCount(inputs: Int, widths: [Int]) -> Int {
    var count = 0
    var below = inputs
    for width in widths {
      count += width * (below + 1)
      below = width
    }
    return count + below + 1
  }

  /// The widest layer, inputs included: what `evaluate` needs twice as scratch.
  public var broadest: Int {
    var size = inputs
    for width in widths where width > size { size = width }
    return size
  }

  /// The output for the inputs in the first `inputs` places of `scratch`, which holds at least twice `broadest` and is
  /// overwritten. Allocates nothing.
  public func evaluate(_ scratch: inout [Float]) -> Float {
    let half = scratch.count / 2
    var from = 0
    var below = inputs
    var offset = 0
    for width in widths {
      let to = half - from
      let biases = offset + width * below
      for unit in 0..<width {
        var sum = weights[biases + unit]
        for index in 0..<below {
          sum += weights[offset + unit * below + index] * scratch[from + index]
        }
        scratch[to + unit] = Maths.tanh(sum)
      }
      offset = biases + width
      below = width
      from = to
    }
    var output = weights[offset + below]
    for index in 0..<below {
      output += weights[offset + index] * scratch[from + index]
    }
    return output
  }
}
