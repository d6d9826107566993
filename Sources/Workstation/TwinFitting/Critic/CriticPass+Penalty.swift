extension CriticPass {
  /// lambda mean over windows of (|dD/dx| - 1)^2 after a `forward` with curvature; its gradient with respect to the
  /// parameters is added to `gradient`, exactly.
  ///
  /// The gradient dD/dx is itself a path through the layers: p_L = w phi'_L, q_l = W_(l+1)^T p_(l+1),
  /// p_l = q_l phi'_l, v = W_1^T p_1. Going back along it gives W_(l+1) the term p_(l+1) (dL/dq_l)^T and z_l the term
  /// (dL/dp_l) q_l phi''_l; the latter then go down the ordinary way.
  @inline(__always)
  func addPenalty(
    _ input: CriticRows<R>, lambda: R, to gradient: UnsafeMutablePointer<R>
  ) -> (penalty: R, norm: R) {
    addInputSlope()
    let (penalty, norm) = weighInputSlope(lambda)
    let last = network.layers.count - 1
    let bent = network.activation != .leakyReLU
    // `bar` holds dL/dp of the layer, then dL/dq.
    var (bar, next) = (spare.pointer, scratch.pointer)
    let first = network.layers[0]
    let observed = CriticWeights(
      pointer: UnsafePointer(network.parameters.pointer + first.weights), rows: first.outputs, inner: network.observed,
      rowStride: first.inputs, innerStride: 1)
    CriticKernels.multiply(observed, bias: nil, inputGradient.pointer, bar, columns: columns)
    CriticKernels.addOuter(
      rows[0].inner.pointer, rows: first.outputs, inputGradient.pointer, inner: network.observed, columns: columns,
      to: gradient + first.weights, stride: first.inputs)
    for l in 0...last {
      let row = rows[l]
      let (outer, slope, bend) = (row.outer.pointer, row.slope.pointer, row.curvature.pointer)
      let delta = row.delta.pointer
      if bent { for k in 0..<row.delta.count { delta[k] = bar[k] * outer[k] * bend[k] } }
      for k in 0..<row.delta.count { bar[k] *= slope[k] }
      guard l < last else { break }
      let above = network.layers[l + 1]
      CriticKernels.addOuter(
        rows[l + 1].inner.pointer, rows: above.outputs, bar, inner: above.inputs, columns: columns,
        to: gradient + above.weights, stride: above.inputs)
      CriticKernels.multiply(network.weights(above), bias: nil, bar, next, columns: columns)
      swap(&bar, &next)
    }
    CriticKernels.addRowSums(bar, rows: network.features, columns: columns, to: gradient + network.output)
    if bent { backward(input, gradient: gradient, toInput: false, keep: true) }
    return (penalty, norm)
  }

  /// dD/dx of every window in `inputGradient`; the layers' dD/da and dD/dz in `outer` and `inner`.
  @inline(__always)
  private func addInputSlope() {
    let last = network.layers.count - 1
    let w = network.parameters.pointer + network.output
    for j in 0..<network.features {
      let outer = rows[last].outer.pointer + j * columns
      for b in 0..<columns { outer[b] = w[j] }
    }
    var l = last
    while l >= 0 {
      let row = rows[l]
      let (outer, inner, slope) = (row.outer.pointer, row.inner.pointer, row.slope.pointer)
      for k in 0..<row.inner.count { inner[k] = outer[k] * slope[k] }
      let layer = network.layers[l]
      if l > 0 {
        CriticKernels.multiply(
          network.transposed(layer, rows: layer.inputs), bias: nil, inner, rows[l - 1].outer.pointer, columns: columns)
      } else {
        CriticKernels.multiply(
          network.transposed(layer, rows: network.observed), bias: nil, inner, inputGradient.pointer, columns: columns)
      }
      l -= 1
    }
  }

  /// Turns `inputGradient` from v = dD/dx into dL/dv = (2 lambda / windows) (|v| - 1) v / |v|.
  @inline(__always)
  private func weighInputSlope(_ lambda: R) -> (penalty: R, norm: R) {
    let v = inputGradient.pointer
    let factor = scores.pointer
    for b in 0..<columns { factor[b] = 0 }
    for row in 0..<network.observed {
      for b in 0..<columns { factor[b] += v[row * columns + b] * v[row * columns + b] }
    }
    var (penalty, total): (R, R) = (0, 0)
    let share = lambda / R(windows)
    for b in 0..<columns {
      let norm = factor[b].squareRoot()
      if b < windows {
        penalty += share * (norm - 1) * (norm - 1)
        total += norm
      }
      factor[b] = b < windows && norm > 0 ? 2 * share * (norm - 1) / norm : 0
    }
    for row in 0..<network.observed {
      for b in 0..<columns { v[row * columns + b] *= factor[b] }
    }
    return (penalty, total / R(windows))
  }
}
