import Numerics
import TrainingKernels
import TwinModel

/// A model's parameters as the optimiser moves them (inner: first layers on whitened inputs) and as the kernels take them
/// (plain).
final class FitParameters {
  let model: KernelModel
  let whitener: Whitener
  let plain: AlignedBuffer
  let inner: AlignedBuffer
  /// With respect to the plain parameters; the kernels add to it.
  let gradient: AlignedBuffer
  private let innerGradient: AlignedBuffer
  private var optimiser: Adam

  /// softplus(0.5413) = 1: noise starts at the size of its gain.
  static let unitNoise: Float = 0.5413249

  init(_ model: KernelModel, whitener: Whitener, random: inout RandomStream) {
    self.model = model
    self.whitener = whitener
    let count = model.parameterCount
    plain = AlignedBuffer(floats: count)
    inner = AlignedBuffer(floats: count)
    gradient = AlignedBuffer(floats: count)
    innerGradient = AlignedBuffer(floats: count)
    optimiser = Adam(count: count)
    let shape = model.shape
    let inputs = shape.taps + shape.context
    fill(0, inputs, shape.driftWidths, shape.observables, bias: 0, &random)
    if shape.noise != .none {
      let bias: Float = shape.noise == .diagonal ? Self.unitNoise : 0
      fill(
        model.diffusionRange.lowerBound, shape.diffusionWidths == nil ? 0 : inputs, shape.diffusionWidths ?? [],
        shape.diffusionOutputs, bias: bias, &random)
      if shape.noise == .full { startFullNoise() }
    }
    startMemory()
    expand()
  }

  func restartOptimiser() { optimiser = Adam(count: model.parameterCount) }

  private func fill(
    _ start: Int, _ inputs: Int, _ widths: [Int], _ outputs: Int, bias: Float, _ random: inout RandomStream
  ) {
    var below = inputs
    var offset = start
    for width in widths {
      let size = 1 / Double(max(1, below)).squareRoot()
      for index in 0..<(width * below) { inner[offset + index] = Float(random.normal() * size) }
      for index in 0..<width { inner[offset + width * below + index] = Float(random.normal() * 0.3) }
      offset += width * (below + 1)
      below = width
    }
    let size = 0.1 / Double(max(1, below)).squareRoot()
    for index in 0..<(outputs * below) { inner[offset + index] = Float(random.normal() * size) }
    for index in 0..<outputs { inner[offset + outputs * below + index] = bias }
  }

  // Row r starts on source r modulo their number.
  private func startFullNoise() {
    let shape = model.shape
    let biases = model.diffusionRange.upperBound - shape.diffusionOutputs
    for row in shape.noisyRows.indices { inner[biases + row * shape.fullSources + row % shape.fullSources] = 1 }
  }

  // Auxiliary k belongs to observable k modulo their number; fast ones first.
  private func startMemory() {
    let shape = model.shape
    for k in 0..<shape.auxiliaries {
      let observable = k % shape.observables
      let order = k / shape.observables
      inner[model.couplingRange.lowerBound + observable * shape.auxiliaries + k] = 1
      let starts: [Float] = [0.6, 0.15, 0.9, 0.05]
      inner[model.ratesRange.lowerBound + k] = rawRate(decay: starts[order % starts.count])
      // Noise that an observable does not have excites no memory.
      guard shape.noisyRows.contains(observable) else { continue }
      inner[model.injectionRange.lowerBound + k * shape.observables + observable] = order == 0 ? 0.05 : 0.02
    }
  }

  private var nets: [(start: Int, rows: Int, stride: Int)] {
    let shape = model.shape
    let inputs = shape.taps + shape.context
    var list = [(0, shape.driftWidths.first ?? shape.observables, inputs)]
    if shape.noise != .none, let widths = shape.diffusionWidths {
      list.append((model.diffusionRange.lowerBound, widths.first ?? shape.diffusionOutputs, inputs))
    }
    return list
  }

  /// Writes the plain parameters.
  func expand() {
    plain.floats.update(from: inner.floats, count: model.parameterCount)
    for net in nets {
      whitener.expand(inner.floats + net.start, rows: net.rows, stride: net.stride, into: plain.floats + net.start)
    }
  }

  /// Takes plain parameters.
  func adopt(_ values: [Float]) {
    guard values.count == model.parameterCount else { return }
    values.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      inner.floats.update(from: base, count: values.count)
      for net in nets {
        whitener.adopt(base + net.start, rows: net.rows, stride: net.stride, into: inner.floats + net.start)
      }
    }
    expand()
  }

  func restore(_ values: [Float]) {
    inner.floats.update(from: values, count: min(values.count, model.parameterCount))
    expand()
  }

  /// Rates of the three groups: drift, diffusion, memory (rates and injection). A group at 0 stays.
  struct Rates {
    var drift: Float
    var diffusion: Float
    var memory: Float
  }

  /// Cuts of each group's gradient.
  struct Limits {
    var drift: Float
    var diffusion: Float
    var memory: Float = 2
  }

  /// One step from `scale` times `gradient`; a gradient that is not finite is not taken.
  func step(scale: Float, rates: Rates, limits: Limits) {
    let count = model.parameterCount
    for index in 0..<count { gradient[index] *= scale }
    innerGradient.floats.update(from: gradient.floats, count: count)
    for net in nets {
      whitener.pull(
        gradient.floats + net.start, rows: net.rows, stride: net.stride, into: innerGradient.floats + net.start)
    }
    // The auxiliaries' scale is free, so their coupling stays.
    let groups = [
      (model.driftRange, rates.drift, limits.drift), (model.diffusionRange, rates.diffusion, limits.diffusion),
      (model.ratesRange.lowerBound..<model.injectionRange.upperBound, rates.memory, limits.memory),
    ]
    for (range, rate, limit) in groups where rate > 0 {
      var square = 0.0
      for index in range { square += Double(innerGradient[index]) * Double(innerGradient[index]) }
      guard square.isFinite else { return }
      let length = Float(square.squareRoot())
      if length > limit { for index in range { innerGradient[index] *= limit / length } }
    }
    optimiser.advance()
    for (range, rate, _) in groups where rate > 0 && !range.isEmpty {
      optimiser.apply(inner.floats, gradient: innerGradient.floats, range: range, rate: rate, decay: 0)
    }
    keepInjectionFree()
    expand()
  }

  // An auxiliary is driven by its own observable alone, and by nothing where that has no noise.
  private func keepInjectionFree() {
    let shape = model.shape
    guard shape.observables > 1 else { return }
    for k in 0..<shape.auxiliaries {
      for i in 0..<shape.observables where i != k % shape.observables || !shape.noisyRows.contains(i) {
        inner[model.injectionRange.lowerBound + k * shape.observables + i] = 0
      }
    }
  }
}
