extension AdversarialLoss {
  /// Turns the buffers into columns.
  @inline(__always)
  func take(_ batch: WindowBatch<R>) throws(CriticError) {
    try layout.check(batch.fake.count, "fake")
    try layout.check(batch.real.count, "real")
    try drives.check(batch.drives.count, "drives")
    gather(batch.fake.baseAddress, layout, fake.pointer)
    gather(batch.real.baseAddress, layout, real.pointer)
    let start = layout.features * pass.columns
    gather(batch.drives.baseAddress, drives, fake.pointer + start)
    gather(batch.drives.baseAddress, drives, real.pointer + start)
  }

  @inline(__always)
  private func gather(_ source: UnsafePointer<R>?, _ layout: WindowLayout, _ target: UnsafeMutablePointer<R>) {
    guard let source else { return }
    let (columns, lanes) = (pass.columns, layout.lanes)
    for tile in 0..<layout.tiles {
      let values = source + tile * layout.tileStride
      let first = tile * lanes
      let filled = min(lanes, layout.windows - first)
      for row in 0..<layout.features {
        let (from, to) = (values + row * lanes, target + (row * columns + first))
        for lane in 0..<filled { to[lane] = from[lane] }
      }
    }
  }

  /// Adds rows of columns to a buffer laid out as the windows.
  @inline(__always)
  func spread(_ rows: CriticRows<R>, to target: UnsafeMutablePointer<R>) {
    let (columns, lanes) = (pass.columns, layout.lanes)
    for tile in 0..<layout.tiles {
      let values = target + tile * layout.tileStride
      let first = tile * lanes
      let filled = min(lanes, layout.windows - first)
      for row in 0..<layout.features {
        let (from, to) = (rows.pointer + (row * columns + first), values + row * lanes)
        for lane in 0..<filled { to[lane] += from[lane] }
      }
    }
  }

  /// Whether the squares of all values are finite.
  @inline(__always)
  func isTame(_ rows: CriticRows<R>) -> Bool {
    // An infinite square would stay in Adam's second moment for good. Times 0 it is not a number, any other is 0.
    var sum: R = 0
    for k in 0..<rows.count { sum += rows.pointer[k] * rows.pointer[k] * 0 }
    return sum == 0
  }

  /// The critic's loss at the gathered windows, its gradient in `gradient`.
  @inline(__always)
  func weigh() -> CriticValue {
    gradient.zero()
    let share = 1 / R(layout.windows)
    var means: (fake: R, real: R) = (0, 0)
    pass.forward(fake)
    for b in 0..<layout.windows { means.fake += share * pass.scores.pointer[b] }
    pass.seed(share)
    pass.addOutputGradient(share, to: gradient.pointer)
    pass.backward(fake, gradient: gradient.pointer, toInput: false)
    pass.forward(real)
    for b in 0..<layout.windows { means.real += share * pass.scores.pointer[b] }
    pass.seed(0 - share)
    pass.addOutputGradient(0 - share, to: gradient.pointer)
    pass.backward(real, gradient: gradient.pointer, toInput: false)
    var value = CriticValue()
    value.distance = Double(means.real - means.fake)
    if critic.penalty > 0 {
      let columns = pass.columns
      for row in 0..<mixed.rows {
        let offset = row * columns
        let (a, b, to) = (fake.pointer + offset, real.pointer + offset, mixed.pointer + offset)
        let shares = mixing.pointer
        for column in 0..<columns { to[column] = a[column] + shares[column] * (b[column] - a[column]) }
      }
      pass.forward(mixed, curvature: network.activation != .leakyReLU)
      let (penalty, slope) = pass.addPenalty(mixed, lambda: R(critic.penalty), to: gradient.pointer)
      value.penalty = Double(penalty)
      value.slope = Double(slope)
    }
    value.loss = value.penalty - value.distance
    return value
  }

  /// The generator's loss at the gathered windows.
  @inline(__always)
  func generate(
    _ batch: WindowBatch<R>, _ gradient: UnsafeMutableBufferPointer<R>
  ) throws(CriticError) -> GeneratorValue {
    try layout.check(gradient.count, "gradient")
    var value = GeneratorValue()
    guard let target = gradient.baseAddress, let simulated = batch.fake.baseAddress,
      let measured = batch.real.baseAddress
    else { return value }
    for k in 0..<layout.count { target[k] = 0 }
    if generator.score > 0 || generator.features > 0 {
      if generator.features > 0 {
        pass.forward(real)
        match.take(pass)
      }
      pass.forward(fake)
      let share = 1 / R(layout.windows)
      for b in 0..<layout.windows { value.score -= Double(share * pass.scores.pointer[b]) }
      pass.seed(R(0 - generator.score) * share)
      if generator.features > 0 { value.features = Double(match.add(pass, weight: R(generator.features))) }
      pass.backward(fake, gradient: nil, toInput: true)
      spread(pass.inputGradient, to: target)
    }
    if let moments {
      moments.measure(measured)
      value.moments = moments.add(simulated, to: target, weight: generator.moments)
    }
    if generator.path > 0 { value.path = addPath(target) }
    value.loss = generator.score * value.score + generator.features * value.features
    value.loss += generator.moments * value.moments.loss + generator.path * value.path
    return value
  }

  /// Mean SmoothL1 (half the square within 1, the distance less a half beyond) between each fake window and its real
  /// one.
  @inline(__always)
  private func addPath(_ target: UnsafeMutablePointer<R>) -> Double {
    let share = 1 / R(layout.windows * layout.features)
    let weight = R(generator.path) * share
    let columns = pass.columns
    var total: R = 0
    for row in 0..<layout.features {
      let offset = row * columns
      let (a, b, to) = (fake.pointer + offset, real.pointer + offset, mixed.pointer + offset)
      for k in 0..<columns {
        let d = a[k] - b[k]
        let slope: R = d > 1 ? 1 : (d < -1 ? -1 : d)
        total += slope * (d - 0.5 * slope)
        to[k] = weight * slope
      }
    }
    spread(mixed, to: target)
    return Double(total * share)
  }
}
