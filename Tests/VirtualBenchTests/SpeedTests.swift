import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// A board of 32 nodes as one step uses it.
struct FullBoard {
  let bench: VirtualBench
  var bus: VirtualI2CBus
  var clock: VirtualClock
  let mux: TCA9548A
  let converters: AD5593R
  let dacs: [MCP4728]
  let adcs: [ADS1x15]
  let codes = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 32)
  static let period: UInt64 = 20_000_000

  static func description() -> BenchDescription {
    var chips = [BenchChip(kind: .tca9548a, address: 0x70, bus: 0)]
    for index in 0..<6 {
      chips.append(BenchChip(kind: .ad5593r, address: 0x10, bus: 0, mux: 0, muxChannel: UInt8(index)))
    }
    for index in 0..<2 {
      chips.append(BenchChip(kind: .mcp4728, address: 0x60 + UInt8(index), bus: 0))
      chips.append(BenchChip(kind: .ads1115, address: 0x48 + UInt8(index), bus: 0))
    }
    let kinds: [BenchDeviceKind] = [.superparamagnetic, .duffing, .leakyIntegrator]
    var devices: [BenchDevice] = []
    for index in 0..<32 {
      let kind = kinds[index % 3]
      let slow = index >= 24
      let chip = slow ? UInt8(7 + (index - 24) / 4 * 2) : UInt8(1 + index / 4)
      devices.append(
        BenchDevice(
          kind: kind,
          drive: BenchWire(chip: chip, channel: UInt8(index % 4), voltsAtZero: 1.25, voltsPerUnit: 1),
          response: BenchWire(
            chip: slow ? chip + 1 : chip, channel: UInt8(slow ? index % 4 : index % 4 + 4), voltsAtZero: 1.25,
            voltsPerUnit: 0.5, noiseVolts: 0.001),
          timePerSecond: 10, parameters: kind.parameterDefaults))
    }
    return BenchDescription(
      seed: 7, spread: 0.15, quantum: 5_000_000, busClocks: [400_000], chips: chips, devices: devices)
  }

  /// The same board with what the newer format is for: nanoring arrays read twice, and ageing.
  static func newer() -> BenchDescription {
    var description = description()
    description.devices.removeSubrange(2..<4)
    for index in 0..<2 {
      description.devices[index].kind = .nanoring
      description.devices[index].parameters = BenchDeviceKind.nanoring.parameterDefaults
      var wire = description.devices[index].response
      wire.channel += 2
      description.devices[index].furtherResponses = [wire]
    }
    for index in 1..<20 {
      description.devices[index].ageing = DeviceAgeing(exponentMean: 0.05, exponentDeviation: 0.01, ageSeconds: 60)
    }
    return description
  }

  init() throws { try self.init(configuring: VirtualBench(Self.description())) }

  /// The board on a bench as it is, with its chips set up.
  init(configuring bench: VirtualBench) throws {
    try self.init(bench)
    for chip in 0..<6 {
      try mux.select(on: &bus, mask: 1 << UInt8(chip))
      try converters.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
    }
    for chip in dacs { try chip.configure(on: &bus) }
    for chip in adcs { try chip.configure(on: &bus) }
  }

  /// The board on a bench as it is, nothing set up.
  init(_ bench: VirtualBench) throws {
    self.bench = bench
    bus = bench.bus(0)
    clock = bench.clock
    mux = TCA9548A(address: try Fixtures.address(0x70))
    converters = AD5593R(address: try Fixtures.address(0x10))
    dacs = [
      MCP4728(address: try Fixtures.address(0x60), doubleGain: false),
      MCP4728(address: try Fixtures.address(0x61), doubleGain: false),
    ]
    adcs = [
      try #require(ADS1x15(address: try Fixtures.address(0x48), fullScaleVolts: 4.096, samplesPerSecond: 860)),
      try #require(ADS1x15(address: try Fixtures.address(0x49), fullScaleVolts: 4.096, samplesPerSecond: 860)),
    ]
  }

  /// 24 + 8 drives, 24 + 8 responses.
  mutating func step(_ number: UInt64) throws(I2CError) {
    let start = number * Self.period
    clock.sleep(until: start)
    for chip in 0..<6 {
      try mux.select(on: &bus, mask: 1 << UInt8(chip))
      for channel in 0..<4 {
        let code = UInt16(truncatingIfNeeded: number &* 977 &+ UInt64(chip * 4 + channel) &* 131) & 0x0FFF
        try converters.setDAC(on: &bus, channel: UInt8(channel), code: code)
      }
    }
    let code = UInt16(truncatingIfNeeded: number &* 613) & 0x0FFF
    for chip in dacs { try chip.setAll(on: &bus, (code, code ^ 0x0F0, code ^ 0xA00, code ^ 0x555)) }
    for channel in 0..<4 {
      for chip in adcs { try chip.startConversion(on: &bus, channel: UInt8(channel)) }
      clock.sleep(until: clock.now() + adcs[0].conversionTime)
      for index in 0..<2 {
        codes[24 + index * 4 + channel] = UInt16(bitPattern: try adcs[index].readConversion(on: &bus))
      }
    }
    for chip in 0..<6 {
      try mux.select(on: &bus, mask: 1 << UInt8(chip))
      try converters.readADCs(
        on: &bus, mask: 0xF0, into: UnsafeMutableBufferPointer(rebasing: codes[(chip * 4)..<(chip * 4 + 4)]))
    }
  }
}

@Suite struct SpeedTests {
  @Test func aStepOfThirtyTwoNodesIsCheap() throws {
    var board = try FullBoard()
    defer { board.codes.deallocate() }
    // Short rounds, the best of many: what else the machine does should not count.
    let steps: UInt64 = 200
    for number in 1...200 { try board.step(UInt64(number)) }
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    for round in 0..<40 {
      let start = clock.now
      for number in 0..<steps { try board.step(201 + UInt64(round) * steps + number) }
      best = min(best, clock.now - start)
    }
    let microseconds = Double(best.components.attoseconds) * 1e-12 / Double(steps)
    print("virtual bench: \(microseconds) µs a step of 32 nodes, 66 transactions, 4 quanta")
    #if !DEBUG
      // Generous: a shared machine may be several times slower than an idle one.
      #expect(microseconds < 200)
    #endif
  }
}
