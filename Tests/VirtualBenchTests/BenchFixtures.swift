import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// Benches the tests share.
enum Fixtures {
  /// A 16-bit wiring for one device: MCP4728 (4.096 V, 1 V is zero drive, 1 V a unit) to ADS1115 (±6.144 V, 2.5 V is zero).
  static func single(
    _ kind: BenchDeviceKind, parameters: [Double], timePerSecond: Double, quantum: UInt64 = 100_000, seed: UInt64 = 1,
    spread: Double = 0, noiseVolts: Double = 0, voltsPerUnit: Double = 1
  ) -> BenchDescription {
    BenchDescription(
      seed: seed, spread: spread, quantum: quantum, busClocks: [400_000],
      chips: [BenchChip(kind: .mcp4728, address: 0x60, bus: 0), BenchChip(kind: .ads1115, address: 0x48, bus: 0)],
      devices: [
        BenchDevice(
          kind: kind, drive: BenchWire(chip: 0, channel: 0, voltsAtZero: 1, voltsPerUnit: 1),
          response: BenchWire(
            chip: 1, channel: 0, voltsAtZero: 2.5, voltsPerUnit: voltsPerUnit, noiseVolts: noiseVolts),
          timePerSecond: timePerSecond, parameters: parameters)
      ])
  }

  /// Many devices of one kind, four to an AD5593R, eight AD5593R to a multiplexer.
  static func many(
    _ kind: BenchDeviceKind, count: Int, parameters: [Double], timePerSecond: Double, quantum: UInt64 = 100_000,
    seed: UInt64 = 1, spread: Double = 0
  ) -> BenchDescription {
    var chips: [BenchChip] = []
    var devices: [BenchDevice] = []
    for index in 0..<count {
      if index % 32 == 0 { chips.append(BenchChip(kind: .tca9548a, address: 0x70 + UInt8(index / 32), bus: 0)) }
      let mux = index / 32 * 9
      if index % 4 == 0 {
        chips.append(
          BenchChip(kind: .ad5593r, address: 0x10, bus: 0, mux: UInt8(mux), muxChannel: UInt8(index / 4 % 8)))
      }
      let chip = UInt8(chips.count - 1)
      devices.append(
        BenchDevice(
          kind: kind, drive: BenchWire(chip: chip, channel: UInt8(index % 4), voltsAtZero: 1.25, voltsPerUnit: 1),
          response: BenchWire(chip: chip, channel: UInt8(index % 4 + 4), voltsAtZero: 1.25, voltsPerUnit: 1),
          timePerSecond: timePerSecond, parameters: parameters))
    }
    return BenchDescription(
      seed: seed, spread: spread, quantum: quantum, busClocks: [1_000_000], chips: chips, devices: devices)
  }

  static func address(_ value: UInt8) throws -> I2CAddress { try #require(I2CAddress(value)) }
}

/// One device behind an MCP4728 and an ADS1115, driven and read in device units.
struct SingleDevice {
  let bench: VirtualBench
  var bus: VirtualI2CBus
  var clock: VirtualClock
  let dac: MCP4728
  let adc: ADS1x15

  init(_ description: BenchDescription) throws {
    bench = try VirtualBench(description)
    bus = bench.bus(0)
    clock = bench.clock
    dac = MCP4728(address: try Fixtures.address(0x60), doubleGain: true)
    adc = try #require(
      ADS1x15(address: try Fixtures.address(0x48), fullScaleVolts: 6.144, samplesPerSecond: 860))
    try adc.configure(on: &bus)
  }

  /// Drives with `value`, to a millivolt (the zero of the drive is at 1 V).
  mutating func drive(_ value: Double) throws {
    try dac.setDAC(on: &bus, channel: 0, code: UInt16(((value + 1) * 1000).rounded()))
  }

  /// The response in device units, converted at `time` or, when that has passed, as soon as can be.
  mutating func response(at time: UInt64) throws -> Double {
    // The conversion samples 1,187,791 ns after a write of 37 bits at 400 kHz: 1,280,291 ns, so just after `time`.
    let lead: UInt64 = 1_280_000
    if time > lead { clock.sleep(until: time - lead) }
    try adc.startConversion(on: &bus, channel: 0)
    clock.sleep(until: clock.now() + adc.conversionTime)
    return Double(try adc.readConversion(on: &bus)) * (6.144 / 32768) - 2.5
  }
}
