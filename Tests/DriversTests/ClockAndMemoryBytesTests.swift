import Drivers
import HardwareInterface
import Testing

/// A clock that jumps.
struct JumpingClock: HardwareClock {
  var time: UInt64 = 0
  func now() -> UInt64 { time }
  mutating func sleep(until deadline: UInt64) { time = max(time, deadline) }
}

/// The bytes of the clock's and the memory's commands, worked out by hand from the data sheets.
@Suite struct ClockAndMemoryBytesTests {
  private static let moment = DS1338.Moment(year: 2026, month: 11, day: 22, hour: 15, minute: 4, second: 59)

  @Test func ds1338SetsAndReads() throws {
    let clock = DS1338(address: try address(0x68))
    var bus = RecordingBus()
    bus.answers = [[0xB3]]
    try clock.set(on: &bus, Self.moment)
    // A Sunday, the seventh day.
    #expect(bus.log == ["W68 00 59 04 15 07 22 11 26", "W68 07 | R68 1", "W68 07 93"])
    bus.answers = [[0x59, 0x04, 0x15, 0x07, 0x22, 0x11, 0x26], [0x93], [0x20], [0x00]]
    let shown = try clock.moment(on: &bus)
    #expect(shown == Self.moment)
    let stopped = try [clock.oscillatorStopped(on: &bus), clock.oscillatorStopped(on: &bus)]
    #expect(stopped == [false, true])
    #expect(throws: I2CError(.unsupported, address: 0x68)) {
      var wrong = Self.moment
      wrong.day = 31
      try clock.set(on: &bus, wrong)
    }
  }

  @Test func ds1338CountsToTwelve() throws {
    let clock = DS1338(address: try address(0x68))
    var bus = RecordingBus()
    for (byte, hour) in [(UInt8(0x52), UInt8(0)), (0x41, 1), (0x51, 11), (0x72, 12), (0x71, 23)] {
      bus.answers = [[0x00, 0x00, byte, 0x01, 0x01, 0x01, 0x00]]
      let shown = try clock.moment(on: &bus)
      #expect(shown.hour == hour)
    }
    // Not decimal, no such hour, day, month, weekday.
    for answer: [UInt8] in [
      [0x0A, 0, 0, 1, 1, 1, 0], [0, 0x60, 0, 1, 1, 1, 0], [0, 0, 0x24, 1, 1, 1, 0], [0, 0, 0x53, 1, 1, 1, 0],
      [0, 0, 0, 1, 0, 1, 0], [0, 0, 0, 1, 1, 0x13, 0], [0, 0, 0, 1, 0x29, 0x02, 0x25], [0, 0, 0, 0, 1, 1, 0],
      [0, 0, 0, 1, 1, 1, 0xF0],
    ] {
      bus.answers = [answer]
      #expect(throws: I2CError(.unexpectedData, address: 0x68)) { try clock.moment(on: &bus) }
    }
  }

  @Test func ds1338Identity() throws {
    let clock = DS1338(address: try address(0x68))
    var bus = RecordingBus()
    // No time at all, as after the first power-up, but no bit that is not there.
    let fresh: [UInt8] = [0xFF, 0x7F, 0x7F, 0x07, 0x3F, 0x1F, 0xFF, 0xB3]
    bus.answers = [fresh]
    try clock.identify(on: &bus)
    #expect(bus.log == ["W68 00 | R68 8"])
    for (place, bit) in [(1, UInt8(0x80)), (2, 0x80), (3, 0x08), (4, 0x40), (5, 0x20), (7, 0x40), (7, 0x04)] {
      var other = fresh
      other[place] |= bit
      bus.answers = [other]
      #expect(throws: I2CError(.unexpectedData, address: 0x68)) { try clock.identify(on: &bus) }
    }
  }

  @Test func ds1338SecondsSince1970() {
    #expect(DS1338.Moment(year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0).unixSeconds == 946_684_800)
    #expect(Self.moment.unixSeconds == 1_795_359_899)
    #expect(
      DS1338.Moment(year: 2024, month: 2, day: 29, hour: 23, minute: 59, second: 59).unixSeconds == 1_709_251_199)
    #expect(
      DS1338.Moment(year: 2099, month: 12, day: 31, hour: 23, minute: 59, second: 59).unixSeconds == 4_102_444_799)
    #expect(DS1338.Moment(year: 2023, month: 2, day: 29, hour: 0, minute: 0, second: 0).unixSeconds == 0)
  }

  @Test func at24cWritesPageByPage() throws {
    let chip = try #require(AT24C(address: try address(0x50), size: 256, pageSize: 8))
    var bus = RecordingBus()
    var clock = JumpingClock()
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6]
    try bytes.withUnsafeBytes { try chip.write(on: &bus, clock: &clock, at: 0x1C, $0) }
    #expect(bus.log == ["W50 1C 01 02 03 04", "W50 1C", "W50 20 05 06", "W50 20"])
    var answer: [UInt8] = [0, 0, 0]
    bus.answers = [[7, 8, 9]]
    try answer.withUnsafeMutableBytes { try chip.read(on: &bus, at: 0xFD, into: $0) }
    #expect(answer == [7, 8, 9] && bus.log.last == "W50 FD | R50 3")
    #expect(throws: I2CError(.unsupported, address: 0x50)) {
      try answer.withUnsafeMutableBytes { try chip.read(on: &bus, at: 0xFE, into: $0) }
    }
    #expect(throws: I2CError(.unsupported, address: 0x50)) {
      try bytes.withUnsafeBytes { try chip.write(on: &bus, clock: &clock, at: .max, $0) }
    }
  }

  @Test func at24cAddresses() throws {
    // Two bytes above 2 KiB, the block in the device address below.
    let large = try #require(AT24C(address: try address(0x53), size: 65536, pageSize: 128))
    let middle = try #require(AT24C(address: try address(0x50), size: 2048, pageSize: 16))
    var bus = RecordingBus()
    var byte: [UInt8] = [0]
    try byte.withUnsafeMutableBytes { try large.read(on: &bus, at: 0xABCD, into: $0) }
    try byte.withUnsafeMutableBytes { try middle.read(on: &bus, at: 0x7CD, into: $0) }
    // Over the end of a block.
    var four: [UInt8] = [0, 0, 0, 0]
    try four.withUnsafeMutableBytes { try middle.read(on: &bus, at: 0x1FE, into: $0) }
    #expect(bus.log == ["W53 AB CD | R53 1", "W57 CD | R57 1", "W51 FE | R51 2", "W52 00 | R52 2"])
    let refused: [(UInt8, UInt32, UInt16)] = [
      (0x50, 100, 8), (0x50, 131072, 128), (0x50, 256, 12), (0x50, 256, 512), (0x51, 2048, 16), (0x48, 256, 8),
      (0x50, 0, 8),
    ]
    for (place, size, page) in refused {
      #expect(AT24C(address: try address(place), size: size, pageSize: page) == nil)
    }
  }

  @Test func at24cGivesUp() throws {
    /// Nobody acknowledges after the page.
    struct BusyBus: I2CBus {
      var asked = 0
      mutating func transaction(
        _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
      ) throws(I2CError) {
        asked += 1
        if asked > 1 { throw I2CError(.noAcknowledgeAddress, address: address.value) }
      }
    }
    let chip = try #require(AT24C(address: try address(0x50), size: 4096, pageSize: 32))
    var bus = BusyBus()
    var clock = JumpingClock()
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x50)) {
      try [UInt8](repeating: 1, count: 4).withUnsafeBytes { try chip.write(on: &bus, clock: &clock, at: 0, $0) }
    }
    #expect(clock.time >= AT24C.writeTime && bus.asked < 100)
  }
}
