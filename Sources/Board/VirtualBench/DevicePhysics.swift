import Numerics

/// What all kinds of devices share: how a unit comes to its parameters, starts, lives on and is read.
enum DevicePhysics {
  /// Streams of hidden parameters, apart from the devices' noise, which has the device's number.
  private static let parameterStream: UInt32 = 0x8000_0000
  /// Where hidden parameters are cut off, standard deviations.
  private static let farthest = 2.5
  /// The noise column of a device's first reading, those of further ones go down; low columns are the device's physics.
  private static let readingColumn: UInt32 = 0xFFFF_FFFF

  /// The table of unit `index` of a bench: `quantum` in nanoseconds, its parameters drawn around the nominal ones.
  static func table(
    _ kind: BenchDeviceKind, seed: UInt64, unit index: UInt32, spread: Double, quantum: UInt64, timePerSecond: Double,
    parameters nominal: [Double], ageing: DeviceAgeing, noiseSeed: UInt64
  ) -> DeviceTable {
    let step = Double(quantum) * 1e-9 * timePerSecond
    let philox = Philox(seed: seed, stream: parameterStream | index)
    let ageWords = philox.block(0, 1, 0, 0)
    var table = DeviceTable(
      kind: kind, noise: Philox(seed: noiseSeed, stream: index), step: step, stepRoot: step.squareRoot(),
      ageing: UnitAgeing(ageing, quantum: quantum, deviates: (bounded(ageWords.0), bounded(ageWords.1))),
      driveZero: 0, driveScale: 1, firstReading: 0, readingCount: 0, nextDriven: -1, p0: 0, p1: 0, p2: 0, p3: 0, p4: 0,
      p5: 0, p6: 0, p7: 0)
    var parameters = nominal
    for position in 0..<parameters.count {
      parameters[position] *= 1 + spread * bounded(philox.block(UInt32(position), 0, 0, 0).0)
    }
    switch kind {
    case .superparamagnetic: Superparamagnetic.prepare(&table, parameters)
    case .duffing: Duffing.prepare(&table, parameters)
    case .leakyIntegrator: LeakyIntegrator.prepare(&table, parameters)
    case .nanoring: Nanoring.prepare(&table, parameters)
    case .dead: break
    }
    return table
  }

  /// A standard normal cut off at 2.5 standard deviations.
  private static func bounded(_ word: UInt32) -> Double {
    let deviate = Normal.deviate(word)
    return deviate < -farthest ? -farthest : (deviate > farthest ? farthest : deviate)
  }

  /// Puts a device into the state it has when it is switched on; its time and its drive stay.
  static func start(_ state: inout DeviceState, _ table: DeviceTable) {
    state.x = 0
    state.y = 0
    state.z = 0
    state.w = 0
    switch table.kind {
    case .duffing: Duffing.start(&state, table)
    case .nanoring: Nanoring.start(&state)
    case .superparamagnetic, .leakyIntegrator, .dead: break
    }
  }

  /// Integrates quanta `from..<to` under a constant drive, volts, epoch by epoch where the device ages.
  static func integrate(
    _ table: UnsafeMutablePointer<DeviceTable>, _ state: UnsafeMutablePointer<DeviceState>, _ from: UInt64,
    _ to: UInt64
  ) {
    let input = (state.pointee.driveVolts - table.pointee.driveZero) / table.pointee.driveScale
    let epoch = table.pointee.ageing.epochQuanta
    guard epoch > 0 else { return integrate(table, state, from, to, input, 1) }
    var quantum = from
    while quantum < to {
      let end = min((quantum / epoch &+ 1) &* epoch, to)
      integrate(table, state, quantum, end, input, table.pointee.ageing.factor(quantum))
      quantum = end
    }
  }

  private static func integrate(
    _ table: UnsafeMutablePointer<DeviceTable>, _ state: UnsafeMutablePointer<DeviceState>, _ from: UInt64,
    _ to: UInt64, _ input: Double, _ age: Double
  ) {
    switch table.pointee.kind {
    case .superparamagnetic: Superparamagnetic(table).integrate(state, from, to, input, age)
    case .duffing: Duffing(table).integrate(state, from, to, input, age)
    case .leakyIntegrator: LeakyIntegrator(table).integrate(state, from, to, input, age)
    case .nanoring: Nanoring(table).integrate(state, from, to, input, age)
    case .dead: break
    }
  }

  /// The voltage reading `reading` shows at `time` (nanoseconds), within what a pin's protection lets through.
  static func volts(
    _ table: UnsafeMutablePointer<DeviceTable>, _ state: UnsafeMutablePointer<DeviceState>, _ reading: ReadingTable,
    _ time: UInt64
  ) -> Double {
    var volts = reading.zero
    switch table.pointee.kind {
    case .dead: break
    case .duffing: volts += reading.scale * (reading.index == 0 ? state.pointee.x : state.pointee.y)
    case .nanoring: volts += reading.scale * (reading.index == 0 ? state.pointee.x : state.pointee.w)
    case .superparamagnetic, .leakyIntegrator: volts += reading.scale * state.pointee.x
    }
    if reading.noise > 0 {
      let word = table.pointee.noise.block(
        UInt32(truncatingIfNeeded: time), UInt32(truncatingIfNeeded: time >> 32),
        readingColumn &- UInt32(reading.index), 0
      ).0
      volts += reading.noise * Normal.deviate(word)
    }
    // Written so that not-a-number ends up at the lower limit.
    return volts > -0.3 ? (volts < 5.3 ? volts : 5.3) : -0.3
  }
}
