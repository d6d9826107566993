import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// The clocks the real-time tests hand to a bench: C functions cannot capture.
private nonisolated(unsafe) var fakeTime: UInt64 = 0
private nonisolated(unsafe) var sleptUntil: UInt64 = 0

@Suite(.serialized) struct BenchMemoryTests {
  private func withMemory(_ size: Int, _ body: (UnsafeMutableRawPointer) throws -> Void) rethrows {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    try body(memory)
  }

  @Test func stateOutlivesTheBench() throws {
    let description = FullBoard.description()
    try withMemory(VirtualBench.stateBytes(for: description)) { memory in
      let chip = MCP4728(address: try Fixtures.address(0x60), doubleGain: false)
      var time: UInt64 = 0
      do {
        let bench = try VirtualBench(description, memory: memory)
        var bus = bench.bus(0)
        try chip.setAll(on: &bus, (10, 20, 30, 40))
        bench.unplug(chip: 0)
        time = bench.clock.now()
      }
      let bench = try VirtualBench(description, memory: memory, attach: true)
      var bus = bench.bus(0)
      #expect(bench.clock.now() == time && time > 0)
      let status = try chip.status(on: &bus)
      #expect(status.c.code == 30)
      let mux = TCA9548A(address: try Fixtures.address(0x70))
      #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x70)) { try mux.select(on: &bus, mask: 1) }
    }
  }

  @Test func foreignStateIsRefused() throws {
    let description = FullBoard.description()
    try withMemory(VirtualBench.stateBytes(for: description)) { memory in
      #expect(throws: BenchError.foreignState) {
        _ = try VirtualBench(description, memory: memory, attach: true)
      }
      _ = try VirtualBench(description, memory: memory)
      var other = description
      other.seed += 1
      #expect(throws: BenchError.foreignState) { _ = try VirtualBench(other, memory: memory, attach: true) }
      #expect(throws: BenchError.foreignState) { _ = try VirtualBench(description, attach: true) }
      #expect(throws: BenchError.misaligned) { _ = try VirtualBench(description, memory: memory + 8) }
    }
  }

  /// Whatever a killed process left half written, the next one reads no index from it unchecked.
  @Test func damagedStateDoesNoHarm() throws {
    let description = FullBoard.description()
    let size = VirtualBench.stateBytes(for: description)
    for seed in UInt64(0)..<20 {
      try withMemory(size) { memory in
        var generator = SplitMix(state: seed)
        _ = try VirtualBench(description, memory: memory)
        for _ in 0..<200 {
          // Anything past the header, which says whose state this is.
          let offset = 32 + Int(generator.next() % UInt64(size - 32))
          memory.storeBytes(of: UInt8(truncatingIfNeeded: generator.next()), toByteOffset: offset, as: UInt8.self)
        }
        let bench = try VirtualBench(description, memory: memory, attach: true)
        var bus = bench.bus(0)
        var board = try FullBoard(bench)
        defer { board.codes.deallocate() }
        for number in UInt64(1)...3 { try? board.step(number) }
        for place in [UInt8(0x70), 0x10, 0x60, 0x61, 0x48, 0x49] {
          let address = try Fixtures.address(place)
          var pointer: UInt8 = 0x40
          var answer = [UInt8](repeating: 0, count: 24)
          do {
            try withUnsafeBytes(of: &pointer) { out in
              try answer.withUnsafeMutableBytes { try bus.writeRead(address, out, into: $0) }
            }
          } catch let error as I2CError {
            #expect(error.kind == .noAcknowledgeAddress, "seed \(seed)")
          }
        }
      }
    }
  }

  @Test func transfersTakeTheirBitTimes() throws {
    var description = FullBoard.description()
    description.busClocks = [100_000]
    let bench = try VirtualBench(description)
    var bus = bench.bus(0)
    var clock = bench.clock
    #expect(clock.now() == 0)
    // S + 9 + 9 + P = 20 bits.
    try TCA9548A(address: try Fixtures.address(0x70)).select(on: &bus, mask: 1)
    #expect(clock.now() == 200_000)
    // S + 4 bytes + P = 38 bits.
    let chip = AD5593R(address: try Fixtures.address(0x10))
    try chip.setDAC(on: &bus, channel: 0, code: 1)
    #expect(clock.now() == 580_000)
    // S + 2 bytes + P, S + 3 bytes + P = 49 bits.
    _ = try chip.dacCode(on: &bus, channel: 0)
    #expect(clock.now() == 1_070_000)
    // S + address + P = 11 bits before the controller gives up.
    let nobody = AD5593R(address: try Fixtures.address(0x11))
    #expect(throws: I2CError.self) { try nobody.setDAC(on: &bus, channel: 0, code: 1) }
    #expect(clock.now() == 1_180_000)
    clock.sleep(until: 1_000_000)
    #expect(clock.now() == 1_180_000)
    clock.sleep(until: 2_000_000)
    #expect(clock.now() == 2_000_000)
    clock.sleep(until: .max)
    clock.sleep(until: .max)
    #expect(clock.now() == 1 << 62)
  }

  @Test func realTimeFollowsItsClock() throws {
    fakeTime = 5_000_000_000
    sleptUntil = 0
    let description = FullBoard.description()
    try withMemory(VirtualBench.stateBytes(for: description)) { memory in
      let bench = try VirtualBench(
        description, memory: memory, realClock: { fakeTime }, sleeper: { sleptUntil = $0 })
      var clock = bench.clock
      #expect(clock.now() == 0)
      fakeTime += 700
      #expect(clock.now() == 700)
      clock.sleep(until: 600)
      #expect(sleptUntil == 0)
      clock.sleep(until: 9_000)
      #expect(sleptUntil == 5_000_009_000)
      // Another process goes on counting; a clock that went back does not take time back.
      let next = try VirtualBench(description, memory: memory, attach: true, realClock: { fakeTime })
      fakeTime += 300
      #expect(next.clock.now() == 1_000)
      fakeTime = 17
      #expect(next.clock.now() == 1_000)
      // After a reboot, or after hours of virtual time, it goes on from where it stood.
      let ahead = try VirtualBench(description, memory: memory, attach: true)
      withExtendedLifetime(ahead) {
        var virtual = ahead.clock
        virtual.sleep(until: 9_000_000_000)
      }
      let again = try VirtualBench(
        description, memory: memory, attach: true, realClock: { fakeTime }, sleeper: { sleptUntil = $0 })
      fakeTime += 50
      var later = again.clock
      #expect(later.now() == 9_000_000_050)
      later.sleep(until: 9_000_000_100)
      #expect(sleptUntil == 117)
    }
  }

  @Test func transfersTakeTheirTimeInRealTimeToo() throws {
    fakeTime = 7_000_000_000
    sleptUntil = 0
    let bench = try VirtualBench(
      FullBoard.description(), realClock: { fakeTime }, sleeper: { sleptUntil = $0 })
    var clock = bench.clock
    var bus = bench.bus(0)
    #expect(clock.now() == 0)
    // 20 bits at 400 kHz, while the clock on the wall stands still.
    try TCA9548A(address: try Fixtures.address(0x70)).select(on: &bus, mask: 1)
    #expect(clock.now() == 50_000)
    fakeTime += 30_000
    #expect(clock.now() == 50_000)
    // The bench is ahead of the wall, which a sleep makes up for, also one that ends before the bench's own time.
    clock.sleep(until: 40_000)
    #expect(sleptUntil == 7_000_040_000)
    fakeTime += 70_000
    #expect(clock.now() == 100_000)
  }

  /// A drive is written, and a response read, as long after the step's begin as in virtual time: the readings are the
  /// very same.
  @Test func realTimeReadsWhatVirtualTimeReads() throws {
    fakeTime = 3_000_000_000
    func codes(_ bench: VirtualBench) throws -> [UInt16] {
      _ = bench.clock.now()
      var board = try FullBoard(configuring: bench)
      defer { board.codes.deallocate() }
      var all: [UInt16] = []
      for number in UInt64(1)...60 {
        try board.step(number)
        all.append(contentsOf: board.codes)
      }
      return all
    }
    let virtual = try codes(VirtualBench(FullBoard.description()))
    let real = try codes(
      VirtualBench(FullBoard.description(), realClock: { fakeTime }, sleeper: { fakeTime = max(fakeTime, $0) }))
    #expect(real == virtual)
  }
}
