import Drivers
import HardwareInterface
import Testing
import VirtualBench

@Suite struct DeterminismTests {
  /// All codes of some steps of the 32-node board.
  private func run(steps: UInt64) throws -> [UInt16] {
    var board = try FullBoard()
    defer { board.codes.deallocate() }
    var all: [UInt16] = []
    for number in 1...steps {
      try board.step(number)
      all.append(contentsOf: board.codes)
    }
    return all
  }

  @Test func theSameSeedGivesTheSameCodes() throws {
    let first = try run(steps: 50)
    let second = try run(steps: 50)
    #expect(first == second)
    #expect(Set(first).count > 200)
  }

  /// The very codes: any machine must get them.
  @Test func theCodesAreFixed() throws {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for code in try run(steps: 100) {
      digest = (digest ^ UInt64(code)) &* 0x0000_0100_0000_01B3
    }
    #expect(digest == 7_727_687_380_733_224_777)
  }

  /// Reading a device more often, or others in between, changes nothing in what it does.
  @Test func readingDoesNotDisturb() throws {
    for kind in [BenchDeviceKind.superparamagnetic, .duffing, .leakyIntegrator] {
      var description = Fixtures.many(kind, count: 4, parameters: kind.parameterDefaults, timePerSecond: 50)
      description.chips.removeFirst()
      description.chips[0].mux = BenchChip.noMux
      for index in 0..<4 {
        description.devices[index].drive.chip = 0
        description.devices[index].response.chip = 0
      }
      var results: [[UInt16]] = []
      for extra in 0..<3 {
        let bench = try VirtualBench(description)
        var bus = bench.bus(0)
        var clock = bench.clock
        let chip = AD5593R(address: try Fixtures.address(0x10))
        try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
        var codes = [UInt16](repeating: 0, count: 4)
        var result: [UInt16] = []
        for step in UInt64(1)...50 {
          let start = step * 20_000_000
          clock.sleep(until: start)
          try chip.setDAC(on: &bus, channel: UInt8(step % 4), code: UInt16(step * 70))
          for index in 0..<extra {
            clock.sleep(until: start + UInt64(index + 1) * 3_700_000)
            try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
          }
          clock.sleep(until: start + 15_000_000)
          try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
          result += codes
        }
        results.append(result)
      }
      #expect(results[0] == results[1] && results[1] == results[2])
      #expect(Set(results[0]).count > 50)
    }
  }

  /// A conversion samples at its end, even when the device is driven on before anybody collects it.
  @Test func aConversionKeepsItsMoment() throws {
    var results: [Int16] = []
    for late in [false, true] {
      var device = try SingleDevice(
        Fixtures.single(.leakyIntegrator, parameters: [1, 0, 0, 0.2, 0.8], timePerSecond: 1000))
      try device.drive(0.5)
      try device.adc.startConversion(on: &device.bus, channel: 0)
      device.clock.sleep(until: 5_000_000)
      if late {
        try device.drive(-0.9)
        device.clock.sleep(until: 50_000_000)
      }
      results.append(try device.adc.readConversion(on: &device.bus))
    }
    #expect(results[0] == results[1])
  }

  /// Two slow converters on one device: each samples at its own end, whichever is asked first and whenever.
  @Test func twoConversionsOfOneDeviceKeepTheirMoments() throws {
    var description = Fixtures.single(
      .nanoring, parameters: BenchDeviceKind.nanoring.parameterDefaults, timePerSecond: 500, voltsPerUnit: 2)
    description.devices[0].drive.voltsPerUnit = 0.05
    description.devices[0].response.noiseVolts = 0.01
    description.chips.append(BenchChip(kind: .ads1115, address: 0x49, bus: 0))
    description.devices[0].furtherResponses = [
      BenchWire(chip: 2, channel: 3, voltsAtZero: 2.5, voltsPerUnit: 2, noiseVolts: 0.01)
    ]
    var results: [[Int16]] = []
    for pattern in 0..<4 {
      var device = try SingleDevice(description)
      let other = try #require(
        ADS1x15(address: try Fixtures.address(0x49), fullScaleVolts: 6.144, samplesPerSecond: 860))
      try other.configure(on: &device.bus)
      try device.drive(0.4)
      device.clock.sleep(until: 40_000_000)
      try device.adc.startConversion(on: &device.bus, channel: 0)
      device.clock.sleep(until: 40_600_000)
      try other.startConversion(on: &device.bus, channel: 3)
      device.clock.sleep(until: 45_000_000)
      // Driven on before anybody collects, in half the patterns; collected in either order.
      if pattern & 1 != 0 {
        try device.drive(1)
        device.clock.sleep(until: 80_000_000)
      }
      var codes: [Int16] = [0, 0]
      for chip in pattern & 2 == 0 ? [0, 1] : [1, 0] {
        codes[chip] = try (chip == 0 ? device.adc : other).readConversion(on: &device.bus)
      }
      results.append(codes)
    }
    #expect(Set(results).count == 1 && results[0][0] != results[0][1])
  }

  @Test func seedsAndDevicesDiffer() throws {
    var firsts: [Double] = []
    for seed in UInt64(0)..<4 {
      var device = try SingleDevice(
        Fixtures.single(
          .superparamagnetic, parameters: [3, 100, 1], timePerSecond: 1000, seed: seed))
      try device.drive(0)
      firsts.append(try device.response(at: 50_000_000))
    }
    #expect(Set(firsts).count == 4)
  }
}
