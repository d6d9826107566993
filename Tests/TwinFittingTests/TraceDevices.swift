import Numerics
import TwinFitting

/// Devices with parameters that differ from unit to unit, hop between states, or age; 12-bit converters.
struct TraceDevice {
  enum Kind: CaseIterable { case leaky, superparamagnet, duffing, telegraph }

  var kind: Kind
  /// Share by which this unit's drive gain and rate are off.
  var gain = 0.0
  var rate = 0.0
  private var a = 0.0
  private var b = 0.0
  private var c = 0.0

  init(_ kind: Kind, gain: Double = 0, rate: Double = 0) {
    self.kind = kind
    self.gain = gain
    self.rate = rate
    if kind == .duffing || kind == .telegraph { a = 1 }
  }

  mutating func step(_ drive: Float, _ random: inout RandomStream) -> Float {
    let s = Double(drive) * (1 + gain)
    let tempo = 1 + rate
    var reading = 0.0
    switch kind {
    case .leaky:
      for _ in 0..<10 {
        b += -b / 0.2 * 0.03 + (0.07 * Maths.tanh(abs(4 * s)) + 0.02) * 0.03.squareRoot() * random.normal()
        c += -c / 0.8 * 0.03 + 0.07 * Maths.tanh(abs(3 * a)) * 0.03.squareRoot() * random.normal()
        a += (-a + Maths.tanh(2 * s) + b + c) * 0.03 * tempo
      }
      reading = a * 0.8
    case .superparamagnet:
      let up = Maths.exp(-3 * (1 - 0.6 * s) * (1 - 0.6 * s))
      let down = Maths.exp(-3 * (1 + 0.6 * s) * (1 + 0.6 * s))
      let decay = Maths.exp(-(up + down) * 4 * tempo)
      let settled = (up - down) / (up + down)
      a = settled + (a - settled) * decay
      a += (max(1 - a * a, 1e-4) * (1 - decay * decay) / 2000).squareRoot() * random.normal()
      reading = a * 0.95
    case .duffing:
      for _ in 0..<20 {
        let force = 0.5 * s - 0.3 * b + a - a * a * a
        a += 0.02 * tempo * b
        b += 0.02 * tempo * force + 0.05 * Maths.tanh(abs(3 * a)) * 0.02.squareRoot() * random.normal()
      }
      reading = a / 1.8
    case .telegraph:
      // Hops between two levels at rates the drive tilts, with a little noise on the reading.
      let hop = 0.05 * Maths.exp(-a * s) * tempo
      if random.uniform() < hop { a = -a }
      reading = 0.6 * a + 0.1 * s + 0.01 * random.normal()
    }
    return Float((min(1, max(-1, reading)) * 2047.5).rounded() / 2047.5)
  }

  /// Pieces of random drive and repeats, recorded from units that `unit` picks for a piece and a share of the
  /// recording.
  static func trace(
    _ units: [TraceDevice], seed: UInt64, pieces: Int = 20, length: Int = 300, inputs: Int = 5, repeats: Int = 12,
    amplitude: (Int) -> Double = { _ in 1 }, age: Double = 0, unit: (Int) -> Int = { _ in 0 }
  ) -> DeviceTrace {
    var random = RandomStream(seed: seed, stream: 31)
    var units = units
    var trace = DeviceTrace(drives: [], responses: [], segments: [])
    let total = Double(pieces + inputs * repeats)
    var piece = 0
    func record(_ drives: [Float]) {
      let index = unit(piece)
      units[index].gain += age / total
      for _ in 0..<16 { _ = units[index].step(0, &random) }
      let start = trace.drives.count
      for drive in drives {
        trace.drives.append(drive)
        trace.responses.append(units[index].step(drive, &random))
      }
      trace.segments.append(start..<trace.drives.count)
      piece += 1
    }
    for index in 0..<pieces {
      let size = Float(amplitude(index))
      record(SimulatedDevice.drive(length, &random).map { $0 * size })
    }
    for input in 0..<inputs {
      let size = Float(amplitude(pieces + input))
      let drives = SimulatedDevice.drive(60, &random).map { $0 * size }
      var group: [Int] = []
      for _ in 0..<repeats {
        group.append(trace.segments.count)
        record(drives)
      }
      trace.repeats.append(group)
    }
    return trace
  }
}
