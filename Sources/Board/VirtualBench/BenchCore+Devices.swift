import Numerics

extension BenchCore {
  /// A DAC's pin now has `volts`: the devices on it live through the time before with what it had.
  func drive(chip: Int, channel: Int, volts: Double, _ time: UInt64) {
    var device = Int(tables.pointee.driven[chip * BenchTables.channels + channel])
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
    let index = Int(tables.pointee.read[chip * BenchTables.channels + channel])
    guard index >= 0 else { return 0 }
    let reading = tables.pointee.readings[index]
    let device = Int(reading.device)
    integrate(device, to: time)
    return DevicePhysics.volts(tables.pointee.devices + device, tables.pointee.deviceState + device, reading, time)
  }

  /// Brings a device to the last quantum boundary at or before `time`.
  private func integrate(_ device: Int, to time: UInt64) {
    let table = tables.pointee.devices + device
    // A conversion that ended before samples first; settling one brings in those that ended before it.
    for index in 0..<Int(table.pointee.readingCount) {
      let reader = Int(tables.pointee.readings[Int(table.pointee.firstReading) + index].slowReader)
      if reader >= 0 { settle(reader, time) }
    }
    let target = time / tables.pointee.quantum
    let state = tables.pointee.deviceState + device
    var from = state.pointee.quantum
    guard from < target else { return }
    if target &- from > tables.pointee.longestCatchUp { from = target &- tables.pointee.longestCatchUp }
    DevicePhysics.integrate(table, state, from, target)
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
