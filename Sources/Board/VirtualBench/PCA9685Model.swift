/// The simulated PCA9685 behind low-passes: each output's volts are its share of high time of the supply. Words 0 to 255 are
/// the registers.
struct PCA9685Model {
  private enum Register {
    static let mode1 = 0x00
    static let mode2 = 0x01
    static let firstOutput = 0x06
    static let lastOutput = 0x45
    static let allOutputs = 0xFA
    static let prescale = 0xFE
  }
  private enum Mode {
    static let restart: UInt16 = 0x80
    static let external: UInt16 = 0x40
    static let autoIncrement: UInt16 = 0x20
    static let sleep: UInt16 = 0x10
    static let inverted: UInt16 = 0x10
  }
  private static let pointer = 256
  /// Outputs pulse: set by writing them or by a restart, ended by sleep.
  private static let running = 257
  /// Place in `times`: when the oscillator was started.
  private static let awake = 0
  private static let wakeTime: UInt64 = 500_000
  private static let always: UInt16 = 0x10

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    state.words[Register.mode1] = 0x11
    state.words[Register.mode2] = 0x04
    state.words[2] = 0xE2
    state.words[3] = 0xE4
    state.words[4] = 0xE8
    state.words[5] = 0xE0
    for channel in 0..<16 { state.words[Register.firstOutput + 4 * channel + 3] = Self.always }
    state.words[Register.prescale] = 0x1E
  }

  /// A register's number, then bytes for it, or for it and those after it with auto-increment.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let first = bytes.first else { return }
    var register = Int(first)
    var outputs = false
    for position in 1..<max(bytes.count, 1) {
      set(register, UInt16(bytes[position]), time, &outputs)
      if state.words[Register.mode1] & Mode.autoIncrement != 0 { register = Self.after(register) }
    }
    state.words[Self.pointer] = UInt16(register)
    if outputs {
      // Written outputs pulse, restart or none.
      state.words[Self.running] = 1
      state.words[Register.mode1] &= ~Mode.restart
    }
    // Bit 3 of the second mode register: outputs change with the acknowledge, not at the stop.
    if state.words[Register.mode2] & 0x08 != 0 { update(time) }
  }

  private static func after(_ register: Int) -> Int {
    register == Register.lastOutput || register >= Register.prescale ? 0 : register + 1
  }

  private func set(_ register: Int, _ value: UInt16, _ time: UInt64, _ outputs: inout Bool) {
    switch register {
    case Register.mode1: setMode(value, time)
    case Register.mode2:
      if value & 0xE0 != 0 { state.violate() }
      state.words[register] = value & 0x1F
    case 2...5: state.words[register] = value & 0xFE
    case Register.firstOutput...Register.lastOutput:
      setOutput(register, value)
      outputs = true
    case Register.allOutputs..<Register.prescale:
      for channel in 0..<16 { setOutput(Register.firstOutput + 4 * channel + register - Register.allOutputs, value) }
      outputs = true
    case Register.prescale:
      guard state.words[Register.mode1] & Mode.sleep != 0, value >= 3 else { return state.violate() }
      state.words[register] = value
    default: state.violate()
    }
  }

  // The upper byte of a count has five bits.
  private func setOutput(_ register: Int, _ value: UInt16) {
    let upper = (register - Register.firstOutput) & 1 != 0
    if upper, value & 0xE0 != 0 { state.violate() }
    state.words[register] = value & (upper ? 0x1F : 0xFF)
  }

  private func setMode(_ value: UInt16, _ time: UInt64) {
    let before = state.words[Register.mode1]
    // The external clock stays until power-off, and the bench has none.
    if value & Mode.external != 0 { state.violate() }
    var restart = before & Mode.restart
    if value & Mode.sleep != 0 {
      if before & Mode.sleep == 0, state.words[Self.running] != 0, pulses() { restart = Mode.restart }
      state.words[Self.running] = 0
    } else if before & Mode.sleep != 0 {
      state.times[Self.awake] = time
    }
    if value & Mode.restart != 0, restart != 0, value & Mode.sleep == 0 {
      if time < state.times[Self.awake] &+ Self.wakeTime { state.violate() }
      restart = 0
      state.words[Self.running] = 1
    }
    state.words[Register.mode1] = value & 0x7F | restart
  }

  private func pulses() -> Bool {
    for channel in 0..<16 where state.words[Register.firstOutput + 4 * channel + 3] & Self.always == 0 { return true }
    return false
  }

  /// Tells the devices what the outputs are: at the stop.
  func update(_ time: UInt64) {
    for channel in 0..<16 { core.drive(chip: index, channel: channel, volts: volts(channel), time) }
  }

  private func volts(_ channel: Int) -> Double {
    let first = Register.firstOutput + 4 * channel
    let on = state.words[first + 1]
    let off = state.words[first + 3]
    let runs = state.words[Self.running] != 0 && state.words[Register.mode1] & Mode.sleep == 0
    var counts: UInt16 = 0
    if runs, off & Self.always == 0 {
      let begin = (on & 0x0F) << 8 | state.words[first]
      let end = (off & 0x0F) << 8 | state.words[first + 2]
      counts = on & Self.always != 0 ? 4096 : (end &- begin) & 0x0FFF
    }
    if state.words[Register.mode2] & Mode.inverted != 0 { counts = 4096 - counts }
    return Double(counts) * (1.0 / 4096) * core.tables.pointee.chips[index].supplyVolts
  }

  /// Registers from where the pointer stands; those for all outputs read as zero.
  func read(_ bytes: UnsafeMutableRawBufferPointer) {
    var register = Int(state.words[Self.pointer] & 0xFF)
    for position in 0..<bytes.count {
      let known = register <= Register.lastOutput || register == Register.prescale
      if !known, register < Register.allOutputs { state.violate() }
      bytes[position] = known ? UInt8(truncatingIfNeeded: state.words[register]) : 0
      if state.words[Register.mode1] & Mode.autoIncrement != 0 { register = Self.after(register) }
    }
    state.words[Self.pointer] = UInt16(register)
  }
}
