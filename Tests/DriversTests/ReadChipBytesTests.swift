import Drivers
import HardwareInterface
import Testing

/// The bytes of each command of the chips that are read, worked out by hand from the data sheets.
@Suite struct ReadChipBytesTests {
  private func encoded(_ encode: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 8)
    let count = buffer.withUnsafeMutableBytes { encode($0) }
    return Array(buffer[..<count])
  }

  @Test func ads1x15ReadyLineAndContinuousMode() throws {
    let chip = try #require(
      ADS1x15(
        address: try address(0x48), fullScaleVolts: 4.096, samplesPerSecond: 860, mode: .continuous, readyLine: true))
    var bus = RecordingBus()
    bus.answers = [[0x00, 0x00], [0x80, 0x00], [0x42, 0xE0]]
    try chip.configure(on: &bus)
    try chip.startConversion(on: &bus, channel: 3)
    #expect(
      bus.log == [
        "W48 02 00 00", "W48 03 80 00", "W48 02 | R48 2", "W48 03 | R48 2",
        "W48 01 42 E0",  // continuous, comparator after one conversion
        "W48 01 | R48 2", "W48 01 72 E0",
      ])
    #expect(encoded { chip.encodeStart(channel: 3, into: $0) } == [0x01, 0x72, 0xE0])
    #expect(encoded { ADS1x15.encodePointer(into: $0) } == [0x00])
    bus.answers = [[0x80, 0x00], [0x7F, 0xFF]]
    #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try chip.configure(on: &bus) }
  }

  @Test(arguments: [
    (UInt16(128), UInt16(0x4303)), (250, 0x4323), (490, 0x4343), (920, 0x4363), (1600, 0x4383), (2400, 0x43A3),
    (3300, 0x43C3),
  ])
  func ads1015Rates(rate: UInt16, word: UInt16) throws {
    let chip = try #require(
      ADS1x15(.ads1015, address: try address(0x49), fullScaleVolts: 4.096, samplesPerSecond: rate))
    var bus = RecordingBus()
    bus.answers = [[UInt8(word >> 8), UInt8(word & 0xFF)]]
    try chip.configure(on: &bus)
    #expect(encoded { chip.encodeStart(channel: 1, into: $0) }[1] == UInt8(word >> 8) | 0x90)
    #expect(ADS1x15(.ads1015, address: try address(0x49), fullScaleVolts: 4.096, samplesPerSecond: 860) == nil)
    // Low bits an ADS1015 does not have.
    bus.answers = [[0x12, 0x30], [0x12, 0x31]]
    let code = try chip.readConversion(on: &bus)
    #expect(code == 0x1230)
    #expect(throws: I2CError(.unexpectedData, address: 0x49)) { try chip.readConversion(on: &bus) }
  }

  @Test func ina219Commands() throws {
    let chip = try #require(INA219(address: try address(0x40), rangeMillivolts: 320))
    let small = try #require(INA219(address: try address(0x40), rangeMillivolts: 40, busRange32: false))
    var bus = RecordingBus()
    bus.answers = [[0x39, 0x9F], [0x01, 0x9F], [0x39, 0x9F]]
    try chip.configure(on: &bus)
    try small.configure(on: &bus)
    try chip.identify(on: &bus)
    // The data sheet's examples: -320 mV over the shunt, 11.98 V on the bus.
    bus.answers = [[0x83, 0x00], [0x5D, 0x98], [0x5D, 0x9A]]
    let shunt = try chip.read(on: &bus, channel: 0)
    let volts = try chip.read(on: &bus, channel: 1)
    let ready = try chip.isReady(on: &bus)
    #expect(shunt == -32000 && volts == 2995 && ready)
    #expect(
      bus.log == [
        "W40 00 39 9F", "W40 00 | R40 2", "W40 00 01 9F", "W40 00 | R40 2", "W40 00 80 00", "W40 00 | R40 2",
        "W40 01 | R40 2", "W40 02 | R40 2", "W40 02 | R40 2",
      ])
    bus.answers = [[0x39, 0x9E]]
    #expect(throws: I2CError(.unexpectedData, address: 0x40)) { try chip.identify(on: &bus) }
    #expect(INA219(address: try address(0x40), rangeMillivolts: 100) == nil)
    #expect(encoded { INA219.encodePointer(channel: 1, into: $0) } == [0x02])
  }

  @Test func tmp117Commands() throws {
    let chip = TMP117(address: try address(0x48))
    let once = TMP117(address: try address(0x48), mode: .oneShot)
    var bus = RecordingBus()
    bus.answers = [[0x01, 0x17], [0x20, 0x20], [0x11, 0x17], [0x04, 0x20]]
    try chip.configure(on: &bus)
    try once.configure(on: &bus)
    try once.startConversion(on: &bus)
    // The data sheet's table of temperatures.
    let examples: [([UInt8], Int32)] = [
      ([0x0C, 0x80], 25_000), ([0xF3, 0x80], -25_000), ([0x00, 0x01], 7), ([0xFF, 0xFF], -8), ([0x7F, 0xFF], 255_992),
      ([0x32, 0x00], 100_000),
    ]
    for (answer, degrees) in examples {
      bus.answers = [answer]
      let code = try chip.read(on: &bus)
      #expect(TMP117.millidegrees(code) == degrees)
    }
    #expect(
      bus.log[..<5] == ["W48 0F | R48 2", "W48 01 00 20", "W48 01 | R48 2", "W48 0F | R48 2", "W48 01 04 20"])
    #expect(bus.log[6] == "W48 01 0C 20" && bus.log[7] == "W48 00 | R48 2")
    for answer: [UInt8] in [[0x01, 0x16], [0x00, 0x00], [0xFF, 0xFF]] {
      bus.answers = [answer]
      #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try chip.identify(on: &bus) }
    }
    // No conversion yet.
    bus.answers = [[0x80, 0x00]]
    #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try chip.read(on: &bus) }
  }

  @Test func tmp105Commands() throws {
    let chip = TMP105(address: try address(0x49))
    var bus = RecordingBus()
    bus.answers = [[0x4B, 0x00], [0x50, 0x00], [0xE0], [0x19, 0x00], [0xE7, 0x00], [0x00, 0x10], [0x7F, 0xF0]]
    try chip.configure(on: &bus)
    var degrees: [Int32] = []
    for _ in 0..<4 { degrees.append(TMP105.millidegrees(try chip.read(on: &bus))) }
    #expect(degrees == [25_000, -25_000, 62, 127_937])
    #expect(bus.log[..<4] == ["W49 02 | R49 2", "W49 03 | R49 2", "W49 01 60", "W49 01 | R49 1"])
    bus.answers = [[0x12, 0x34]]
    #expect(throws: I2CError(.unexpectedData, address: 0x49)) { try chip.read(on: &bus) }
    bus.answers = [[0x4B, 0x00], [0x7F, 0xFF]]
    #expect(throws: I2CError(.unexpectedData, address: 0x49)) { try chip.identify(on: &bus) }
  }

  @Test func decodersTakeWhatIsThere() throws {
    let ads = try #require(ADS1x15(address: try address(0x48), fullScaleVolts: 4.096, samplesPerSecond: 860))
    let tmp = TMP117(address: try address(0x48))
    let ina = try #require(INA219(address: try address(0x40), rangeMillivolts: 80))
    let combi = AD5593R(address: try address(0x10))
    let quad = MCP4728(address: try address(0x60), doubleGain: true)
    let clock = DS1338(address: try address(0x68))
    for count in 0..<30 {
      let raw = [UInt8](repeating: 0x11, count: count)
      var codes = [UInt16](repeating: 0, count: 8)
      raw.withUnsafeBytes { bytes in
        if count < 2 {
          #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try ads.decode(bytes) }
          #expect(throws: I2CError(.unexpectedData, address: 0x48)) { try tmp.decode(bytes) }
          #expect(throws: I2CError(.unexpectedData, address: 0x40)) { try ina.decode(channel: 0, bytes) }
        } else {
          #expect((try? ads.decode(bytes)) == 0x1111)
        }
        if count < 24 {
          #expect(throws: I2CError(.unexpectedData, address: 0x60)) { try quad.decodeStatus(bytes) }
        }
        if count < 7 { #expect(throws: I2CError(.unexpectedData, address: 0x68)) { try clock.decode(bytes) } }
        // Channel 0 answers 0x1111: not its own number, or too short.
        #expect(throws: I2CError.self) {
          try codes.withUnsafeMutableBufferPointer { try combi.decodeADCs(bytes, mask: 0x03, into: $0) }
        }
      }
    }
  }
}
