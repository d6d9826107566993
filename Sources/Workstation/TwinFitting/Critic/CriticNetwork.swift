import Numerics

/// The critic: a perceptron D on windows of observables and drives, with one output.
///
/// Its input is a matrix of columns, one a window: the observables' rows [step][observable], then the drives'.
/// Parameters: per hidden layer the weights [out][in], then the biases [out]; at last the output's weights and bias.
final class CriticNetwork<R: CriticReal>: @unchecked Sendable {
  struct Layer {
    let inputs: Int
    let outputs: Int
    /// Where its weights start among the parameters; the biases follow them.
    let weights: Int
    var biases: Int { weights + inputs * outputs }
  }

  let activation: CriticActivation
  /// Rows of observables, and of observables and drives.
  let observed: Int
  let inputs: Int
  let layers: [Layer]
  /// Where the output's weights start; its bias is the last parameter.
  let output: Int
  let parameters: CriticRows<R>
  var count: Int { parameters.count }
  var features: Int { layers[layers.count - 1].outputs }

  /// Weights uniform with variance 1 / inputs, biases zero.
  init(observed: Int, inputs: Int, options: CriticOptions, seed: UInt64) {
    activation = options.activation
    self.observed = observed
    self.inputs = inputs
    var layers: [Layer] = []
    var offset = 0
    var width = inputs
    for out in options.hiddenWidths {
      layers.append(Layer(inputs: width, outputs: out, weights: offset))
      offset += out * (width + 1)
      width = out
    }
    self.layers = layers
    output = offset
    parameters = CriticRows(1, offset + width + 1)
    var random = RandomStream(seed: seed, stream: 0xC417)
    for layer in layers { fill(layer.weights, layer.inputs * layer.outputs, layer.inputs, &random) }
    fill(output, width, width, &random)
  }

  private func fill(_ start: Int, _ count: Int, _ inputs: Int, _ random: inout RandomStream) {
    let bound = (3 / Double(inputs)).squareRoot()
    for k in start..<(start + count) { parameters.pointer[k] = R(random.uniform(in: -bound...bound)) }
  }

  @inline(__always)
  func weights(_ layer: Layer) -> CriticWeights<R> {
    CriticWeights(
      pointer: parameters.pointer + layer.weights, rows: layer.outputs, inner: layer.inputs, rowStride: layer.inputs,
      innerStride: 1)
  }

  /// The transpose of a layer's weights, of its first `rows` inputs.
  @inline(__always)
  func transposed(_ layer: Layer, rows: Int) -> CriticWeights<R> {
    CriticWeights(
      pointer: parameters.pointer + layer.weights, rows: rows, inner: layer.outputs, rowStride: 1,
      innerStride: layer.inputs)
  }
}
