import Numerics
import TwinFitting
import VirtualBench

/// A recording of virtual devices: units of one kind that `unit` picks for a segment and its place among the repeats of
/// its input, 0 to 1.
struct BenchRecording {
  private(set) var trace: DeviceTrace
  private var devices: [DeviceSimulator] = []
  private var random: RandomStream
  private let unit: (Int, Double) -> Int

  init(
    _ kind: BenchDeviceKind, units: [UInt32], ageing: DeviceAgeing = .none,
    unit: @escaping (Int, Double) -> Int = { _, _ in 0 }
  ) throws {
    let coupling = DeviceCoupling.usual(kind)
    for number in units {
      var options = DeviceSimulatorOptions()
      options.seed = 7
      options.unit = number
      options.ageing = ageing
      devices.append(try DeviceSimulator(coupling, options))
    }
    random = RandomStream(seed: UInt64(units.first ?? 0) &+ 100, stream: 3)
    trace = DeviceTrace(drives: [], responses: [], responseCount: coupling.readings.count, segments: [])
    self.unit = unit
  }

  private mutating func record(_ drives: [Double], place: Double) {
    let index = unit(trace.segments.count, place)
    for _ in 0..<20 { _ = devices[index].step(drive: 0) }
    let start = trace.drives.count
    trace.drives += drives.map { Float($0) }
    trace.responses += devices[index].run(drives).map { Float($0) }
    trace.segments.append(start..<trace.drives.count)
  }

  /// A varied input in pieces of equal length.
  mutating func long(_ steps: Int, pieces: Int = 1) {
    for piece in 0..<pieces { record(drives(steps / pieces, held: false), place: Double(piece) / Double(pieces)) }
  }

  /// Inputs of held levels, 60 steps each.
  mutating func repeated(_ inputs: Int, times repeats: Int) {
    for _ in 0..<inputs {
      let drives = drives(60, held: true)
      trace.repeats.append(Array(trace.segments.count..<(trace.segments.count + repeats)))
      for run in 0..<repeats { record(drives, place: Double(run) / Double(repeats)) }
    }
  }

  /// Levels held for random times; or, in turn, fresh levels every step and levels held long as well.
  private mutating func drives(_ steps: Int, held: Bool) -> [Double] {
    var drives: [Double] = []
    while drives.count < steps {
      let most: UInt32 = held ? 8 : [8, 1, 24][Int(random.below(3))]
      for _ in 0..<(held ? 1 : 60 / Int(most)) {
        let hold = 1 + Int(random.below(most))
        let level = random.uniform(in: -1...1)
        for _ in 0..<hold { drives.append(level) }
      }
    }
    return Array(drives.prefix(steps))
  }
}
