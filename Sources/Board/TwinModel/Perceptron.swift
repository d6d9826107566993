/// A small neural network: hidden layers of one kind of unit, linear outputs.
public struct Perceptron: Equatable, Sendable {
  /// The most hidden layers.
  public static let mostLayers = 4
  /// The widest hidden layer.
  public static let widest = 512
  /// The most inputs.
  public static let mostInputs = 1100
  /// The most outputs.
  public static let mostOutputs = 520

  public let inputs: Int
  /// Hidden units a layer, first layer first; none for a linear map.
  public let widths: [Int]
  public let outputs: Int
  /// What the hidden units do; of no weight without hidden layers.
  public let activation: Activation
  /// Layer by layer: weights [out, in], then biases [out]; the output layer last.
  public let weights: [Float]

  /// Nil unless the sizes are within 0 to 1100 inputs, 0 to 4 hidden layers of 1 to 512 units and 1 to 520 outputs, and
  /// there are as many weights as they need, all finite. Without inputs it is a constant, its weights the biases.
  public init?(inputs: Int, widths: [Int], outputs: Int = 1, activation: Activation = .tanh, weights: [Float]) {
    guard Self.sizesFit(inputs: inputs, widths: widths, outputs: outputs),
      weights.count == Self.weightCount(inputs: inputs, widths: widths, outputs: outputs)
    else { return nil }
    for weight in weights where !weight.isFinite { return nil }
    self.inputs = inputs
    self.widths = widths
    self.outputs = outputs
    self.activation = activation
    self.weights = weights
  }

  /// A net without inputs or hidden layers: always `values`. Nil unless there are 1 to 520, all finite.
  public init?(constant values: [Float]) {
    self.init(inputs: 0, widths: [], outputs: values.count, weights: values)
  }

  /// Whether the sizes are within the limits.
  public static func sizesFit(inputs: Int, widths: [Int], outputs: Int) -> Bool {
    guard inputs >= 0, inputs <= mostInputs, widths.count <= mostLayers, outputs >= 1, outputs <= mostOutputs else {
      return false
    }
    for width in widths where width < 1 || width > widest { return false }
    return true
  }

  /// Weights and biases of all layers together.
  public static func weightCount(inputs: Int, widths: [Int], outputs: Int = 1) -> Int {
    var count = 0
    var below = inputs
    for width in widths {
      count += width * (below + 1)
      below = width
    }
    return count + outputs * (below + 1)
  }
}
