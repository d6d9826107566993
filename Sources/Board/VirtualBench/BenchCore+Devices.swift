import Numerics

extension BenchCore {
  /// The noise column of readings; columns below it belong to the device's own physics.
  private static let readingColumn: UInt32 = 0xFFFF_FFFF

  /// A DAC's pin now has `volts`: the devices on it live through the time before with what it had.
  func drive(chip: Int, channel: Int, volts: Double, _ time: UInt64) {
    var device = Int(tables.pointee.driven[chip * 8 + channel])
    while device >= 0 {
      let state = tables.pointee.deviceState + device
      if state.pointee.driveVolts != volts {
        integrate(device, to: time)
        state.pointee.driveVolts = volts
      }
      device = Int(tables.pointee.devices[device].nextDriven)
    }
  }

  /// The voltage a device puts on a pin, clamped to what the pin's protection lets through; 0 where none is wired.
  func pinVolts(chip: Int, channel: Int, _ time: UInt64) -> Double {
    let device = Int(tables.pointee.read[chip * 8 + channel])
    guard device >= 0 else { return 0 }
    integrate(device, to: time)
    let table = tables.pointee.devices + device
    let state = tables.pointee.deviceState + device
    var volts = table.pointee.responseZero
    if table.pointee.kind != .dead { volts += table.pointee.responseScale * state.pointee.x }
    if table.pointee.responseNoise > 0 {
      let word = table.pointee.noise.block(
        UInt32(truncatingIfNeeded: time), UInt32(truncatingIfNeeded: time >> 32), Self.readingColumn, 0
      ).0
      volts += table.pointee.responseNoise * Normal.deviate(word)
    }
    // Written so that not-a-number ends up at the lower limit.
    return volts > -0.3 ? (volts < 5.3 ? volts : 5.3) : -0.3
  }

  /// Brings a device to the last quantum boundary at or before `time`.
  private func integrate(_ device: Int, to time: UInt64) {
    let table = tables.pointee.devices + device
    let reader = Int(table.pointee.slowReader)
    if reader >= 0 { ADS1115Model(self, reader).settle(time) }
    let target = time / tables.pointee.quantum
    let state = tables.pointee.deviceState + device
    var from = state.pointee.quantum
    guard from < target else { return }
    if target &- from > tables.pointee.longestCatchUp { from = target &- tables.pointee.longestCatchUp }
    let input = (state.pointee.driveVolts - table.pointee.driveZero) / table.pointee.driveScale
    switch table.pointee.kind {
    case .superparamagnetic: Superparamagnetic(table).integrate(state, from, target, input)
    case .duffing: Duffing(table).integrate(state, from, target, input)
    case .leakyIntegrator: LeakyIntegrator(table).integrate(state, from, target, input)
    case .dead: break
    }
    state.pointee.quantum = target
  }
}

/// Standard normal deviates of one device, one a quantum and column, whatever order they are asked in.
struct NoiseColumn {
  private let philox: Philox
  private let column: UInt32
  private var block: UInt64 = .max
  private var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)

  init(_ philox: Philox, column: UInt32) {
    self.philox = philox
    self.column = column
  }

  /// One block of four words serves four quanta.
  @inline(__always)
  mutating func deviate(_ quantum: UInt64) -> Double {
    let wanted = quantum >> 2
    if wanted != block {
      block = wanted
      words = philox.block(UInt32(truncatingIfNeeded: wanted), UInt32(truncatingIfNeeded: wanted >> 32), column, 0)
    }
    switch quantum & 3 {
    case 0: return Normal.deviate(words.0)
    case 1: return Normal.deviate(words.1)
    case 2: return Normal.deviate(words.2)
    default: return Normal.deviate(words.3)
    }
  }
}
