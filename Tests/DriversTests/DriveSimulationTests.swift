import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// The drivers of chips that drive, against the simulated chips; none of them may be told anything the data sheet forbids.
@Suite struct DriveSimulationTests {
  @Test func mcp4725() throws {
    var one = try OneChip(
      BenchChip(kind: .mcp4725, address: 0x62, bus: 0, supplyVolts: 3.3), devices: [OneChip.driven(channel: 0)])
    let chip = MCP4725(address: try address(0x62))
    // From its EEPROM: half scale.
    #expect(one.bench.driveVolts(device: 0) == 1.65)
    try chip.configure(on: &one.bus)
    #expect(one.bench.driveVolts(device: 0) == 1.65)
    for code in [UInt16(0), 1, 2048, 4095] {
      try chip.setDAC(on: &one.bus, code: code)
      let status = try chip.status(on: &one.bus)
      #expect(status.code == code && status.powerDown == 0)
      #expect(one.bench.driveVolts(device: 0) == Double(code) / 4096 * 3.3)
    }
    #expect(one.bench.violations(chip: 0) == 0 && one.bench.memoryWrites(chip: 0) == 0)
    // What would write the EEPROM is noticed.
    try one.send(0x62, [0x60, 0x12, 0x30])
    try one.send(0x62, [0x01])
    try one.send(0x62, [0xA0, 0x00, 0x00])
    #expect(one.bench.violations(chip: 0) == 3 && one.bench.memoryWrites(chip: 0) == 1)
    let stored = try one.ask(0x62, [], 5)
    #expect(stored == [0xC0, 0x12, 0x30, 0x01, 0x23])
  }

  @Test func mcp4728KeepsItsEEPROM() throws {
    var one = try OneChip(
      BenchChip(kind: .mcp4728, address: 0x60, bus: 0), devices: [OneChip.driven(channel: 2)])
    let chip = MCP4728(address: try address(0x60), doubleGain: true)
    try chip.identify(on: &one.bus)
    try chip.configure(on: &one.bus)
    try chip.setAll(on: &one.bus, (1, 2, 3, 4))
    try chip.setDAC(on: &one.bus, channel: 2, code: 1000)
    #expect(one.bench.driveVolts(device: 0) == 1.0)
    #expect(one.bench.violations(chip: 0) == 0 && one.bench.memoryWrites(chip: 0) == 0)
    // Sequential write, single write, address bits.
    for bytes: [UInt8] in [[0x50, 0x81, 0x11], [0x58, 0x83, 0x33], [0x61, 0x62, 0x63]] { try one.send(0x60, bytes) }
    #expect(one.bench.violations(chip: 0) == 3 && one.bench.memoryWrites(chip: 0) == 3)
  }

  @Test func pca9685() throws {
    var one = try OneChip(
      BenchChip(kind: .pca9685, address: 0x40, bus: 0), devices: (0..<8).map { OneChip.driven(channel: $0) })
    let chip = try #require(PCA9685(address: try address(0x40), pwmHertz: 1000))
    try chip.configure(on: &one.bus)
    #expect((0..<8).allSatisfy { one.bench.driveVolts(device: $0) == 0 })
    one.wait(PCA9685.wakeTime)
    let codes: [UInt16] = [1024, 0, 4095]
    try codes.withUnsafeBufferPointer { try chip.setChannels(on: &one.bus, first: 2, codes: $0) }
    #expect((2..<5).map { one.bench.driveVolts(device: $0) } == [1.25, 0, 4095.0 / 4096 * 5])
    try chip.setChannel(on: &one.bus, 7, code: 4096)
    #expect(one.bench.driveVolts(device: 7) == 5)
    var held: [UInt16] = []
    for channel in UInt8(2)..<8 { held.append(try chip.code(on: &one.bus, channel: channel)) }
    #expect(held == [1024, 0, 4095, 0, 0, 4096])
    // Set up once more: nothing changes.
    try chip.configure(on: &one.bus)
    #expect(one.bench.driveVolts(device: 2) == 1.25)
    // Asleep and back.
    try chip.sleep(on: &one.bus)
    #expect(one.bench.driveVolts(device: 2) == 0)
    let due = try chip.wake(on: &one.bus)
    #expect(due && one.bench.driveVolts(device: 2) == 0)
    one.wait(PCA9685.wakeTime)
    try chip.restart(on: &one.bus)
    #expect(one.bench.driveVolts(device: 2) == 1.25 && one.bench.driveVolts(device: 7) == 5)
    #expect(one.bench.violations(chip: 0) == 0)
    // The prescaler awake, a register there is not, a bit there is not, a restart too soon.
    for bytes: [UInt8] in [[0xFE, 0x10], [0x50, 0x01], [0x09, 0x20], [0x00, 0x30], [0x00, 0x20], [0x00, 0xA0]] {
      try one.send(0x40, bytes)
    }
    #expect(one.bench.violations(chip: 0) == 4)
  }

  @Test func ad5272() throws {
    var one = try OneChip(
      BenchChip(kind: .ad5272, address: 0x2E, bus: 0, supplyVolts: 4.096), devices: [OneChip.driven(channel: 0)])
    let chip = AD5272(address: try address(0x2E))
    #expect(one.bench.driveVolts(device: 0) == 2.048)
    // Locked at power-on: the write is lost.
    try chip.setCode(on: &one.bus, code: 1)
    #expect(one.bench.driveVolts(device: 0) == 2.048 && one.bench.violations(chip: 0) == 1)
    try chip.configure(on: &one.bus)
    for code in [UInt16(0), 1, 1023] {
      try chip.setCode(on: &one.bus, code: code)
      let held = try chip.code(on: &one.bus)
      #expect(held == code && one.bench.driveVolts(device: 0) == Double(code) / 1024 * 4.096)
    }
    #expect(one.bench.violations(chip: 0) == 1 && one.bench.memoryWrites(chip: 0) == 0)
    // Programming its memory keeps it from answering.
    try one.send(0x2E, [0x0C, 0x00])
    #expect(one.bench.memoryWrites(chip: 0) == 1)
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x2E)) { try chip.code(on: &one.bus) }
    one.wait(350_000_000)
    let held = try chip.code(on: &one.bus)
    #expect(held == 1023)
  }

  @Test(arguments: [UInt32(25_000_000), 27_000_000])
  func si5351a(crystal: UInt32) throws {
    var one = try OneChip(
      BenchChip(kind: .si5351a, address: 0x60, bus: 0, crystalHertz: crystal),
      devices: (0..<3).map { OneChip.driven(channel: $0) })
    let chip = try #require(Si5351A(address: try address(0x60), crystalHertz: crystal))
    let sweep = try #require(Si5351ASweep(crystalHertz: crystal, low: 1_000_000_000, high: 50_000_000_000))
    var locked = try chip.isLocked(on: &one.bus)
    #expect(!locked)
    try chip.configure(on: &one.bus, sweep: sweep, mask: 0b011)
    one.wait(Si5351A.lockTime)
    locked = try chip.isLocked(on: &one.bus)
    #expect(locked)
    #expect(abs(one.bench.driveVolts(device: 0) - 1e6) < 1 && one.bench.driveVolts(device: 2) == 0)
    for code in [UInt16(1), 20_000, 65_535] {
      try chip.setCode(on: &one.bus, output: 1, code: code, sweep: sweep)
      let wanted = Double(sweep.frequency(code: code)) / 1000
      #expect(abs(one.bench.driveVolts(device: 1) - wanted) <= wanted * 1e-7)
      #expect(abs(one.bench.driveVolts(device: 0) - 1e6) < 1)
    }
    // Set up once more: the outputs go on.
    try chip.configure(on: &one.bus, sweep: sweep, mask: 0b011)
    #expect(abs(one.bench.driveVolts(device: 1) - 50e6) <= 5)
    // On its own, from PLL B.
    for hertz in [2500.0, 440_000, 10e6, 120e6, 155e6] {
      try chip.setFrequency(on: &one.bus, output: 2, pll: .b, millihertz: UInt64(hertz * 1000))
      try chip.enable(on: &one.bus, mask: 0b111)
      #expect(abs(one.bench.driveVolts(device: 2) - hertz) <= hertz * 1e-7, "\(hertz)")
    }
    one.wait(Si5351A.lockTime)
    locked = try chip.isLocked(on: &one.bus, .b)
    #expect(locked && one.bench.violations(chip: 0) == 0)
    #expect(throws: I2CError(.unsupported, address: 0x60)) {
      try chip.setFrequency(on: &one.bus, output: 2, pll: .b, millihertz: 161_000_000_000)
    }
    // The status register, a register there is not, a division by 2 on an output that is on.
    for bytes: [UInt8] in [[0x00, 0x01], [0x5D, 0x01], [0x2C, 0x00, 0x00, 0x00]] { try one.send(0x60, bytes) }
    #expect(one.bench.violations(chip: 0) == 3)
  }

  @Test func ad5593rForbiddenThings() throws {
    var one = try OneChip(BenchChip(kind: .ad5593r, address: 0x10, bus: 0))
    let chip = AD5593R(address: try address(0x10))
    try chip.identify(on: &one.bus)
    try chip.reset(on: &one.bus)
    try chip.configure(on: &one.bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: true)
    var codes = [UInt16](repeating: 0, count: 4)
    try chip.setDAC(on: &one.bus, channel: 3, code: 99)
    try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &one.bus, mask: 0xF0, into: $0) }
    #expect(one.bench.violations(chip: 0) == 0)
    // Two words, half a word, another channel's word, a register there is not, bits there are not, a read of nothing.
    for bytes: [UInt8] in [
      [0x13, 0xB0, 0x01, 0xB0, 0x02], [0x13, 0xB0], [0x13, 0x80, 0x01], [0x01, 0, 0], [0x05, 0x01, 0x00],
    ] { try one.send(0x10, bytes) }
    #expect(one.bench.violations(chip: 0) == 5)
    // A pointer without a stop before the answer.
    _ = try one.ask(0x10, [0x75], 2)
    #expect(one.bench.violations(chip: 0) == 6)
    // A pointer to nothing that can be read.
    try one.send(0x10, [0x05])
    _ = try one.ask(0x10, [], 2)
    #expect(one.bench.violations(chip: 0) == 7)
  }
}
