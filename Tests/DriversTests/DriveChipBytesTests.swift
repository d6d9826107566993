import Drivers
import HardwareInterface
import Testing

/// The bytes of each command of the chips that drive, worked out by hand from the data sheets.
@Suite struct DriveChipBytesTests {
  /// What an encoder writes into a buffer of `size`.
  private func bytes(_ size: Int, _ encode: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0xEE, count: size)
    let count = buffer.withUnsafeMutableBytes { encode($0) }
    // Nothing beyond what was counted is touched.
    #expect(buffer[count...].allSatisfy { $0 == 0xEE })
    return Array(buffer[..<count])
  }

  @Test func encodersWriteWhatDriversSend() {
    #expect(bytes(8) { AD5593R.encodeDAC(channel: 5, code: 0xABC, into: $0) } == [0x15, 0xDA, 0xBC])
    #expect(bytes(8) { AD5593R.encodeDAC(channel: 13, code: 0xFFFF, into: $0) } == [0x15, 0xDF, 0xFF])
    #expect(bytes(8) { AD5593R.encodeReadADCs(into: $0) } == [0x40])
    #expect(bytes(8) { AD5593R.encodeSequence(mask: 0xF0, into: $0) } == [0x02, 0x02, 0xF0])
    #expect(bytes(8) { MCP4728.encodeChannel(3, code: 5000, doubleGain: true, into: $0) } == [0x46, 0x9F, 0xFF])
    #expect(
      bytes(16) { MCP4728.encodeAll((0, 0x7FF, 0x800, 0xFFF), doubleGain: false, into: $0) }
        == [0x40, 0x80, 0x00, 0x42, 0x87, 0xFF, 0x44, 0x88, 0x00, 0x46, 0x8F, 0xFF])
    #expect(bytes(8) { MCP4725.encodeFast(code: 0x123, into: $0) } == [0x01, 0x23])
    #expect(bytes(8) { MCP4725.encodeFast(code: 0xFFFF, into: $0) } == [0x0F, 0xFF])
    #expect(bytes(8) { AD5272.encode(code: 0x155, into: $0) } == [0x05, 0x55])
    #expect(bytes(8) { AD5272.encode(code: 4095, into: $0) } == [0x07, 0xFF])
    #expect(bytes(8) { TCA9548A.encodeSelect(mask: 0x81, into: $0) } == [0x81])
    #expect(bytes(8) { PCA9685.encodeChannel(15, code: 0xABC, into: $0) } == [0x44, 0xBC, 0x0A])
    #expect(bytes(8) { PCA9685.encodeChannel(0, code: 0, into: $0) } == [0x08, 0x00, 0x10])
    #expect(bytes(8) { PCA9685.encodeChannel(16, code: 9999, into: $0) } == [0x08, 0xFF, 0x0F])
  }

  /// A buffer that is too short stays as it was.
  @Test func shortBuffersAreLeftAlone() throws {
    let sweep = try #require(Si5351ASweep(crystalHertz: 25_000_000, low: 1_000_000_000, high: 2_000_000_000))
    let codes: [UInt16] = [1, 2, 3]
    for size in 0..<13 {
      #expect(bytes(size) { AD5593R.encodeDAC(channel: 0, code: 1, into: $0) }.count == (size < 3 ? 0 : 3))
      #expect(bytes(size) { MCP4728.encodeAll((1, 2, 3, 4), doubleGain: true, into: $0) }.count == (size < 12 ? 0 : 12))
      #expect(bytes(size) { MCP4725.encodeFast(code: 1, into: $0) }.count == (size < 2 ? 0 : 2))
      #expect(bytes(size) { AD5272.encode(code: 1, into: $0) }.count == (size < 2 ? 0 : 2))
      #expect(bytes(size) { PCA9685.encodeChannel(0, code: 1, into: $0) }.count == (size < 3 ? 0 : 3))
      #expect(bytes(size) { Si5351A.encode(output: 0, code: 1, sweep: sweep, into: $0) }.count == (size < 9 ? 0 : 9))
      let burst = codes.withUnsafeBufferPointer { codes in
        bytes(size) { PCA9685.encodeBurst(first: 4, codes: codes, into: $0) }
      }
      #expect(burst.count == (size < 11 ? 0 : 11))
    }
  }

  @Test func mcp4725ReadsAndIdentifies() throws {
    let chip = MCP4725(address: try address(0x62))
    var bus = RecordingBus()
    bus.answers = [[0xC2, 0x12, 0x30]]
    let status = try chip.status(on: &bus)
    #expect(status == .init(ready: true, powered: true, powerDown: 1, code: 0x123))
    // Powered down at first: the fast write of the same code turns it on.
    bus.answers = [[0xC2, 0x12, 0x30], [0xC0, 0x12, 0x30]]
    try chip.configure(on: &bus)
    try chip.setDAC(on: &bus, code: 4096)
    #expect(bus.log == ["R62 3", "R62 3", "W62 01 23", "R62 3", "W62 0F FF"])
    for answers: [[UInt8]] in [[[0x40, 0, 0]], [[0x80, 0, 0]], [[0xC0, 0x80, 0], [0xC0, 0x40, 0]]] {
      bus.answers = answers
      #expect(throws: I2CError(.unexpectedData, address: 0x62)) { try chip.identify(on: &bus) }
    }
  }

  @Test func pca9685Configures() throws {
    // 200 Hz: the data sheet's own example of a prescale, 30.
    let chip = try #require(PCA9685(address: try address(0x40), pwmHertz: 200))
    #expect(chip.prescale == 0x1E)
    var bus = RecordingBus()
    let identity: [[UInt8]] = [[0xE2], [0xE4], [0xE8], [0xE0]]
    bus.answers = identity + [[0x11], [0x04], [0x1E], [0x20], [0x04], [0x1E]]
    try chip.configure(on: &bus)
    #expect(
      bus.log == [
        "W40 02 | R40 1", "W40 03 | R40 1", "W40 04 | R40 1", "W40 05 | R40 1",
        "W40 00 | R40 1", "W40 01 | R40 1", "W40 FE | R40 1",
        "W40 00 30",  // asleep
        "W40 FE 1E", "W40 01 04",
        "W40 FA 00 00 00 10",  // all off
        "W40 00 20", "W40 00 | R40 1", "W40 01 | R40 1", "W40 FE | R40 1",
      ])
    // One that runs so already is not touched.
    bus = RecordingBus()
    bus.answers = identity + [[0xA0], [0x04], [0x1E]]
    try chip.configure(on: &bus)
    #expect(bus.log.allSatisfy { $0.contains("R40") })
    bus.answers = [[0xE2], [0xE5]]
    #expect(throws: I2CError(.unexpectedData, address: 0x40)) { try chip.identify(on: &bus) }
  }

  @Test func pca9685Outputs() throws {
    let chip = try #require(PCA9685(address: try address(0x41), pwmHertz: 1526))
    #expect(chip.prescale == 3)
    var bus = RecordingBus()
    let codes: [UInt16] = [0x123, 0, 0xFFFF]
    try codes.withUnsafeBufferPointer { try chip.setChannels(on: &bus, first: 2, codes: $0) }
    try chip.setChannel(on: &bus, 1, code: 4096)
    try chip.setChannel(on: &bus, 1, code: 7)
    try chip.sleep(on: &bus)
    bus.answers = [[0xB0]]
    let due = try chip.wake(on: &bus)
    try chip.restart(on: &bus)
    #expect(due)
    #expect(
      bus.log == [
        "W41 10 23 01 00 00 00 10 00 00 FF 0F", "W41 0A 00 10 00 00", "W41 0A 00 00 07 00", "W41 00 30",
        "W41 00 | R41 1", "W41 00 20", "W41 00 A0",
      ])
    #expect(throws: I2CError(.unsupported, address: 0x41)) {
      try codes.withUnsafeBufferPointer { try chip.setChannels(on: &bus, first: 14, codes: $0) }
    }
    for hertz in [Float(0), -1, 20, 1800, .nan, .infinity] {
      #expect(PCA9685(address: try address(0x41), pwmHertz: hertz) == nil, "\(hertz)")
    }
  }

  @Test func ad5272UnlocksAndReadsBack() throws {
    let chip = AD5272(address: try address(0x2F))
    var bus = RecordingBus()
    bus.answers = [[0x00, 0x02], [0x06, 0x34]]
    try chip.configure(on: &bus)
    try chip.setCode(on: &bus, code: 0x234)
    let code = try chip.code(on: &bus)
    #expect(code == 0x234)
    #expect(bus.log == ["W2F 1C 02", "W2F 24 00", "W2F 20 00", "R2F 2", "W2F 06 34", "W2F 08 00", "R2F 2"])
    for answer: [UInt8] in [[0x00, 0x00], [0x80, 0x02], [0x00, 0x03]] {
      bus.answers = [answer]
      #expect(throws: I2CError(.unexpectedData, address: 0x2F)) { try chip.identify(on: &bus) }
    }
  }

  @Test func si5351aConfigures() throws {
    let chip = try #require(Si5351A(address: try address(0x60)))
    let sweep = try #require(Si5351ASweep(crystalHertz: 25_000_000, low: 10_000_000_000, high: 20_000_000_000))
    #expect(sweep.multiple == 36 && sweep.outputPower == 0)
    var bus = RecordingBus()
    // PLL A at 36: P1 = 128 * 36 - 512 = 0x1000.
    let pll: [UInt8] = [0x00, 0x01, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00]
    bus.answers = [[0xD2], [0x00], [UInt8](repeating: 0, count: 8), pll]
    try chip.configure(on: &bus, sweep: sweep, mask: 0b101)
    #expect(
      bus.log == [
        "W60 B7 | R60 1", "W60 00 | R60 1", "W60 1A | R60 8",
        "W60 03 FF", "W60 B7 D2", "W60 0F 00", "W60 1A 00 01 00 10 00 00 00 00", "W60 B1 20", "W60 1A | R60 8",
        // 10 MHz: by 90, P1 = 0x2B00.
        "W60 2A 00 01 00 2B 00 00 00 00", "W60 10 0F", "W60 11 80", "W60 3A 00 01 00 2B 00 00 00 00", "W60 12 0F",
        "W60 03 FA",
      ])
    // As it should be already: neither written nor reset.
    bus = RecordingBus()
    bus.answers = [[0x92], [0x11], pll, [0xFA]]
    try chip.configure(on: &bus, sweep: sweep, mask: 0b101)
    #expect(bus.log.count == 4)
    // Other outputs of the same PLL: no reset.
    bus = RecordingBus()
    bus.answers = [[0xD2], [0x00], pll, [0xFF]]
    try chip.configure(on: &bus, sweep: sweep, mask: 0b001)
    #expect(!bus.log.contains("W60 B1 20"))
    bus.answers = [[0xD2], [0x80]]
    #expect(throws: I2CError(.unexpectedData, address: 0x60)) { try chip.identify(on: &bus) }
    bus.answers = [[0xC0]]
    #expect(throws: I2CError(.unexpectedData, address: 0x60)) { try chip.identify(on: &bus) }
  }
}
