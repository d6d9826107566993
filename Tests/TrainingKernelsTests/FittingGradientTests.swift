import CTrainingKernels
import Numerics
import Testing
import TrainingKernels
import TwinModel

/// Gradients of the fitting losses against central differences of the double-precision reference.
@Suite struct FittingGradientTests {
  static let lanes = Int(TK_LANES)
  static let steps = 7
  static let driftWidths = [7, 5]
  static let diffusionWidths = [6]

  struct Setting {
    let kernel: KernelTwin
    let drives: AlignedBuffer
    let responses: AlignedBuffer
    let weights: AlignedBuffer
    var reference: ReferenceTwin

    init(_ solver: TwinSolver, seed: UInt64) {
      var random = RandomStream(seed: seed, stream: 31)
      kernel = KernelTwin(
        driveTaps: 2, responseTaps: 3, driftWidths: driftWidths, diffusionWidths: diffusionWidths, solver: solver,
        driftGain: 0.4, diffusionGain: 0.3, diffusionFloor: 0.05, low: -.infinity, high: .infinity)
      for index in 0..<kernel.drift.count { kernel.drift[index] = Float(0.5 * random.normal()) }
      for index in 0..<kernel.diffusion.count { kernel.diffusion[index] = Float(0.5 * random.normal()) }
      drives = AlignedBuffer((0..<((1 + steps) * lanes)).map { _ in Float(random.normal()) })
      responses = AlignedBuffer((0..<((3 + steps) * lanes)).map { _ in Float(random.normal()) })
      weights = AlignedBuffer((0..<lanes).map { $0 < 13 ? 1 : 0 })
      reference = ReferenceTwin(
        kernel.c, driftWidths: driftWidths, diffusionWidths: diffusionWidths, drift: kernel.drift.array,
        diffusion: kernel.diffusion.array)
    }

    var window: tk_window {
      tk_window(
        steps: Int32(steps), drives: UnsafePointer(drives.floats), responses: UnsafePointer(responses.floats),
        lane_weight: UnsafePointer(weights.floats))
    }

    func pathLoss(_ reference: ReferenceTwin) -> Double {
      var loss = 0.0
      for lane in 0..<lanes where weights[lane] > 0 {
        var x = (0..<3).map { Double(responses[(2 - $0) * lanes + lane]) }
        for step in 0..<steps {
          let s = (0..<2).map { Double(drives[(1 + step - $0) * lanes + lane]) }
          x.insert(reference.next(s, x, noise: 0), at: 0)
          let error = x[0] - Double(responses[(3 + step) * lanes + lane])
          loss += error * error
        }
      }
      return loss
    }

    func likelihood(_ reference: ReferenceTwin) -> Double {
      var loss = 0.0
      for lane in 0..<lanes where weights[lane] > 0 {
        for step in 0..<steps {
          let x = (0..<3).map { Double(responses[(2 + step - $0) * lanes + lane]) }
          let s = (0..<2).map { Double(drives[(1 + step - $0) * lanes + lane]) }
          let sd = reference.deviation(s + x)
          let error = Double(responses[(3 + step) * lanes + lane]) - reference.next(s, x, noise: 0)
          loss += 0.5 * error * error / sd / sd + Maths.log(sd)
        }
      }
      return loss
    }
  }

  static func compare(_ gradient: [Float], _ difference: (Int) -> Double) -> Double {
    var error = 0.0
    var size = 0.0
    for index in gradient.indices {
      let wanted = difference(index)
      error += (Double(gradient[index]) - wanted) * (Double(gradient[index]) - wanted)
      size += wanted * wanted
    }
    return (error / size).squareRoot()
  }

  @Test(arguments: InstructionSet.available, [TwinSolver.eulerMaruyama, .rungeKutta2])
  func driftGradient(_ isa: InstructionSet, _ solver: TwinSolver) {
    let setting = Setting(solver, seed: 5)
    var c = setting.kernel.c
    var window = setting.window
    let scratch = AlignedBuffer(bytes: tk_window_scratch(&c, Int32(Self.steps)))
    let gradient = AlignedBuffer(floats: setting.kernel.drift.count)
    let loss = tk_drift_window(isa.rawValue, &c, &window, gradient.floats, scratch.raw)
    #expect(abs(loss / setting.pathLoss(setting.reference) - 1) < 1e-5)
    let error = Self.compare(gradient.array) { index in
      var up = setting.reference
      var down = setting.reference
      up.drift[index] += 1e-5
      down.drift[index] -= 1e-5
      return (setting.pathLoss(up) - setting.pathLoss(down)) / 2e-5
    }
    #expect(error < 1e-5)
  }

  @Test(arguments: InstructionSet.available) func likelihoodGradients(_ isa: InstructionSet) {
    let setting = Setting(.eulerMaruyama, seed: 6)
    var c = setting.kernel.c
    var window = setting.window
    let scratch = AlignedBuffer(bytes: tk_window_scratch(&c, Int32(Self.steps)))
    let drift = AlignedBuffer(floats: setting.kernel.drift.count)
    let diffusion = AlignedBuffer(floats: setting.kernel.diffusion.count)
    let loss = tk_transition_window(isa.rawValue, &c, &window, drift.floats, diffusion.floats, nil, nil, scratch.raw)
    #expect(abs(loss / setting.likelihood(setting.reference) - 1) < 1e-5)
    let driftError = Self.compare(drift.array) { index in
      var up = setting.reference
      var down = setting.reference
      up.drift[index] += 1e-5
      down.drift[index] -= 1e-5
      return (setting.likelihood(up) - setting.likelihood(down)) / 2e-5
    }
    #expect(driftError < 1e-5)
    let diffusionError = Self.compare(diffusion.array) { index in
      var up = setting.reference
      var down = setting.reference
      up.diffusion[index] += 1e-5
      down.diffusion[index] -= 1e-5
      return (setting.likelihood(up) - setting.likelihood(down)) / 2e-5
    }
    #expect(diffusionError < 1e-5)
  }

  // The variance RK2's likelihood assumes is that of its steps, to the first order it claims.
  @Test func secondOrderLikelihoodKnowsItsOwnNoise() {
    let setting = Setting(.rungeKutta2, seed: 8)
    setting.kernel.setNoise(gain: 0.01, floor: 0.002)
    var c = setting.kernel.c
    let lanes = Self.lanes
    let scratch = AlignedBuffer(bytes: tk_window_scratch(&c, 4))
    var sum = 0.0
    let rounds = 2000
    // Draw a step from the twin, then ask the likelihood for its standardised residual.
    let responses = AlignedBuffer(floats: 4 * lanes)
    let weights = AlignedBuffer((0..<lanes).map { _ in 1 })
    let residuals = AlignedBuffer(floats: lanes)
    for round in 0..<rounds {
      for index in 0..<(3 * lanes) { responses[index] = setting.responses[index] }
      let ids = (0..<UInt32(lanes)).map { $0 }
      tk_simulate(
        InstructionSet.best.rawValue, &c, 1, setting.drives.floats, responses.floats, 1, 5, 6, ids, UInt32(round),
        scratch.raw)
      var window = tk_window(
        steps: 1, drives: UnsafePointer(setting.drives.floats), responses: UnsafePointer(responses.floats),
        lane_weight: UnsafePointer(weights.floats))
      _ = tk_transition_window(
        InstructionSet.best.rawValue, &c, &window, nil, nil, residuals.floats, nil, scratch.raw)
      for lane in 0..<lanes { sum += Double(residuals[lane]) * Double(residuals[lane]) }
    }
    let variance = sum / Double(rounds * lanes)
    #expect(abs(variance - 1) < 0.35)
  }
}
