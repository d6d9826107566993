import CTrainingKernels
import Numerics
import TwinModel

/// A twin's equation as the kernels take it: shape, gains, and where the parts of its one parameter vector lie.
///
/// The vector holds drift net, diffusion net, coupling [observables, auxiliaries], raw rates [auxiliaries] (the logistic
/// function of one is the decay of a substep) and injection [auxiliaries, observables].
public final class KernelModel: @unchecked Sendable {
  /// What the kernels are built for.
  public static let mostLayers = Int(TK_MAX_LAYERS)
  public static let widest = Int(TK_MAX_WIDTH)
  public static let lanes = Int(TK_LANES)

  public let shape: TwinShape
  private let driftGain: AlignedBuffer
  private let noiseGain: AlignedBuffer
  private let noiseFloor: AlignedBuffer
  private let low: AlignedBuffer
  private let high: AlignedBuffer
  /// The C structure; valid while this object lives.
  public private(set) var c = tk_model()
  public private(set) var layout: tk_layout

  /// Gains are ones, floors zeros, and nothing is limited.
  public init(_ shape: TwinShape) {
    self.shape = shape
    driftGain = AlignedBuffer([Float](repeating: 1, count: shape.observables))
    noiseGain = AlignedBuffer([Float](repeating: 1, count: shape.noisyRows.count))
    noiseFloor = AlignedBuffer(floats: shape.noisyRows.count)
    low = AlignedBuffer(floats: shape.observables)
    high = AlignedBuffer(floats: shape.observables)
    let inputs = shape.taps + shape.context
    c.drift = Self.net(inputs, shape.driftWidths, shape.observables, shape.activation)
    c.diffusion = Self.net(
      shape.diffusionWidths == nil ? 0 : inputs, shape.diffusionWidths ?? [], max(1, shape.diffusionOutputs),
      shape.diffusionActivation ?? shape.activation)
    c.drives = Int32(shape.drives)
    c.drive_taps = Int32(shape.driveTaps)
    c.observables = Int32(shape.observables)
    c.response_taps = Int32(shape.responseTaps)
    c.auxiliaries = Int32(shape.auxiliaries)
    c.context = Int32(shape.context)
    switch shape.solver {
    case .eulerMaruyama: c.solver = Int32(TK_EULER_MARUYAMA)
    case .rungeKutta2: c.solver = Int32(TK_RK2)
    case .rungeKutta4: c.solver = Int32(TK_RK4)
    }
    c.substeps = Int32(shape.substeps)
    switch shape.noise {
    case .none: c.noise_shape = Int32(TK_NOISE_NONE)
    case .diagonal: c.noise_shape = Int32(TK_NOISE_DIAGONAL)
    case .full: c.noise_shape = Int32(TK_NOISE_FULL)
    }
    c.sources = Int32(shape.sources)
    c.rows = Int32(shape.noisyRows.count)
    withUnsafeMutableBytes(of: &c.row_index) { raw in
      let places = raw.bindMemory(to: Int32.self)
      for (index, row) in shape.noisyRows.enumerated() where index < places.count { places[index] = Int32(row) }
    }
    c.drift_gain = UnsafePointer(driftGain.floats)
    c.noise_gain = UnsafePointer(noiseGain.floats)
    c.noise_floor = UnsafePointer(noiseFloor.floats)
    layout = tk_layout_of(&c)
  }

  /// Length of the parameter vector.
  public var parameterCount: Int { Int(layout.end) }
  public var driftRange: Range<Int> { 0..<Int(layout.diffusion) }
  public var diffusionRange: Range<Int> { Int(layout.diffusion)..<Int(layout.coupling) }
  public var couplingRange: Range<Int> { Int(layout.coupling)..<Int(layout.rates) }
  public var ratesRange: Range<Int> { Int(layout.rates)..<Int(layout.injection) }
  public var injectionRange: Range<Int> { Int(layout.injection)..<Int(layout.end) }

  /// Gains of F, a sample's time.
  public func setDriftGain(_ gains: [Float]) { copy(gains, to: driftGain) }

  /// Gains and floors of the noise, a square root of a sample's time.
  public func setNoise(gain: [Float], floor: [Float]) {
    copy(gain, to: noiseGain)
    copy(floor, to: noiseFloor)
  }

  /// Keeps observables between `low` and `high`; nil for no limits.
  public func setRange(_ range: (low: [Float], high: [Float])?) {
    guard let range else {
      c.low = nil
      c.high = nil
      return
    }
    copy(range.low, to: low)
    copy(range.high, to: high)
    c.low = UnsafePointer(low.floats)
    c.high = UnsafePointer(high.floats)
  }

  public var driftGains: [Float] { driftGain.array }
  public var noiseGains: [Float] { Array(noiseGain.array.prefix(shape.noisyRows.count)) }
  public var noiseFloors: [Float] { Array(noiseFloor.array.prefix(shape.noisyRows.count)) }

  private func copy(_ values: [Float], to buffer: AlignedBuffer) {
    for index in 0..<min(values.count, buffer.count) { buffer[index] = values[index] }
  }

  private static func net(_ inputs: Int, _ widths: [Int], _ outputs: Int, _ activation: Activation) -> tk_net {
    var net = tk_net()
    net.inputs = Int32(inputs)
    net.layers = Int32(widths.count)
    net.outputs = Int32(outputs)
    switch activation {
    case .tanh: net.activation = Int32(TK_TANH)
    case .silu: net.activation = Int32(TK_SILU)
    case .relu: net.activation = Int32(TK_RELU)
    }
    withUnsafeMutableBytes(of: &net.widths) { raw in
      let places = raw.bindMemory(to: Int32.self)
      for (index, width) in widths.enumerated() where index < places.count { places[index] = Int32(width) }
    }
    return net
  }
}

/// Raw rate of the kernels for a decay of `decay` a substep.
public func rawRate(decay: Float) -> Float {
  let p = Double(min(max(decay, 1e-6), 1 - 1e-6))
  return Float(Maths.log(p / (1 - p)))
}

/// Decay a substep of a raw rate.
public func decay(rawRate raw: Float) -> Float { Float(1 / (1 + Maths.exp(0 - Double(raw)))) }
