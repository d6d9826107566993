/// The simulated Si5351A, unprogrammed, with the bench's crystal: a device on an output is driven by its frequency in hertz, in
/// place of volts. Words 0 to 255 are the registers.
struct Si5351AModel {
  private enum Register {
    static let status = 0
    static let outputDisable = 3
    static let control = 16
    static let pllA = 26
    static let pllB = 34
    static let division = 42
    static let pllReset = 177
    static let crystalLoad = 183
  }
  private static let pointer = 256
  private static let lockTime: UInt64 = 1_000_000
  /// Places in `times`: when PLL A and PLL B were reset.
  private static let resetTimes = 0

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    for output in 0..<8 { state.words[Register.control + output] = 0x80 }
    state.words[Register.crystalLoad] = 0xD2
  }

  private static func isKnown(_ register: Int) -> Bool {
    switch register {
    case 0...3, 9, 15...92, 149...170, Register.pllReset, Register.crystalLoad, 187: return true
    default: return false
    }
  }

  /// A register's number, then bytes for it and those after it.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let first = bytes.first else { return }
    var register = Int(first)
    for position in 1..<max(bytes.count, 1) {
      set(register, UInt16(bytes[position]), time)
      register = (register + 1) & 0xFF
    }
    state.words[Self.pointer] = UInt16(register)
    guard bytes.count > 1 else { return }
    for output in 0..<3 {
      let hertz = frequency(output)
      // A division the chip does not have, on an output that is on.
      if hertz < 0 { state.violate() }
      core.drive(chip: index, channel: output, volts: max(hertz, 0), time)
    }
  }

  private func set(_ register: Int, _ value: UInt16, _ time: UInt64) {
    guard Self.isKnown(register), register != Register.status else { return state.violate() }
    switch register {
    case Register.pllReset:
      if value & ~0xAC != 0 { state.violate() }
      if value & 0x20 != 0 { state.times[Self.resetTimes] = time &+ 1 }
      if value & 0x80 != 0 { state.times[Self.resetTimes + 1] = time &+ 1 }
    case Register.crystalLoad:
      // The low bits are fixed.
      if value & 0x3F != 0x12 { state.violate() }
      state.words[register] = value
    default: state.words[register] = value
    }
  }

  /// a + b/c of the eight registers from `first` on; 0 where they make none.
  private func ratio(_ first: Int) -> Double {
    let r = state.words + first
    let p1 = UInt32(r[2] & 3) << 16 | UInt32(r[3]) << 8 | UInt32(r[4])
    let p2 = UInt32(r[5] & 0x0F) << 16 | UInt32(r[6]) << 8 | UInt32(r[7])
    let p3 = UInt32(r[5] >> 4) << 16 | UInt32(r[0]) << 8 | UInt32(r[1])
    guard p3 > 0, p2 < p3 else { return 0 }
    return (Double(p1) + 512 + Double(p2) / Double(p3)) * (1.0 / 128)
  }

  /// An output's frequency, hertz: 0 when it is off, negative when its settings are none.
  private func frequency(_ output: Int) -> Double {
    let control = state.words[Register.control + output]
    guard state.words[Register.outputDisable] >> UInt16(output) & 1 == 0, control & 0x80 == 0 else { return 0 }
    guard control & 0x0C == 0x0C else { return -1 }
    let second = control & 0x20 != 0
    let pll = core.tables.pointee.chips[index].crystalHertz * ratio(second ? Register.pllB : Register.pllA)
    guard pll > 599e6, pll < 901e6 else { return -1 }
    let first = Register.division + 8 * output
    let settings = state.words[first + 2]
    var division = ratio(first)
    if settings & 0x0C == 0x0C {
      guard division == 4 else { return -1 }
    } else {
      // Whole 6, or 8 to 2048.
      guard division == 6 || (division >= 8 && division <= 2048) else { return -1 }
    }
    division *= Double(UInt32(1) << UInt32((settings >> 4) & 7))
    return pll / division
  }

  /// Registers from where the pointer stands.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    var register = Int(state.words[Self.pointer] & 0xFF)
    for position in 0..<bytes.count {
      if !Self.isKnown(register) { state.violate() }
      bytes[position] = UInt8(
        truncatingIfNeeded: register == Register.status ? status(time) : state.words[register])
      register = (register + 1) & 0xFF
    }
    state.words[Self.pointer] = UInt16(register)
  }

  // A PLL has locked some time after its reset, at a frequency it has.
  private func status(_ time: UInt64) -> UInt16 {
    var status: UInt16 = 0
    for pll in 0..<2 {
      let reset = state.times[Self.resetTimes + pll]
      let hertz = core.tables.pointee.chips[index].crystalHertz * ratio(pll == 0 ? Register.pllA : Register.pllB)
      let locked = reset > 0 && time >= reset &+ Self.lockTime && hertz > 599e6 && hertz < 901e6
      if !locked { status |= 0x20 << UInt16(pll) }
    }
    return status
  }
}
