import CBoard
import HardwareInterface
import LinuxHardware

/// A TMP105 thermometer: temperature, limit registers, and the pointer it keeps.
enum TMP105Checks {
  static func run(_ bus: LinuxI2CBus, _ address: I2CAddress, _ millicelsius: Int64?, _ checks: inout Checks) {
    switch bus.fetch(address, after: [0], count: 2) {
    case .failure(let error): checks.fail("tmp105 temperature", Checks.text(error))
    case .success(let bytes):
      let raw = Int16(truncatingIfNeeded: Int32(bytes[0]) << 8 | Int32(bytes[1]))
      let measured = Int64(raw) * 1000 / 256
      // Nine bits as the chip wakes up: half a degree.
      let held = millicelsius.map { abs($0 - measured) < 500 } ?? (measured > -56_000 && measured < 129_000)
      checks.check("tmp105 temperature", held, "\(measured) thousandths of a degree")
    }
    for limit: [UInt8] in [[0x46, 0x80], [0xF6, 0x00]] {
      checks.sent("tmp105 low limit written", bus.send(address, [2] + limit))
      checks.fetched("tmp105 low limit read back", bus.fetch(address, after: [2], count: 2), limit)
    }
    checks.sent("tmp105 high limit written", bus.send(address, [3, 0x50, 0x00]))
    checks.fetched("tmp105 keeps its pointer", bus.fetch(address, count: 2), [0x50, 0x00])
    checks.fetched("tmp105 low limit kept", bus.fetch(address, after: [2], count: 2), [0xF6, 0x00])
    checks.fetched("tmp105 keeps its new pointer", bus.fetch(address, count: 2), [0xF6, 0x00])
  }
}

/// A DS1338 clock: its time and its memory.
enum DS1338Checks {
  static func run(_ bus: LinuxI2CBus, _ address: I2CAddress, _ checks: inout Checks) {
    let pattern: [UInt8] = [0x00, 0xFF, 0x55, 0xAA, 0x01, 0x80, 0x7F, 0xFE]
    checks.sent("ds1338 memory written", bus.send(address, [0x10] + pattern))
    checks.fetched("ds1338 memory read back", bus.fetch(address, after: [0x10], count: 8), pattern)
    // Ten past three on 15 July 2026, coded in decimal. The day of the week is the chip's to count as it likes.
    checks.sent("ds1338 time written", bus.send(address, [0x00, 0x20, 0x10, 0x03, 0x04, 0x15, 0x07, 0x26]))
    switch bus.fetch(address, after: [0x00], count: 7) {
    case .failure(let error): checks.fail("ds1338 time read back", Checks.text(error))
    case .success(var bytes):
      bytes[3] = 0x04
      let started = bytes[0] >= 0x20 && bytes[0] < 0x30
      checks.check(
        "ds1338 time read back", started && Array(bytes[1...]) == [0x10, 0x03, 0x04, 0x15, 0x07, 0x26],
        Checks.text(bytes))
    }
  }
}

/// An AT24C memory of up to 256 bytes: a page is written, waited for, and read back.
enum AT24CChecks {
  static func run(_ bus: LinuxI2CBus, _ address: I2CAddress, _ checks: inout Checks) {
    guard case .success(let before) = bus.fetch(address, after: [0x20], count: 8) else {
      checks.fail("at24c read", "no answer")
      return
    }
    let inverted = before.map { ~$0 }
    for bytes in [inverted, before] {
      checks.sent("at24c page written", bus.send(address, [0x20] + bytes))
      let end = cboard_monotonic_ns() + 50_000_000
      var tries = 1
      while let error = bus.send(address, [0x20]) {
        guard error.kind == .noAcknowledgeAddress, cboard_monotonic_ns() < end else {
          checks.fail("at24c ends its write", Checks.text(error))
          return
        }
        tries += 1
      }
      checks.check("at24c ends its write", tries > 0)
      checks.fetched("at24c page read back", bus.fetch(address, after: [0x20], count: 8), bytes)
    }
  }
}
