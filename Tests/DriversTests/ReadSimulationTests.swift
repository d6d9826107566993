import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// The drivers of chips that are read, against the simulated chips.
@Suite struct ReadSimulationTests {
  @Test(arguments: [(Float(6.144), Int16(10672)), (4.096, 16000), (2.048, 32000), (1.024, 32752)])
  func ads1015(volts: Float, code: Int16) throws {
    var one = try OneChip(
      BenchChip(kind: .ads1015, address: 0x48, bus: 0),
      devices: [OneChip.source(2, channel: 1), OneChip.source(-0.25, channel: 2)])
    let chip = try #require(
      ADS1x15(.ads1015, address: try address(0x48), fullScaleVolts: volts, samplesPerSecond: 1600))
    try chip.configure(on: &one.bus)
    try chip.startConversion(on: &one.bus, channel: 1)
    one.wait(chip.conversionTime)
    let value = try chip.readConversion(on: &one.bus)
    #expect(value == code)
    try chip.startConversion(on: &one.bus, channel: 2)
    one.wait(chip.conversionTime)
    let negative = try chip.readConversion(on: &one.bus)
    #expect(negative == Int16((-0.25 * 2048 / Double(volts)).rounded()) * 16)
    #expect(one.bench.conversions(chip: 0) == (2, 0) && one.bench.violations(chip: 0) == 0)
  }

  @Test func ads1115CountsWhatIsReadTwice() throws {
    var one = try OneChip(BenchChip(kind: .ads1115, address: 0x48, bus: 0), devices: [OneChip.source(1, channel: 0)])
    let chip = try #require(ADS1x15(address: try address(0x48), fullScaleVolts: 4.096, samplesPerSecond: 860))
    try chip.configure(on: &one.bus)
    _ = try chip.readConversion(on: &one.bus)
    #expect(one.bench.conversions(chip: 0) == (0, 1))
    try chip.startConversion(on: &one.bus, channel: 0)
    _ = try chip.readConversion(on: &one.bus)
    one.wait(chip.conversionTime)
    _ = try chip.readConversion(on: &one.bus, pointerIsSet: true)
    _ = try chip.readConversion(on: &one.bus, pointerIsSet: true)
    #expect(one.bench.conversions(chip: 0) == (1, 3) && one.bench.violations(chip: 0) == 0)
    // Started while it converts, the result written to, a pointer there is not, half a word.
    try chip.startConversion(on: &one.bus, channel: 0)
    for bytes: [UInt8] in [[0x01, 0xC3, 0xE3], [0x00, 0x12, 0x34], [0x04], [0x01, 0x12]] { try one.send(0x48, bytes) }
    #expect(one.bench.violations(chip: 0) == 4)
  }

  @Test func ina219() throws {
    var one = try OneChip(
      BenchChip(kind: .ina219, address: 0x45, bus: 0),
      devices: [OneChip.source(0.1234, channel: 0), OneChip.source(3.3, channel: 1)])
    let chip = try #require(INA219(address: try address(0x45), rangeMillivolts: 160))
    let narrow = try #require(INA219(address: try address(0x45), rangeMillivolts: 40, busRange32: false))
    try chip.identify(on: &one.bus)
    try chip.configure(on: &one.bus)
    var ready = try chip.isReady(on: &one.bus)
    let early = try chip.read(on: &one.bus, channel: 0)
    #expect(!ready && early == 0)
    one.wait(INA219.conversionTime)
    ready = try chip.isReady(on: &one.bus)
    let shunt = try chip.read(on: &one.bus, channel: 0)
    let volts = try chip.read(on: &one.bus, channel: 1)
    #expect(ready && shunt == 12340 && volts == 825)
    try narrow.configure(on: &one.bus)
    one.wait(INA219.conversionTime)
    let clipped = try narrow.read(on: &one.bus, channel: 0)
    #expect(clipped == 4000 && one.bench.violations(chip: 0) == 0)
    // A result written to, a reserved bit, a register there is not.
    for bytes: [UInt8] in [[0x01, 0, 0], [0x00, 0x40, 0x00], [0x07]] { try one.send(0x45, bytes) }
    #expect(one.bench.violations(chip: 0) == 3)
  }

  @Test func thermometersFollowTheBench() throws {
    let bench = try VirtualBench(
      BenchDescription(
        seed: 3, spread: 0.15, quantum: 1_000_000, busClocks: [400_000],
        chips: [BenchChip(kind: .tmp117, address: 0x48, bus: 0), BenchChip(kind: .tmp105, address: 0x49, bus: 0)],
        devices: [], ambientCelsius: 18, ambientSwing: 4))
    var bus = bench.bus(0)
    var clock = bench.clock
    let fine = TMP117(address: try address(0x48))
    let coarse = TMP105(address: try address(0x49))
    try fine.configure(on: &bus)
    try coarse.configure(on: &bus)
    #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try fine.read(on: &bus) }
    var seen: [Double] = []
    for _ in 0..<40 {
      clock.sleep(until: clock.now() + 60_000_000_000)
      let ready = try fine.isReady(on: &bus)
      let degrees = Double(TMP117.millidegrees(try fine.read(on: &bus))) / 1000
      let rough = Double(TMP105.millidegrees(try coarse.read(on: &bus))) / 1000
      let real = bench.ambientCelsius()
      #expect(ready && abs(degrees - real) < 0.25 && abs(rough - real) < 0.3)
      seen.append(degrees)
    }
    // 40 minutes: once through the slow swing.
    let (low, high) = (try #require(seen.min()), try #require(seen.max()))
    #expect(low > 13.5 && high < 22.5 && high - low > 4)
    #expect(bench.violations(chip: 0) == 0 && bench.violations(chip: 1) == 0)
  }

  @Test func tmp117OneShot() throws {
    var one = try OneChip(BenchChip(kind: .tmp117, address: 0x4B, bus: 0))
    let chip = TMP117(address: try address(0x4B), mode: .oneShot)
    try chip.configure(on: &one.bus)
    one.wait(1_000_000_000)
    var ready = try chip.isReady(on: &one.bus)
    #expect(!ready)
    try chip.startConversion(on: &one.bus)
    one.wait(TMP117.conversionTime)
    ready = try chip.isReady(on: &one.bus)
    let code = try chip.read(on: &one.bus)
    #expect(ready && code > 22 * 128 && code < 28 * 128 && one.bench.memoryWrites(chip: 0) == 0)
    // The EEPROM unlocked, the identity written to, a register there is not.
    for bytes: [UInt8] in [[0x04, 0x80, 0x00], [0x0F, 0x00, 0x00], [0x0A]] { try one.send(0x4B, bytes) }
    #expect(one.bench.violations(chip: 0) == 3 && one.bench.memoryWrites(chip: 0) == 1)
  }

  @Test func ds1338Runs() throws {
    var one = try OneChip(BenchChip(kind: .ds1338, address: 0x68, bus: 0))
    let chip = DS1338(address: try address(0x68))
    try chip.identify(on: &one.bus)
    var stopped = try chip.oscillatorStopped(on: &one.bus)
    #expect(stopped)
    let eve = DS1338.Moment(year: 2027, month: 12, day: 31, hour: 23, minute: 59, second: 58)
    try chip.set(on: &one.bus, eve)
    stopped = try chip.oscillatorStopped(on: &one.bus)
    #expect(!stopped)
    one.wait(3_000_000_000)
    let shown = try chip.moment(on: &one.bus)
    #expect(shown == .init(year: 2028, month: 1, day: 1, hour: 0, minute: 0, second: 1))
    // Over a leap day, by the clock's own count.
    one.wait(60 * 86_400_000_000_000)
    let later = try chip.moment(on: &one.bus)
    #expect(later.unixSeconds == shown.unixSeconds + 60 * 86400 && later.month == 3 && later.day == 1)
    #expect(one.bench.violations(chip: 0) == 0)
    for bytes: [UInt8] in [[0x00, 0x5A], [0x07, 0x4C], [0x40]] { try one.send(0x68, bytes) }
    #expect(one.bench.violations(chip: 0) == 3)
  }

  @Test(arguments: [(UInt32(128), UInt16(8)), (2048, 16), (4096, 32), (65536, 128)])
  func at24cKeepsWhatIsWritten(size: UInt32, page: UInt16) throws {
    var one = try OneChip(BenchChip(kind: .at24c, address: 0x50, bus: 0, memoryBytes: size))
    let chip = try #require(AT24C(address: try address(0x50), size: size, pageSize: page))
    try chip.identify(on: &one.bus)
    var expected = [UInt8](repeating: 0xFF, count: Int(size))
    var generator = SplitMix64(state: UInt64(size))
    for _ in 0..<12 {
      let place = Int(generator.next() % UInt64(size))
      let bytes = (0..<min(Int(generator.next() % 40), Int(size) - place)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      try bytes.withUnsafeBytes { try chip.write(on: &one.bus, clock: &one.clock, at: UInt32(place), $0) }
      expected.replaceSubrange(place..<place + bytes.count, with: bytes)
    }
    var all = [UInt8](repeating: 0, count: Int(size))
    try all.withUnsafeMutableBytes { try chip.read(on: &one.bus, at: 0, into: $0) }
    #expect(all == expected && one.bench.violations(chip: 0) == 0 && one.bench.memoryWrites(chip: 0) >= 12)
    // More than a page runs round within it.
    let head: [UInt8] = size > 2048 ? [0, 0] : [0]
    try one.send(0x50, head + [UInt8](0...UInt8(page)))
    #expect(one.bench.violations(chip: 0) == 1)
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x50)) { try one.send(0x50, head) }
    one.wait(5_000_000)
    var first: [UInt8] = [0]
    try first.withUnsafeMutableBytes { try chip.read(on: &one.bus, at: 0, into: $0) }
    #expect(first == [UInt8(page)])
  }
}
