import Numerics
import TwinModel
import TwinMonitor

/// Twins whose right devices are known: linear, with noise of a given size.
enum Devices {
  /// dx_i = rate (gain s - x_i) + noise dW_i for every observable.
  static func linear(observables: Int = 1, rate: Float = 0.3, gain: Float = 1, noise: Float = 0.02) throws
    -> TwinParameters
  {
    // z = (s, x_1 ... x_k); F_i = gain s - x_i.
    var weights: [Float] = []
    for row in 0..<observables {
      weights.append(gain)
      for column in 0..<observables { weights.append(row == column ? -1 : 0) }
    }
    weights += [Float](repeating: 0, count: observables)
    guard let drift = Perceptron(inputs: 1 + observables, widths: [], outputs: observables, weights: weights),
      let diffusion = Perceptron(constant: [Float](repeating: 0, count: observables))
    else { throw TwinFault.drift }
    func all(_ value: Float) -> [Float] { [Float](repeating: value, count: observables) }
    // softplus(0) = ln 2.
    return try TwinParameters(
      solver: .eulerMaruyama, driveTaps: 1, responseTaps: 1, driveOffset: [0], driveScale: [1], responseOffset: all(0),
      responseScale: all(1), responseLow: all(-3), responseHigh: all(3), drift: drift, driftScale: all(rate),
      noiseShape: .diagonal, noiseSources: observables, noisyRows: (0..<observables).map { UInt8($0) },
      diffusion: diffusion, diffusionScale: all(noise / 0.693147))
  }

  static func plan(
    _ twins: [TwinParameters], threshold: Float = 8, window: Int = 128, action: ResidualAction = .flag
  ) throws -> ResidualPlan {
    try ResidualPlan(
      settings: ResidualSettings(threshold: threshold, window: window, action: action),
      nodes: twins.enumerated().map { ResidualPlan.Node(node: $0.offset, twin: $0.element) })
  }
}

/// A device and the monitor beside it.
struct Rig {
  let monitor: ResidualMonitor
  private var device: TwinState
  private var random: RandomStream
  private var measured: [Float]
  private(set) var step = 0
  var findings: [(step: Int, finding: ResidualFinding)] = []

  /// - Parameter device: what stands in the twin's place; the twin itself where nil.
  init(_ twin: TwinParameters, device: TwinParameters? = nil, threshold: Float = 8, window: Int = 128, seed: UInt64)
    throws
  {
    monitor = ResidualMonitor(try Devices.plan([twin], threshold: threshold, window: window))
    self.device = TwinState(device ?? twin)
    random = RandomStream(seed: seed, stream: 1)
    measured = [Float](repeating: 0, count: twin.observables)
  }

  /// Puts another device in the place of the present one, at its responses.
  mutating func swap(_ twin: TwinParameters) {
    let at = device.responses
    device = TwinState(twin)
    _ = device.correct(at)
  }

  /// Plays `count` steps of random drives; `change` alters what is measured.
  mutating func play(_ count: Int, change: (inout [Float], Int) -> Void = { _, _ in }) {
    for _ in 0..<count {
      let drive = Float(2 * random.uniform() - 1)
      let noise = (0..<device.noisesPerStep).map { _ in Float(random.normal()) }
      _ = device.step(drives: [drive], noise: noise)
      measured = device.responses
      change(&measured, step)
      observe(drive)
      step += 1
    }
  }

  private mutating func observe(_ drive: Float) {
    let found = withUnsafePointer(to: drive) { s in
      measured.withUnsafeBufferPointer { x in
        monitor.observe(0, drives: UnsafeBufferPointer(start: s, count: 1), measured: x)
      }
    }
    if let found { findings.append((step, found)) }
  }
}
