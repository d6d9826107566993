/// One pass of a batch through a critic and back: the memory it needs and its equations.
///
/// With z_l = W_l a_(l-1) + b_l, a_l = phi(z_l), D = w a_L + c: `slope` is phi'(z_l), `curvature` phi''(z_l), `delta`
/// the gradient with respect to z_l.
final class CriticPass<R: CriticReal>: @unchecked Sendable {
  struct LayerRows {
    let act: CriticRows<R>
    let slope: CriticRows<R>
    let curvature: CriticRows<R>
    let delta: CriticRows<R>
    /// dD/da and dD/dz, for the gradient penalty.
    let outer: CriticRows<R>
    let inner: CriticRows<R>
  }

  let network: CriticNetwork<R>
  /// Windows, and columns: windows rounded up to eights.
  let windows: Int
  let columns: Int
  let rows: [LayerRows]
  /// D of each window.
  let scores: CriticRows<R>
  /// dL/du of the observables' rows.
  let inputGradient: CriticRows<R>
  let scratch: CriticRows<R>
  let spare: CriticRows<R>

  init(_ network: CriticNetwork<R>, windows: Int) {
    self.network = network
    self.windows = windows
    let columns = (windows + 7) / 8 * 8
    self.columns = columns
    rows = network.layers.map { layer in
      func fresh() -> CriticRows<R> { CriticRows(layer.outputs, columns) }
      return LayerRows(
        act: fresh(), slope: fresh(), curvature: fresh(), delta: fresh(), outer: fresh(), inner: fresh())
    }
    scores = CriticRows(1, columns)
    inputGradient = CriticRows(network.observed, columns)
    let widest = network.layers.reduce(1) { max($0, $1.outputs) }
    scratch = CriticRows(widest, columns)
    spare = CriticRows(widest, columns)
  }

  /// Runs the windows of `input` through; with `curvature` when a gradient penalty is to follow.
  @inline(__always)
  func forward(_ input: CriticRows<R>, curvature: Bool = false) {
    var source = input.pointer
    for (layer, row) in zip(network.layers, rows) {
      CriticKernels.multiply(
        network.weights(layer), bias: network.parameters.pointer + layer.biases, source, row.act.pointer,
        columns: columns)
      activate(row, curvature: curvature)
      source = row.act.pointer
    }
    let output = CriticWeights(
      pointer: UnsafePointer(network.parameters.pointer + network.output), rows: 1, inner: network.features,
      rowStride: network.features, innerStride: 1)
    CriticKernels.multiply(
      output, bias: network.parameters.pointer + network.output + network.features, source, scores.pointer,
      columns: columns)
  }

  @inline(__always)
  private func activate(_ row: LayerRows, curvature: Bool) {
    let count = row.act.count
    let (act, slope, bend) = (row.act.pointer, row.slope.pointer, row.curvature.pointer)
    switch network.activation {
    case .tanh:
      for k in 0..<count {
        let a = 1 - 2 / (R.exponential(2 * act[k]) + 1)
        act[k] = a
        slope[k] = 1 - a * a
      }
      if curvature { for k in 0..<count { bend[k] = -2 * act[k] * slope[k] } }
    case .silu:
      if curvature {
        for k in 0..<count {
          let z = act[k]
          let s = 1 / (1 + R.exponential(0 - z))
          bend[k] = s * (1 - s) * (2 + z * (1 - 2 * s))
        }
      }
      for k in 0..<count {
        let z = act[k]
        let s = 1 / (1 + R.exponential(0 - z))
        act[k] = z * s
        slope[k] = s * (1 + z * (1 - s))
      }
    case .leakyReLU:
      let leak: R = 0.2
      for k in 0..<count {
        let d = act[k] > 0 ? 1 : leak
        slope[k] = d
        act[k] = act[k] * d
      }
    }
  }

  /// Starts the way back from dL/dD = `weight` for every window.
  @inline(__always)
  func seed(_ weight: R) {
    guard let last = rows.last else { return }
    let w = network.parameters.pointer + network.output
    for j in 0..<network.features {
      let (delta, slope) = (last.delta.pointer + j * columns, last.slope.pointer + j * columns)
      let value = weight * w[j]
      for b in 0..<windows { delta[b] = value * slope[b] }
      for b in windows..<columns { delta[b] = 0 }
    }
  }

  /// Adds the output layer's gradient when dL/dD = `weight` for every window.
  @inline(__always)
  func addOutputGradient(_ weight: R, to gradient: UnsafeMutablePointer<R>) {
    guard let last = rows.last else { return }
    let target = gradient + network.output
    for j in 0..<network.features {
      let act = last.act.pointer + j * columns
      var sum: R = 0
      for b in 0..<windows { sum += act[b] }
      target[j] += weight * sum
    }
    target[network.features] += weight * R(windows)
  }

  /// From the last layer's `delta` down. Adds dL/dparameters of the hidden layers to `gradient`, if given; writes
  /// `inputGradient` if wanted. With `keep`, each layer's own `delta` is added to what comes from above.
  @inline(__always)
  func backward(
    _ input: CriticRows<R>, gradient: UnsafeMutablePointer<R>?, toInput: Bool, keep: Bool = false
  ) {
    var l = network.layers.count - 1
    while l >= 0 {
      let layer = network.layers[l]
      let delta = rows[l].delta.pointer
      if let gradient {
        let below = l > 0 ? rows[l - 1].act.pointer : input.pointer
        CriticKernels.addOuter(
          delta, rows: layer.outputs, below, inner: layer.inputs, columns: columns, to: gradient + layer.weights,
          stride: layer.inputs)
        CriticKernels.addRowSums(delta, rows: layer.outputs, columns: columns, to: gradient + layer.biases)
      }
      if l > 0 {
        let below = rows[l - 1]
        let count = below.delta.count
        let (target, slope) = (below.delta.pointer, below.slope.pointer)
        let product = keep ? scratch.pointer : target
        CriticKernels.multiply(
          network.transposed(layer, rows: layer.inputs), bias: nil, delta, product, columns: columns)
        if keep {
          for k in 0..<count { target[k] += product[k] * slope[k] }
        } else {
          for k in 0..<count { target[k] *= slope[k] }
        }
      } else if toInput {
        CriticKernels.multiply(
          network.transposed(layer, rows: network.observed), bias: nil, delta, inputGradient.pointer, columns: columns)
      }
      l -= 1
    }
  }
}
