import Numerics
import TwinModel

/// A twin's step written anew from docs/twin.md, in double precision and without care for speed.
struct ReferenceStep {
  let p: TwinParameters
  /// [taps][drives] and [taps][observables], normalised, newest first; auxiliaries.
  var drives: [[Double]]
  var history: [[Double]]
  var a: [Double]

  init(_ p: TwinParameters, drives: [[Float]], history: [[Float]]) {
    self.p = p
    self.drives = drives.map { row in
      row.indices.map { Double((row[$0] - p.driveOffset[$0]) * p.driveScale[$0]) }
    }
    self.history = history.map { row in
      row.indices.map { Double((row[$0] - p.responseOffset[$0]) * p.responseScale[$0]) }
    }
    a = [Double](repeating: 0, count: p.auxiliaries)
  }

  static func evaluate(_ net: Perceptron, _ z: [Double]) -> [Double] {
    var layer = net.inputs == 0 ? [] : z
    var offset = 0
    for (index, width) in (net.widths + [net.outputs]).enumerated() {
      let below = layer.count
      layer = (0..<width).map { unit in
        var sum = Double(net.weights[offset + width * below + unit])
        for j in 0..<below { sum += Double(net.weights[offset + unit * below + j]) * layer[j] }
        guard index < net.widths.count else { return sum }
        switch net.activation {
        case .tanh: return Maths.tanh(sum)
        case .silu: return sum / (1 + Maths.exp(-sum))
        case .relu: return max(0, sum)
        }
      }
      offset += width * (below + 1)
    }
    return layer
  }

  // h f + sqrt(h) B xi at Y and phase.
  private func change(_ y: [Double], _ phase: Double, _ xi: [Double]?) -> [Double] {
    let (nx, na) = (p.observables, p.auxiliaries)
    let h = Double(p.timeStep) / Double(p.substeps)
    var z = drives.flatMap { $0 }
    z += y.prefix(nx)
    for tap in 1..<max(1, p.responseTaps) {
      for i in 0..<nx { z.append((1 - phase) * history[tap][i] + phase * history[tap - 1][i]) }
    }
    let f = Self.evaluate(p.drift, z)
    var k = [Double](repeating: 0, count: nx + na)
    for i in 0..<nx {
      k[i] = Double(p.driftScale[i]) * f[i] * h
      for j in 0..<na { k[i] += Double(p.coupling[i * na + j]) * y[nx + j] * h }
    }
    for j in 0..<na { k[nx + j] = -Double(p.rates[j]) * y[nx + j] * h }
    guard let xi, let net = p.diffusion else { return k }
    let g = Self.evaluate(net, z)
    var noise = [Double](repeating: 0, count: nx + na)
    for (n, row) in p.noisyRows.enumerated() {
      let scale = Double(p.diffusionScale[n])
      if p.noiseShape == .diagonal {
        let softplus = max(g[n], 0) + Maths.log(1 + Maths.exp(-abs(g[n])))
        noise[Int(row)] = (scale * softplus + Double(p.diffusionFloor[n])) * xi[n]
      } else {
        for w in 0..<p.noiseSources { noise[Int(row)] += scale * g[n * p.noiseSources + w] * xi[w] }
      }
      noise[Int(row)] *= h.squareRoot()
    }
    for j in 0..<na {
      for i in 0..<nx { k[nx + j] += Double(p.injection[j * nx + i]) * noise[i] }
    }
    return zip(k, noise).map { $0 + $1 }
  }

  /// One sample; the responses in channel units.
  mutating func step(_ s: [Float], noise: [Float]?) -> [Double] {
    drives.insert(s.indices.map { Double((s[$0] - p.driveOffset[$0]) * p.driveScale[$0]) }, at: 0)
    drives.removeLast()
    var y = history[0] + a
    let m = Double(p.substeps)
    func plus(_ y: [Double], _ k: [Double], _ factor: Double) -> [Double] { zip(y, k).map { $0 + factor * $1 } }
    for index in 0..<p.substeps {
      let xi = noise.map { all in (0..<p.noiseSources).map { Double(all[index * p.noiseSources + $0]) } }
      let (start, middle, end) = (Double(index) / m, (Double(index) + 0.5) / m, Double(index + 1) / m)
      let k1 = change(y, start, xi)
      switch p.solver {
      case .eulerMaruyama: y = plus(y, k1, 1)
      case .rungeKutta2:
        let k2 = change(plus(y, k1, 1), end, xi)
        y = plus(plus(y, k1, 0.5), k2, 0.5)
      case .rungeKutta4:
        let k2 = change(plus(y, k1, 0.5), middle, xi)
        let k3 = change(plus(y, k2, 0.5), middle, xi)
        let k4 = change(plus(y, k3, 1), end, xi)
        y = plus(plus(plus(plus(y, k1, 1 / 6.0), k2, 1 / 3.0), k3, 1 / 3.0), k4, 1 / 6.0)
      }
    }
    let nx = p.observables
    var x: [Double] = []
    for i in 0..<nx {
      let (scale, offset) = (Double(p.responseScale[i]), Double(p.responseOffset[i]))
      x.append(min(Double(p.responseHigh[i]), max(Double(p.responseLow[i]), y[i] / scale + offset)))
      y[i] = (x[i] - offset) * scale
    }
    history.insert(Array(y.prefix(nx)), at: 0)
    history.removeLast()
    a = Array(y.dropFirst(nx))
    return x
  }
}
