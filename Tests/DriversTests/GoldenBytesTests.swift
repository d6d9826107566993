import Drivers
import HardwareInterface
import Testing

/// The bytes of each command, worked out by hand from the data sheets.
@Suite struct GoldenBytesTests {
  @Test func ad5593rConfigure() throws {
    let chip = AD5593R(address: try address(0x10))
    var bus = RecordingBus()
    bus.answers = [[0x00, 0xF0], [0x00, 0x0F]]
    try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: true)
    #expect(
      bus.log == [
        "W10 0B 02 00",  // internal reference on, everything powered
        "W10 03 01 30",  // ADC buffer, both ranges doubled
        "W10 07 00 00",  // outputs follow at once
        "W10 08 00 00", "W10 0A 00 00", "W10 0D 00 00",  // no GPIO
        "W10 04 00 F0", "W10 05 00 0F", "W10 06 00 00",
        "W10 74", "R10 2", "W10 75", "R10 2",  // a stop between pointer and answer
        "W10 02 02 F0",  // repeated sequence
      ])
  }

  @Test func ad5593rNarrowRangeAndPulledDownPins() throws {
    let chip = AD5593R(address: try address(0x11))
    var bus = RecordingBus()
    bus.answers = [[0x00, 0x02], [0x00, 0x01]]
    try chip.configure(on: &bus, dacMask: 0x01, adcMask: 0x02, wideRange: false)
    #expect(bus.log[1] == "W11 03 01 00")
    #expect(bus.log[8] == "W11 06 00 FC")
  }

  @Test func ad5593rConfigureNoticesALockedChip() throws {
    let chip = AD5593R(address: try address(0x10))
    var bus = RecordingBus()
    bus.answers = [[0x00, 0x00], [0x00, 0x0F]]
    #expect(throws: I2CError(.unexpectedData, address: 0x10)) {
      try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
    }
  }

  @Test func ad5593rCommands() throws {
    let chip = AD5593R(address: try address(0x10))
    var bus = RecordingBus()
    try chip.reset(on: &bus)
    try chip.setDAC(on: &bus, channel: 5, code: 0xABC)
    try chip.setDAC(on: &bus, channel: 0, code: 0xFFFF)
    try chip.startSequence(on: &bus, mask: 0)
    bus.answers = [[0xB1, 0x23]]
    let code = try chip.dacCode(on: &bus, channel: 3)
    #expect(code == 0x123)
    #expect(bus.log == ["W10 0F 0D AC", "W10 15 DA BC", "W10 10 8F FF", "W10 02 00 00", "W10 53", "R10 2"])
    bus.answers = [[0xA1, 0x23]]
    #expect(throws: I2CError(.unexpectedData, address: 0x10)) { try chip.dacCode(on: &bus, channel: 3) }
  }

  @Test func ad5593rReadsASequence() throws {
    let chip = AD5593R(address: try address(0x10))
    var bus = RecordingBus()
    var codes: [UInt16] = [0, 0, 0, 0xDEAD]
    bus.answers = [[0x0F, 0xFF, 0x31, 0x02, 0x70, 0x00]]
    try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0b1000_1001, into: $0) }
    #expect(codes == [0xFFF, 0x102, 0x000, 0xDEAD])
    #expect(bus.log == ["W10 40", "R10 6"])
    // A word that names another channel, as from a chip that has been reset.
    bus.answers = [[0x0F, 0xFF, 0x01, 0x02, 0x70, 0x00]]
    #expect(throws: I2CError(.unexpectedData, address: 0x10)) {
      try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0b1000_1001, into: $0) }
    }
    #expect(throws: I2CError(.unsupported, address: 0x10)) {
      try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0x1F, into: $0) }
    }
    try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0, into: $0) }
    #expect(bus.log.count == 4)
  }

  @Test func mcp4728Commands() throws {
    let chip = MCP4728(address: try address(0x60), doubleGain: false)
    let loud = MCP4728(address: try address(0x67), doubleGain: true)
    var bus = RecordingBus()
    try chip.setDAC(on: &bus, channel: 2, code: 0x123)
    try loud.setDAC(on: &bus, channel: 3, code: 5000)
    try loud.setAll(on: &bus, (0x000, 0x7FF, 0x800, 0xFFF))
    #expect(
      bus.log == [
        "W60 44 81 23", "W67 46 9F FF", "W67 40 90 00 42 97 FF 44 98 00 46 9F FF",
      ])
  }

  @Test func mcp4728StatusAndConfigure() throws {
    let chip = MCP4728(address: try address(0x61), doubleGain: true)
    var bus = RecordingBus()
    // Channel, register, then EEPROM: A off the supply, B powered down, C doubled, D plain.
    let answer: [UInt8] = [
      0xC1, 0x01, 0x23, 0xC1, 0x08, 0x00, 0xD1, 0xC4, 0x56, 0xD1, 0x08, 0x00,
      0xE1, 0x97, 0x89, 0xE1, 0x08, 0x00, 0xF1, 0x8A, 0xBC, 0xF1, 0x08, 0x00,
    ]
    bus.answers = [answer]
    let status = try chip.status(on: &bus)
    #expect(status.ready && status.powered)
    #expect(status.a == .init(code: 0x123, internalReference: false, doubleGain: false, powerDown: 0))
    #expect(status.b == .init(code: 0x456, internalReference: true, doubleGain: false, powerDown: 2))
    #expect(status.c == .init(code: 0x789, internalReference: true, doubleGain: true, powerDown: 0))
    #expect(status.d == .init(code: 0xABC, internalReference: true, doubleGain: false, powerDown: 0))
    bus.answers = [answer]
    try chip.configure(on: &bus)
    #expect(bus.log == ["R61 24", "R61 24", "W61 40 91 23 42 94 56 44 97 89 46 9A BC"])
    bus.answers = [[UInt8](repeating: 0xC0, count: 24)]
    #expect(throws: I2CError(.unexpectedData, address: 0x61)) { try chip.status(on: &bus) }
  }

  @Test func ads1115Commands() throws {
    let chip = try #require(
      ADS1x15(address: try address(0x48), fullScaleVolts: 4.096, samplesPerSecond: 860))
    var bus = RecordingBus()
    bus.answers = [[0xC3, 0xE3]]
    try chip.configure(on: &bus)
    try chip.startConversion(on: &bus, channel: 0)
    try chip.startConversion(on: &bus, channel: 3)
    bus.answers = [[0x43, 0xE3], [0xC3, 0xE3], [0x80, 0x00], [0x7F, 0xFE]]
    let early = try chip.isReady(on: &bus)
    let late = try chip.isReady(on: &bus)
    let lowest = try chip.readConversion(on: &bus)
    let next = try chip.readConversion(on: &bus, pointerIsSet: true)
    #expect(!early && late && lowest == -32768 && next == 32766)
    #expect(
      bus.log == [
        "W48 01 43 E3", "W48 01 | R48 2", "W48 01 C3 E3", "W48 01 F3 E3", "W48 01 | R48 2", "W48 01 | R48 2",
        "W48 00 | R48 2", "R48 2",
      ])
    bus.answers = [[0x85, 0x83]]
    #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try chip.configure(on: &bus) }
  }

  @Test(arguments: [
    (Float(6.144), UInt16(8), UInt16(0x4103)), (4.096, 16, 0x4323), (2.048, 32, 0x4543), (1.024, 64, 0x4763),
    (0.512, 128, 0x4983), (0.256, 250, 0x4BA3), (6.144, 475, 0x41C3), (6.144, 860, 0x41E3),
  ])
  func ads1115RangesAndRates(volts: Float, rate: UInt16, word: UInt16) throws {
    let chip = try #require(ADS1x15(address: try address(0x49), fullScaleVolts: volts, samplesPerSecond: rate))
    var bus = RecordingBus()
    bus.answers = [[UInt8(word >> 8), UInt8(word & 0xFF)]]
    try chip.configure(on: &bus)
    let high = String(word >> 8, radix: 16, uppercase: true)
    let low = String(UInt16(0x100) | word & 0xFF, radix: 16, uppercase: true).dropFirst()
    #expect(bus.log[0] == "W49 01 \(high) \(low)")
    // 10 % over the nominal time, and the 25 µs to wake, to a nanosecond.
    #expect(chip.conversionTime == 1_100_000_000 / UInt64(rate) + 25_000)
  }

  @Test func ads1115RefusesWhatItDoesNotHave() throws {
    let place = try address(0x48)
    #expect(ADS1x15(address: place, fullScaleVolts: 5, samplesPerSecond: 860) == nil)
    #expect(ADS1x15(address: place, fullScaleVolts: 4.096, samplesPerSecond: 1000) == nil)
    #expect(ADS1x15(address: place, fullScaleVolts: .nan, samplesPerSecond: 8) == nil)
  }

  @Test func tca9548aCommands() throws {
    let chip = TCA9548A(address: try address(0x77))
    var bus = RecordingBus()
    try chip.select(on: &bus, mask: 0x81)
    bus.answers = [[0x81]]
    let mask = try chip.selected(on: &bus)
    #expect(mask == 0x81)
    #expect(bus.log == ["W77 81", "R77 1"])
  }

  @Test func aFailedTransactionEndsTheCall() throws {
    let chip = AD5593R(address: try address(0x10))
    for number in 0..<12 {
      var bus = RecordingBus()
      bus.failAt = number
      bus.answers = [[0x00, 0xF0], [0x00, 0x0F]]
      #expect(throws: I2CError(.noAcknowledgeData, address: 0x10, errno: 5)) {
        try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
      }
      #expect(bus.log.count == number + 1)
    }
  }
}
