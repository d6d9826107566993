import Numerics
import TwinFitting

/// Devices to fit twins to, simulated from their textbook equations with 12-bit converters.
enum SimulatedDevice: CaseIterable {
  case leakyIntegrator, superparamagnet, duffing

  /// Internal state: one use a device.
  struct State {
    var a = 0.0
    var b = 0.0
    var c = 0.0
  }

  func start() -> State { self == .duffing ? State(a: 1) : State() }

  /// One control step under drive -1 ... 1; returns the reading in channel units.
  func step(_ state: inout State, _ drive: Float, _ random: inout RandomStream) -> Float {
    let s = Double(drive)
    var reading = 0.0
    switch self {
    case .leakyIntegrator:
      // x' = (-x + tanh 2s + n)/tau with two coloured noises; ten substeps of 0.03 tau.
      let dt = 0.03
      let target = Maths.tanh(2 * s)
      for _ in 0..<10 {
        let size1 = 0.07 * Maths.tanh(abs(4 * s)) + 0.02
        let size2 = 0.07 * Maths.tanh(abs(3 * state.a))
        state.b += -state.b / 0.2 * dt + size1 * dt.squareRoot() * random.normal()
        state.c += -state.c / 0.8 * dt + size2 * dt.squareRoot() * random.normal()
        state.a += (-state.a + target + state.b + state.c) * dt
      }
      reading = state.a
    case .superparamagnet:
      let h = 0.6 * s
      let b = 3.0
      let up = Maths.exp(-b * (1 - h) * (1 - h))
      let down = Maths.exp(-b * (1 + h) * (1 + h))
      let rate = up + down
      let decay = Maths.exp(-rate * 4)
      let settled = (up - down) / rate
      state.a = settled + (state.a - settled) * decay
      let variance = max(1 - state.a * state.a, 1e-4) * (1 - decay * decay) / 2000
      state.a += variance.squareRoot() * random.normal()
      reading = state.a
    case .duffing:
      let dt = 0.02
      for _ in 0..<20 {
        let noise = 0.05 * Maths.tanh(abs(3 * state.a)) * dt.squareRoot() * random.normal()
        let force = 0.5 * s - 0.3 * state.b + state.a - state.a * state.a * state.a
        state.a += dt * state.b
        state.b += dt * force + noise
      }
      reading = state.a / 1.6
    }
    let clipped = min(1, max(-1, reading))
    return Float((clipped * 2047.5).rounded() / 2047.5)
  }

  /// A long trace under random piecewise-constant drive, then `inputs` inputs repeated `repeats` times.
  func trace(seed: UInt64, long: Int = 12_000, inputs: Int = 8, repeats: Int = 20, length: Int = 60) -> DeviceTrace {
    var random = RandomStream(seed: seed, stream: 1)
    var state = start()
    var drives = Self.drive(long, &random)
    var responses: [Float] = []
    for drive in drives { responses.append(step(&state, drive, &random)) }
    var segments = long > 0 ? [0..<long] : []
    var groups: [[Int]] = []
    for _ in 0..<inputs {
      let stimulus = Self.drive(length, &random)
      var group: [Int] = []
      for _ in 0..<repeats {
        for _ in 0..<16 { _ = step(&state, 0, &random) }
        group.append(segments.count)
        segments.append(drives.count..<(drives.count + length))
        for drive in stimulus {
          drives.append(drive)
          responses.append(step(&state, drive, &random))
        }
      }
      groups.append(group)
    }
    return DeviceTrace(drives: drives, responses: responses, segments: segments, repeats: groups)
  }

  /// x' = 0.8 x + 0.2 s + 0.05 xi, and where it ends.
  static func linearTrace(seed: UInt64, samples: Int) -> (trace: DeviceTrace, last: Float) {
    var random = RandomStream(seed: seed, stream: 2)
    let drives = drive(samples, &random)
    var x: Float = 0
    let responses = drives.map { s -> Float in
      x = 0.8 * x + 0.2 * s + 0.05 * Float(random.normal())
      return x
    }
    return (DeviceTrace(drives: drives, responses: responses), x)
  }

  static func drive(_ count: Int, _ random: inout RandomStream) -> [Float] {
    var drives: [Float] = []
    while drives.count < count {
      let level = Float(random.uniform(in: -1...1))
      let hold = 1 + Int(random.below(8))
      for _ in 0..<min(hold, count - drives.count) { drives.append(level) }
    }
    return drives
  }
}
