import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// A twin in double precision, one sample at a time, written anew from the equations: what the kernels are checked against.
struct ReferenceModel {
  let shape: TwinShape
  let driftGain, noiseGain, noiseFloor: [Double]
  let low, high: [Double]?
  let drift, diffusion, coupling, rates, injection: [Double]

  /// What one sample leads to.
  struct State {
    var x: [Double]
    var a: [Double]
  }

  init(_ model: KernelModel, _ parameters: [Double]) {
    shape = model.shape
    driftGain = model.driftGains.prefix(shape.observables).map { Double($0) }
    noiseGain = model.noiseGains.map { Double($0) }
    noiseFloor = model.noiseFloors.map { Double($0) }
    let count = shape.observables
    low = model.c.low.map { limits in (0..<count).map { Double(limits[$0]) } }
    high = model.c.high.map { limits in (0..<count).map { Double(limits[$0]) } }
    drift = Array(parameters[model.driftRange])
    diffusion = Array(parameters[model.diffusionRange])
    coupling = Array(parameters[model.couplingRange])
    rates = parameters[model.ratesRange].map { 1 / (1 + Maths.exp(0 - $0)) }
    injection = Array(parameters[model.injectionRange])
  }

  static func activate(_ x: Double, _ activation: Activation) -> Double {
    switch activation {
    case .tanh: return Maths.tanh(x)
    case .silu: return x / (1 + Maths.exp(0 - x))
    case .relu: return max(x, 0)
    }
  }

  func evaluate(
    _ weights: [Double], _ widths: [Int], _ outputs: Int, _ z: [Double], _ activation: Activation
  ) -> [Double] {
    var layer = z
    var at = 0
    for (index, width) in (widths + [outputs]).enumerated() {
      let below = layer
      layer = (0..<width).map { unit in
        var sum = weights[at + width * below.count + unit]
        for input in below.indices { sum += weights[at + unit * below.count + input] * below[input] }
        return index < widths.count ? Self.activate(sum, activation) : sum
      }
      at += width * (below.count + 1)
    }
    return layer
  }

  /// [noisy rows][sources]: what a unit of each source adds to each noisy row in a unit of time.
  func amplitudes(_ z: [Double]) -> [[Double]] {
    let rows = shape.noisyRows.count
    if shape.noise == .none { return [] }
    let g = evaluate(
      diffusion, shape.diffusionWidths ?? [], shape.diffusionOutputs, shape.diffusionWidths == nil ? [] : z,
      shape.diffusionActivation ?? shape.activation)
    return (0..<rows).map { row in
      (0..<shape.sources).map { source in
        if shape.noise == .full { return noiseGain[row] * g[row * shape.sources + source] }
        if row != source { return 0 }
        let softplus = max(g[row], 0) + Maths.log(1 + Maths.exp(0 - abs(g[row])))
        return noiseGain[row] * softplus + noiseFloor[row]
      }
    }
  }

  /// z with `y` as the newest response, at fraction `phi` of the sample.
  func inputs(_ drives: [[Double]], _ past: [[Double]], _ y: [Double], _ phi: Double, _ context: [Double]) -> [Double] {
    var z: [Double] = []
    for tap in 0..<shape.driveTaps { z += drives[tap] }
    z += y
    for tap in 1..<max(1, shape.responseTaps) {
      z += zip(past[tap], past[tap - 1]).map { (1 - phi) * $0 + phi * $1 }
    }
    return z + context
  }

  /// Mean and covariance of one Euler-Maruyama sample.
  func transition(
    _ drives: [[Double]], _ past: [[Double]], _ a: [Double], _ context: [Double]
  ) -> (mean: [Double], covariance: [[Double]]) {
    let z = inputs(drives, past, past[0], 0, context)
    let mean = zip(past[0], change(z, State(x: past[0], a: a), 1, nil).x).map { $0 + $1 }
    let b = amplitudes(z)
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: mean.count), count: mean.count)
    for (i, row) in shape.noisyRows.enumerated() where row < mean.count {
      for (j, column) in shape.noisyRows.enumerated() where column < mean.count {
        covariance[row][column] = zip(b[i], b[j]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return (mean, covariance)
  }

  private func change(_ z: [Double], _ y: State, _ h: Double, _ xi: [Double]?) -> State {
    let f = evaluate(drift, shape.driftWidths, shape.observables, z, shape.activation)
    let (nx, na) = (shape.observables, shape.auxiliaries)
    var dx = (0..<nx).map { i in
      h * (driftGain[i] * f[i] + (0..<na).reduce(0) { $0 + coupling[i * na + $1] * y.a[$1] })
    }
    var da = (0..<na).map { 0 - rates[$0] * y.a[$0] }
    guard let xi else { return State(x: dx, a: da) }
    var noise = [Double](repeating: 0, count: nx + na)
    for (share, row) in zip(amplitudes(z), shape.noisyRows) {
      noise[row] = h.squareRoot() * zip(share, xi).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for i in 0..<nx { dx[i] += noise[i] }
    for k in 0..<na {
      da[k] += noise[nx + k]
      for i in 0..<nx { da[k] += injection[k * nx + i] * noise[i] }
    }
    return State(x: dx, a: da)
  }

  /// One sample. Drives and responses newest first; noise [substeps * sources] or nil.
  func sample(
    drives: [[Double]], past: [[Double]], a: [Double], noise: [Double]?, context: [Double] = [], limits: Bool = true
  ) -> State {
    var y = State(x: past[0], a: a)
    let h = 1 / Double(shape.substeps)
    func moved(_ by: State, _ share: Double) -> State {
      State(x: zip(y.x, by.x).map { $0 + share * $1 }, a: zip(y.a, by.a).map { $0 + share * $1 })
    }
    for substep in 0..<shape.substeps {
      let xi = noise.map { Array($0[(substep * shape.sources)..<((substep + 1) * shape.sources)]) }
      func k(_ at: State, _ offset: Double) -> State {
        change(inputs(drives, past, at.x, (Double(substep) + offset) * h, context), at, h, xi)
      }
      let k1 = k(y, 0)
      switch shape.solver {
      case .eulerMaruyama: y = moved(k1, 1)
      case .rungeKutta2:
        let k2 = k(moved(k1, 1), 1)
        y = moved(k1, 0.5)
        y = moved(k2, 0.5)
      case .rungeKutta4:
        let k2 = k(moved(k1, 0.5), 0.5)
        let k3 = k(moved(k2, 0.5), 0.5)
        let k4 = k(moved(k3, 1), 1)
        for (stage, share) in [(k1, 1.0 / 6), (k2, 1.0 / 3), (k3, 1.0 / 3), (k4, 1.0 / 6)] { y = moved(stage, share) }
      }
    }
    if limits, let low, let high {
      for i in y.x.indices { y.x[i] = min(max(y.x[i], low[i]), high[i]) }
    }
    return y
  }
}
