import CTrainingKernels
import TwinModel

/// A twin as the kernels take it: normalisers, time step and scales folded into the weights, everything in channel units.
public final class KernelTwin: @unchecked Sendable {
  /// What the kernels are built for.
  public static let mostLayers = Int(TK_MAX_LAYERS)
  public static let widest = Int(TK_MAX_WIDTH)

  public let drift: AlignedBuffer
  public let diffusion: AlignedBuffer
  /// The C structure; valid while this object lives.
  public private(set) var c = tk_twin()

  /// Shape and gains alone, weights zero, in whatever units the caller keeps.
  public init(
    driveTaps: Int, responseTaps: Int, driftWidths: [Int], diffusionWidths: [Int], solver: TwinSolver,
    driftGain: Float, diffusionGain: Float, diffusionFloor: Float, low: Float, high: Float
  ) {
    let taps = driveTaps + responseTaps
    drift = AlignedBuffer(floats: Perceptron.weightCount(inputs: taps, widths: driftWidths))
    diffusion = AlignedBuffer(floats: Perceptron.weightCount(inputs: taps, widths: diffusionWidths))
    c.drift = Self.shape(taps, driftWidths)
    c.diffusion = Self.shape(taps, diffusionWidths)
    c.drive_taps = Int32(driveTaps)
    c.response_taps = Int32(responseTaps)
    c.solver = solver == .eulerMaruyama ? Int32(TK_EULER_MARUYAMA) : Int32(TK_RK2)
    c.drift_gain = driftGain
    c.diffusion_gain = diffusionGain
    c.diffusion_floor = diffusionFloor
    c.low = low
    c.high = high
    c.drift_weights = UnsafePointer(drift.floats)
    c.diffusion_weights = UnsafePointer(diffusion.floats)
  }

  /// The twin, of one drive and one observable, in channel units.
  public convenience init(_ twin: TwinParameters) {
    let unit = 1 / twin.responseScale[0]
    let step = twin.timeStep * unit
    let root = twin.timeStep.squareRoot() * unit
    self.init(
      driveTaps: twin.driveTaps, responseTaps: twin.responseTaps, driftWidths: twin.drift.widths,
      diffusionWidths: twin.diffusion?.widths ?? [], solver: twin.solver, driftGain: twin.driftScale[0] * step,
      diffusionGain: (twin.diffusionScale.first ?? 0) * root, diffusionFloor: (twin.diffusionFloor.first ?? 0) * root,
      low: twin.responseLow[0], high: twin.responseHigh[0])
    let drives = [Float](repeating: 1, count: twin.driveTaps)
    let responses = [Float](repeating: 1, count: twin.responseTaps)
    let scale = drives.map { $0 * twin.driveScale[0] } + responses.map { $0 * twin.responseScale[0] }
    let offset = drives.map { $0 * twin.driveOffset[0] } + responses.map { $0 * twin.responseOffset[0] }
    Self.fold(twin.drift, scale: scale, offset: offset, into: drift)
    if let net = twin.diffusion, !net.widths.isEmpty { Self.fold(net, scale: scale, offset: offset, into: diffusion) }
  }

  public func setNoise(gain: Float, floor: Float) {
    c.diffusion_gain = gain
    c.diffusion_floor = floor
  }

  /// Keeps responses between `low` and `high`, in the kernel's units.
  public func setRange(low: Float, high: Float) {
    c.low = low
    c.high = high
  }

  // w (z - offset) scale + b = (w scale) z + (b - w scale offset)
  private static func fold(_ net: Perceptron, scale: [Float], offset: [Float], into buffer: AlignedBuffer) {
    buffer.floats.update(from: net.weights, count: net.weights.count)
    let taps = net.inputs
    let width = net.widths[0]
    for unit in 0..<width {
      var bias = net.weights[width * taps + unit]
      for tap in 0..<taps {
        let weight = net.weights[unit * taps + tap] * scale[tap]
        buffer[unit * taps + tap] = weight
        bias -= weight * offset[tap]
      }
      buffer[width * taps + unit] = bias
    }
  }

  private static func shape(_ inputs: Int, _ widths: [Int]) -> tk_mlp {
    var mlp = tk_mlp()
    mlp.inputs = Int32(inputs)
    mlp.layers = Int32(widths.count)
    withUnsafeMutableBytes(of: &mlp.widths) { raw in
      let places = raw.bindMemory(to: Int32.self)
      for (index, width) in widths.enumerated() where index < places.count { places[index] = Int32(width) }
    }
    return mlp
  }
}
