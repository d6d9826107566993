import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// One chip alone on a 400 kHz bus, with what can be wired to it.
struct OneChip {
  let bench: VirtualBench
  var bus: VirtualI2CBus
  var clock: VirtualClock

  init(
    _ chip: BenchChip, devices: [BenchDevice] = [], lines: [BenchLine] = [], spread: Double = 0, seed: UInt64 = 1
  ) throws {
    // A DAC for devices that need a drive, at an address of its own.
    let dac = BenchChip(kind: .ad5593r, address: 0x11, bus: 1)
    bench = try VirtualBench(
      BenchDescription(
        seed: seed, spread: spread, quantum: 100_000, busClocks: [400_000, 400_000], chips: [chip, dac],
        devices: devices, lines: lines))
    bus = bench.bus(0)
    clock = bench.clock
  }

  /// A device driven by the chip's channel, whose drive can be asked for.
  static func driven(channel: UInt8) -> BenchDevice {
    BenchDevice(
      kind: .dead, drive: BenchWire(chip: 0, channel: channel, voltsAtZero: 0, voltsPerUnit: 1),
      response: BenchWire(chip: 1, channel: channel & 7, voltsAtZero: 0, voltsPerUnit: 1), timePerSecond: 1,
      parameters: [])
  }

  /// A device that rests at a known voltage: a reference source for a channel of the chip.
  static func source(_ volts: Double, channel: UInt8) -> BenchDevice {
    BenchDevice(
      kind: .dead, drive: BenchWire(chip: 1, channel: 7, voltsAtZero: 0, voltsPerUnit: 1),
      response: BenchWire(chip: 0, channel: channel, voltsAtZero: volts, voltsPerUnit: 1), timePerSecond: 1,
      parameters: [])
  }

  mutating func wait(_ nanoseconds: UInt64) { clock.sleep(until: clock.now() + nanoseconds) }

  mutating func send(_ place: UInt8, _ bytes: [UInt8]) throws {
    let target = try address(place)
    try bytes.withUnsafeBytes { try bus.write(target, $0) }
  }

  mutating func ask(_ place: UInt8, _ bytes: [UInt8], _ count: Int) throws -> [UInt8] {
    let target = try address(place)
    var answer = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeBytes { out in
      try answer.withUnsafeMutableBytes { try bus.writeRead(target, out, into: $0) }
    }
    return answer
  }
}
