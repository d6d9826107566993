import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// Every driver call against the simulated chip.
@Suite struct SimulatedChipTests {
  /// One chip of each kind on one 400 kHz bus: 0 AD5593R, 1 MCP4728, 2 ADS1115, 3 TCA9548A, 4 AD5593R behind channel 2.
  private func bench(_ devices: [BenchDevice] = []) throws -> VirtualBench {
    try VirtualBench(
      BenchDescription(
        seed: 1, spread: 0, quantum: 100_000, busClocks: [400_000],
        chips: [
          BenchChip(kind: .ad5593r, address: 0x10, bus: 0), BenchChip(kind: .mcp4728, address: 0x60, bus: 0),
          BenchChip(kind: .ads1115, address: 0x48, bus: 0), BenchChip(kind: .tca9548a, address: 0x70, bus: 0),
          BenchChip(kind: .ad5593r, address: 0x11, bus: 0, mux: 3, muxChannel: 2),
        ], devices: devices))
  }

  /// A dead device rests at a known voltage: a reference source for an ADC pin.
  private func source(_ volts: Double, chip: UInt8, channel: UInt8) -> BenchDevice {
    BenchDevice(
      kind: .dead, drive: BenchWire(chip: 1, channel: 0, voltsAtZero: 0, voltsPerUnit: 1),
      response: BenchWire(chip: chip, channel: channel, voltsAtZero: volts, voltsPerUnit: 1), timePerSecond: 1,
      parameters: [])
  }

  @Test func ad5593rReadsItsOwnOutputs() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    let chip = AD5593R(address: try address(0x10))
    var codes = [UInt16](repeating: 0, count: 8)
    for wide in [false, true] {
      // Pins both DAC and ADC measure themselves.
      try chip.configure(on: &bus, dacMask: 0xFF, adcMask: 0xA5, wideRange: wide)
      for channel in 0..<8 { try chip.setDAC(on: &bus, channel: UInt8(channel), code: UInt16(channel * 585)) }
      for _ in 0..<3 {
        try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xA5, into: $0) }
        #expect(Array(codes[..<4]) == [0, 1170, 2925, 4095])
      }
      let held = try chip.dacCode(on: &bus, channel: 6)
      #expect(held == 3510)
    }
  }

  @Test func ad5593rQuantisesAndClips() throws {
    let bench = try bench([
      source(1.0, chip: 0, channel: 4), source(-0.2, chip: 0, channel: 5), source(3.1, chip: 0, channel: 6),
    ])
    var bus = bench.bus(0)
    let chip = AD5593R(address: try address(0x10))
    var codes = [UInt16](repeating: 0, count: 4)
    try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
    try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
    #expect(codes == [1638, 0, 4095, 0])
    try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: true)
    try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
    #expect(codes == [819, 0, 2540, 0])
  }

  @Test func ad5593rForgetsAtReset() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    let chip = AD5593R(address: try address(0x10))
    try chip.configure(on: &bus, dacMask: 0xFF, adcMask: 0x0F, wideRange: false)
    try chip.setDAC(on: &bus, channel: 1, code: 77)
    try chip.reset(on: &bus)
    let held = try chip.dacCode(on: &bus, channel: 1)
    #expect(held == 0)
    var codes = [UInt16](repeating: 0, count: 4)
    #expect(throws: I2CError(.unexpectedData, address: 0x10)) {
      try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0x0F, into: $0) }
    }
  }

  @Test func mcp4728SetsAndReports() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    let chip = MCP4728(address: try address(0x60), doubleGain: true)
    let fresh = try chip.status(on: &bus)
    #expect(fresh.ready && fresh.powered && fresh.d.code == 0 && !fresh.d.doubleGain && fresh.d.internalReference)
    try chip.configure(on: &bus)
    try chip.setAll(on: &bus, (1, 2, 3, 4))
    try chip.setDAC(on: &bus, channel: 2, code: 4095)
    let status = try chip.status(on: &bus)
    #expect([status.a.code, status.b.code, status.c.code, status.d.code] == [1, 2, 4095, 4])
    for channel in [status.a, status.b, status.c, status.d] {
      #expect(channel.doubleGain && channel.internalReference && channel.powerDown == 0)
    }
  }

  @Test(arguments: [(Float(6.144), Int16(10667)), (4.096, 16000), (2.048, 32000), (1.024, 32767), (0.256, 32767)])
  func ads1115ConvertsInItsTime(volts: Float, code: Int16) throws {
    let bench = try bench([source(2.0, chip: 2, channel: 1), source(-0.25, chip: 2, channel: 2)])
    var bus = bench.bus(0)
    var clock = bench.clock
    let chip = try #require(ADS1x15(address: try address(0x48), fullScaleVolts: volts, samplesPerSecond: 250))
    try chip.configure(on: &bus)
    try chip.startConversion(on: &bus, channel: 1)
    let start = clock.now()
    var ready = try chip.isReady(on: &bus)
    let early = try chip.readConversion(on: &bus)
    #expect(!ready && early == 0)
    clock.sleep(until: start + 3_900_000)
    ready = try chip.isReady(on: &bus)
    #expect(!ready)
    clock.sleep(until: start + chip.conversionTime)
    ready = try chip.isReady(on: &bus)
    let value = try chip.readConversion(on: &bus)
    let again = try chip.readConversion(on: &bus, pointerIsSet: true)
    #expect(ready && value == code && again == code)
    try chip.startConversion(on: &bus, channel: 2)
    clock.sleep(until: clock.now() + chip.conversionTime)
    let negative = try chip.readConversion(on: &bus)
    #expect(negative == (volts == 0.256 ? -32000 : Int16((-0.25 * 32768 / Double(volts)).rounded())))
  }

  @Test func tca9548aOpensAndCloses() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    let mux = TCA9548A(address: try address(0x70))
    let hidden = AD5593R(address: try address(0x11))
    var mask = try mux.selected(on: &bus)
    #expect(mask == 0)
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x11)) { try hidden.dacCode(on: &bus, channel: 0) }
    try mux.select(on: &bus, mask: 0x04)
    mask = try mux.selected(on: &bus)
    let code = try hidden.dacCode(on: &bus, channel: 0)
    #expect(mask == 0x04 && code == 0)
    try mux.select(on: &bus, mask: 0xFB)
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x11)) { try hidden.dacCode(on: &bus, channel: 0) }
  }

  @Test func anUnpluggedChipDoesNotAnswer() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    let mux = TCA9548A(address: try address(0x70))
    let hidden = AD5593R(address: try address(0x11))
    let chip = AD5593R(address: try address(0x10))
    try chip.configure(on: &bus, dacMask: 1, adcMask: 0, wideRange: false)
    try chip.setDAC(on: &bus, channel: 0, code: 9)
    try mux.select(on: &bus, mask: 0x04)
    bench.unplug(chip: 0)
    bench.unplug(chip: 3)
    bench.unplug(chip: 99)
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x10)) { try chip.dacCode(on: &bus, channel: 0) }
    // What sits behind an unplugged multiplexer is out of reach too.
    #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x11)) { try hidden.dacCode(on: &bus, channel: 0) }
    bench.plug(chip: 0)
    bench.plug(chip: 3)
    let held = try chip.dacCode(on: &bus, channel: 0)
    _ = try hidden.dacCode(on: &bus, channel: 0)
    #expect(held == 9)
  }
}
