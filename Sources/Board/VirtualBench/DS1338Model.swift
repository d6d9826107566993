/// The simulated DS1338 with a dead battery: at power-on it shows the start of 2000 and says its oscillator had stopped. Words
/// 0 to 63 are the registers, in memory too.
struct DS1338Model {
  private static let control = 7
  private static let registers = 64
  private static let pointer = 64
  private static let running = 65
  /// Places in `times`: when the clock was set, and to what: seconds since the start of 2000.
  private static let setAt = 0
  private static let setTo = 1
  private static let stopFlag: UInt16 = 0x20
  private static let century: UInt64 = 36525 * 86400

  private let core: BenchCore
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    state = core.chip(chip)
  }

  func powerOn() {
    state.words[Self.control] = 0xB3
    state.words[Self.running] = 1
    show(0)
  }

  /// A register's number, then bytes for it and those after it.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let first = bytes.first else { return }
    if first >= Self.registers { state.violate() }
    var register = Int(first) % Self.registers
    if bytes.count > 1 { show(time) }
    var clock = false
    for position in 1..<max(bytes.count, 1) {
      let value = UInt16(bytes[position])
      if register == Self.control {
        if value & 0x4C != 0 { state.violate() }
        // The stop flag can be cleared, not set.
        state.words[register] = value & 0x93 | value & state.words[register] & Self.stopFlag
      } else {
        state.words[register] = value & Self.bits(register)
        if register < Self.control { clock = true }
      }
      register = (register + 1) % Self.registers
    }
    state.words[Self.pointer] = UInt16(register)
    if clock { set(time) }
  }

  // What the registers do not have reads as zero.
  private static func bits(_ register: Int) -> UInt16 {
    switch register {
    case 1, 2: return 0x7F
    case 3: return 0x07
    case 4: return 0x3F
    case 5: return 0x1F
    default: return 0xFF
    }
  }

  /// The clock goes on from what its registers show, unless it is halted or they are no time.
  private func set(_ time: UInt64) {
    let second = number(0, 0x7F)
    let minute = number(1, 0x7F)
    let day = number(4, 0x3F)
    let month = number(5, 0x1F)
    let year = number(6, 0xFF)
    let twelve = state.words[2] & 0x40 != 0
    var hour = number(2, twelve ? 0x1F : 0x3F)
    if twelve { hour = hour % 12 + (state.words[2] & 0x20 != 0 ? 12 : 0) }
    guard second < 60, minute < 60, hour < 24, month >= 1, month <= 12, day >= 1, year < 100,
      day <= Self.length(month, year), state.words[3] >= 1, state.words[3] <= 7
    else {
      state.words[Self.running] = 0
      return state.violate()
    }
    state.words[Self.running] = state.words[0] & 0x80 == 0 ? 1 : 0
    var days = year * 365 + (year + 3) / 4 + day - 1
    for earlier in 1..<month { days += Self.length(earlier, year) }
    state.times[Self.setAt] = time
    state.times[Self.setTo] = UInt64(days * 86400 + hour * 3600 + minute * 60 + second)
  }

  /// 100 and more for what is no decimal number.
  private func number(_ register: Int, _ mask: UInt16) -> Int {
    let byte = state.words[register] & mask
    return byte & 0x0F > 9 || byte >> 4 > 9 ? 1000 : Int(byte >> 4) * 10 + Int(byte & 0x0F)
  }

  private static func length(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: return year % 4 == 0 ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Brings the registers to the clock's time.
  private func show(_ time: UInt64) {
    guard state.words[Self.running] != 0 else { return }
    let passed = time > state.times[Self.setAt] ? (time - state.times[Self.setAt]) / 1_000_000_000 : 0
    let total = (state.times[Self.setTo] % Self.century &+ passed) % Self.century
    var days = Int(total / 86400)
    let rest = Int(total % 86400)
    // The start of 2000 was a Saturday, day 6; the chip's weekday just counts.
    put(3, days % 7 + 6 > 7 ? days % 7 - 1 : days % 7 + 6)
    var year = 0
    while days >= (year % 4 == 0 ? 366 : 365) {
      days -= year % 4 == 0 ? 366 : 365
      year += 1
    }
    var month = 1
    while days >= Self.length(month, year) {
      days -= Self.length(month, year)
      month += 1
    }
    put(0, rest % 60)
    put(1, rest / 60 % 60)
    let hour = rest / 3600
    if state.words[2] & 0x40 != 0 {
      put(2, hour % 12 == 0 ? 12 : hour % 12)
      state.words[2] |= 0x40 | (hour >= 12 ? 0x20 : 0)
    } else {
      put(2, hour)
    }
    put(4, days + 1)
    put(5, month)
    put(6, year)
  }

  private func put(_ register: Int, _ value: Int) { state.words[register] = UInt16((value / 10) << 4 | value % 10) }

  /// Registers from where the pointer stands.
  func read(_ bytes: UnsafeMutableRawBufferPointer, _ time: UInt64) {
    show(time)
    var register = Int(state.words[Self.pointer]) % Self.registers
    for position in 0..<bytes.count {
      bytes[position] = UInt8(truncatingIfNeeded: state.words[register])
      register = (register + 1) % Self.registers
    }
    state.words[Self.pointer] = UInt16(register)
  }
}
