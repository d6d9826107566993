import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// Lines of a bench: plain ones, and the ready output of converters whose clocks are their own.
@Suite struct VirtualLineTests {
  /// Lines: 0 output, 1 input at high, 2 the ADS1115's ready output, 3 the ADS1015's.
  private func bench(seed: UInt64 = 1, spread: Double = 0.15) throws -> VirtualBench {
    try VirtualBench(
      BenchDescription(
        seed: seed, spread: spread, quantum: 50_000, busClocks: [400_000],
        chips: [
          BenchChip(kind: .mcp4728, address: 0x60, bus: 0), BenchChip(kind: .ads1115, address: 0x48, bus: 0),
          BenchChip(kind: .ads1015, address: 0x49, bus: 0),
        ],
        devices: [
          BenchDevice(
            kind: .leakyIntegrator, drive: BenchWire(chip: 0, channel: 0, voltsAtZero: 1, voltsPerUnit: 1),
            response: BenchWire(chip: 1, channel: 0, voltsAtZero: 2, voltsPerUnit: 1), timePerSecond: 1000,
            parameters: BenchDeviceKind.leakyIntegrator.parameterDefaults)
        ],
        lines: [
          BenchLine(kind: .output), BenchLine(kind: .input, level: true), BenchLine(kind: .ready, chip: 1),
          BenchLine(kind: .ready, chip: 2),
        ]))
  }

  private func continuous(_ rate: UInt16 = 860) throws -> ADS1x15 {
    try #require(
      ADS1x15(
        address: try Fixtures.address(0x48), fullScaleVolts: 6.144, samplesPerSecond: rate, mode: .continuous,
        readyLine: true))
  }

  @Test func outputsAndInputs() throws {
    let bench = try bench()
    var lines = bench.lines
    var clock = bench.clock
    var levels = try lines.levels(mask: 0xF)
    // Ready outputs rest at high.
    #expect(levels == 0b1110)
    try lines.set(mask: 0b1, levels: 0b1)
    try lines.set(mask: 0b1, levels: 0b1)
    levels = try lines.levels(mask: 0b1)
    #expect(levels == 1 && bench.line(0)?.edges == 1)
    bench.setInput(line: 1, level: false)
    levels = try lines.levels(mask: 0b10)
    #expect(levels == 0)
    for mask: UInt64 in [0b10, 0b100] {
      #expect(throws: LineError(.wrongDirection, line: UInt8(mask.trailingZeroBitCount))) {
        try lines.set(mask: mask, levels: 0)
      }
    }
    #expect(throws: LineError(.noSuchLine, line: 4)) { try lines.levels(mask: 1 << 4) }
    #expect(throws: LineError(.noSuchLine, line: 63)) { try lines.set(mask: 1 << 63, levels: 0) }
    #expect(throws: LineError(.wrongDirection, line: 0)) { try lines.waitForEdge(line: 0, after: 0, until: 1) }
    #expect(throws: LineError(.noSuchLine)) { try lines.waitForEdge(line: -1, after: 0, until: 1) }
    // An edge to come, one that has been, none.
    clock.sleep(until: 1_000)
    bench.scheduleEdge(line: 1, at: 5_000)
    #expect(throws: LineError(.timeout, line: 1)) { try lines.waitForEdge(line: 1, after: 1_000, until: 4_000) }
    #expect(clock.now() == 4_000)
    var edge = try lines.waitForEdge(line: 1, after: 1_000, until: 9_000)
    #expect(edge == 5_000 && clock.now() == 5_000 && bench.line(1)?.level == true)
    clock.sleep(until: 8_000)
    edge = try lines.waitForEdge(line: 1, after: 4_999, until: 9_000)
    #expect(edge == 5_000 && clock.now() == 8_000)
    #expect(throws: LineError(.timeout, line: 1)) { try lines.waitForEdge(line: 1, after: 5_000, until: 9_000) }
  }

  /// Conversions end one after another on the unit's own clock, within the data sheet's 10 %; each is read once.
  @Test func everyConversionOnce() throws {
    var periods: Set<UInt64> = []
    for seed in UInt64(1)...12 {
      let bench = try bench(seed: seed)
      var bus = bench.bus(0)
      var lines = bench.lines
      var clock = bench.clock
      let chip = try continuous()
      try chip.configure(on: &bus)
      _ = try chip.readConversion(on: &bus)
      let before = bench.conversions(chip: 1)
      var edges: [UInt64] = []
      var after = clock.now()
      for _ in 0..<200 {
        let edge = try lines.waitForEdge(line: 2, after: after, until: after + 2_000_000)
        #expect(edge > after && clock.now() >= edge, "seed \(seed)")
        let level = try lines.levels(mask: 0b100)
        #expect(level == 0, "seed \(seed)")
        _ = try chip.readConversion(on: &bus, pointerIsSet: true)
        edges.append(edge)
        after = edge
      }
      let counts = bench.conversions(chip: 1)
      #expect(counts.fresh - before.fresh == 200 && counts.repeated == before.repeated, "seed \(seed)")
      let steps = Set(zip(edges.dropFirst(), edges).map { $0 - $1 })
      #expect(steps.count == 1, "seed \(seed): \(steps)")
      let period = try #require(steps.first)
      #expect(period >= 1_046_511 && period <= 1_279_071, "seed \(seed): \(period)")
      periods.insert(period)
      // 8 µs after the last one the line is high again.
      clock.sleep(until: after + 8_000)
      let level = try lines.levels(mask: 0b100)
      #expect(level == 0b100 && bench.violations(chip: 1) == 0, "seed \(seed)")
    }
    #expect(periods.count == 12)
    // No spread, no error.
    let exact = try bench(spread: 0)
    var bus = exact.bus(0)
    var lines = exact.lines
    try continuous(250).configure(on: &bus)
    let first = try lines.waitForEdge(line: 2, after: 0, until: .max)
    let second = try lines.waitForEdge(line: 2, after: first, until: .max)
    #expect(second - first == 4_000_000)
  }

  /// What is read is the input at the last end, however late it is read and whatever was written to the drive since.
  @Test func theRegisterHoldsTheLastConversion() throws {
    var codes: [Int16] = []
    for lateness: UInt64 in [0, 300_000, 900_000] {
      let bench = try bench(spread: 0)
      var bus = bench.bus(0)
      var lines = bench.lines
      var clock = bench.clock
      let dac = MCP4728(address: try Fixtures.address(0x60), doubleGain: true)
      let chip = try continuous()
      try dac.setDAC(on: &bus, channel: 0, code: 1700)
      try chip.configure(on: &bus)
      var edge: UInt64 = 0
      for _ in 0..<3 { edge = try lines.waitForEdge(line: 2, after: edge, until: .max) }
      clock.sleep(until: edge + lateness)
      try dac.setDAC(on: &bus, channel: 0, code: 100)
      codes.append(try chip.readConversion(on: &bus))
      // The next one has seen the new drive.
      _ = try lines.waitForEdge(line: 2, after: edge, until: .max)
      let next = try chip.readConversion(on: &bus)
      #expect(next < codes[codes.count - 1] - 50 && bench.conversions(chip: 1) == (2, 0))
    }
    #expect(codes[0] == codes[1] && codes[1] == codes[2])
  }

  @Test func singleShotHoldsTheLineLow() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    var lines = bench.lines
    var clock = bench.clock
    let chip = try #require(
      ADS1x15(
        .ads1015, address: try Fixtures.address(0x49), fullScaleVolts: 6.144, samplesPerSecond: 3300,
        readyLine: true))
    #expect(throws: LineError(.timeout, line: 3)) { try lines.waitForEdge(line: 3, after: 0, until: 10_000_000) }
    try chip.configure(on: &bus)
    for round in UInt64(0)..<20 {
      let start = clock.now()
      try chip.startConversion(on: &bus, channel: UInt8(round % 4))
      var level = try lines.levels(mask: 0b1000)
      #expect(level == 0b1000)
      let edge = try lines.waitForEdge(line: 3, after: start, until: start + 10_000_000)
      #expect(edge - start <= chip.conversionTime + 100_000)
      level = try lines.levels(mask: 0b1000)
      _ = try chip.readConversion(on: &bus)
      clock.sleep(until: edge + 5_000_000)
      let later = try lines.levels(mask: 0b1000)
      #expect(level == 0 && later == 0)
      // The edge is still the first after the start.
      let again = try lines.waitForEdge(line: 3, after: start, until: clock.now())
      #expect(again == edge)
    }
    #expect(bench.conversions(chip: 2) == (20, 0) && bench.violations(chip: 2) == 0)
  }

  /// A new input counts from the conversion after the one under way.
  @Test func aNewInputComesAfterTheOneUnderWay() throws {
    let bench = try bench(spread: 0)
    var bus = bench.bus(0)
    var lines = bench.lines
    let chip = try continuous()
    try chip.configure(on: &bus)
    let first = try lines.waitForEdge(line: 2, after: 0, until: .max)
    try chip.startConversion(on: &bus, channel: 3)
    let second = try lines.waitForEdge(line: 2, after: first, until: .max)
    let old = try chip.readConversion(on: &bus)
    let third = try lines.waitForEdge(line: 2, after: second, until: .max)
    let new = try chip.readConversion(on: &bus)
    #expect(second - first == 1_162_791 && third - second == 1_162_791)
    // Input 0 rests between 1 and 2 V, input 3 is not wired.
    #expect(old > 4000 && new == 0 && bench.violations(chip: 1) == 0)
  }

  @Test func anUnpluggedConverterIsNeverReady() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    var lines = bench.lines
    try continuous().configure(on: &bus)
    bench.unplug(chip: 1)
    #expect(throws: LineError(.timeout, line: 2)) { try lines.waitForEdge(line: 2, after: 0, until: 1_000_000_000) }
  }
}
