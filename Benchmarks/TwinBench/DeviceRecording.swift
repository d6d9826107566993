import Numerics
import TwinFitting
import VirtualBench

/// A recording of one virtual device: what a characterising run gives, without the board.
struct DeviceRecording {
  let kind: BenchDeviceKind
  let unit: Int
  private(set) var trace: DeviceTrace
  private var device: DeviceSimulator
  private var random: RandomStream

  init(_ kind: BenchDeviceKind, unit: Int, samplePeriod: Double) throws {
    self.kind = kind
    self.unit = unit
    let coupling = DeviceCoupling.usual(kind)
    var options = DeviceSimulatorOptions()
    options.seed = 7
    options.unit = UInt32(unit)
    device = try DeviceSimulator(coupling, options)
    random = RandomStream(seed: UInt64(unit) &+ 100, stream: 3)
    trace = DeviceTrace(
      drives: [], responses: [], responseCount: coupling.readings.count, segments: [], samplePeriod: samplePeriod)
  }

  /// Rests, drives the device and notes what it answered.
  private mutating func record(_ drives: [Double]) {
    for _ in 0..<20 { _ = device.step(drive: 0) }
    let start = trace.drives.count
    trace.drives += drives.map { Float($0) }
    trace.responses += device.run(drives).map { Float($0) }
    trace.segments.append(start..<trace.drives.count)
  }

  /// One long varied input.
  mutating func long(_ steps: Int) {
    let drives = mixed(steps)
    record(drives)
  }

  /// `inputs` inputs of held levels, each measured `repeats` times.
  mutating func repeated(_ inputs: Int, times repeats: Int, steps: Int) {
    for _ in 0..<inputs {
      let drives = held(steps)
      var group: [Int] = []
      for _ in 0..<repeats {
        group.append(trace.segments.count)
        record(drives)
      }
      trace.repeats.append(group)
    }
  }

  private mutating func held(_ steps: Int) -> [Double] {
    var drives: [Double] = []
    while drives.count < steps {
      let hold = 1 + Int(random.below(8))
      let level = random.uniform(in: -1...1)
      for _ in 0..<min(hold, steps - drives.count) { drives.append(level) }
    }
    return drives
  }

  // Levels held for random times, fresh levels each step, wandering drives, and levels held long.
  private mutating func mixed(_ steps: Int) -> [Double] {
    var drives: [Double] = []
    while drives.count < steps {
      switch random.below(4) {
      case 0: drives += held(80)
      case 1: for _ in 0..<60 { drives.append(random.uniform(in: -1...1)) }
      case 2:
        let memory = random.uniform(in: 0.3...0.95)
        let kick = 0.6 * (1 - memory * memory).squareRoot()
        var value = random.uniform(in: -1...1)
        for _ in 0..<60 {
          value = memory * value + kick * random.normal()
          drives.append(min(max(value, -1), 1))
        }
      default:
        let end = random.below(2) == 0 ? -1.0 : 1
        let level = random.below(2) == 0 ? end : random.uniform(in: -1...1)
        for _ in 0..<24 { drives.append(level) }
      }
    }
    return Array(drives.prefix(steps))
  }
}
