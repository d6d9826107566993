import HardwareInterface
import Testing
import VirtualBench

/// What the simulated chips make of bytes no driver of ours sends: power-on defaults, odd lengths, other commands.
@Suite struct ChipRegisterTests {
  private func bench() throws -> VirtualBench {
    try VirtualBench(
      BenchDescription(
        seed: 1, spread: 0, quantum: 100_000, busClocks: [400_000, 100_000],
        chips: [
          BenchChip(kind: .ad5593r, address: 0x10, bus: 0), BenchChip(kind: .mcp4728, address: 0x60, bus: 0),
          BenchChip(kind: .ads1115, address: 0x48, bus: 0), BenchChip(kind: .tca9548a, address: 0x70, bus: 1),
          BenchChip(kind: .ad5593r, address: 0x10, bus: 1, mux: 3, muxChannel: 0),
          BenchChip(kind: .ad5593r, address: 0x10, bus: 1, mux: 3, muxChannel: 1),
        ], devices: []))
  }

  private func send(_ bus: inout VirtualI2CBus, _ place: UInt8, _ bytes: [UInt8]) throws {
    let address = try Fixtures.address(place)
    try bytes.withUnsafeBytes { try bus.write(address, $0) }
  }

  private func ask(_ bus: inout VirtualI2CBus, _ place: UInt8, _ bytes: [UInt8], _ count: Int) throws -> [UInt8] {
    let address = try Fixtures.address(place)
    var answer = [UInt8](repeating: 0x5A, count: count)
    // An AD5593R wants a stop before it answers.
    if place == 0x10 {
      try send(&bus, place, bytes)
      try answer.withUnsafeMutableBytes { try bus.read(address, into: $0) }
      return answer
    }
    try bytes.withUnsafeBytes { out in
      try answer.withUnsafeMutableBytes { try bus.writeRead(address, out, into: $0) }
    }
    return answer
  }

  @Test func anAD5593RWantsAStopBeforeItAnswers() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    try send(&bus, 0x10, [0x13, 0xB1, 0x23])
    var pointer: UInt8 = 0x53
    var answer: [UInt8] = [0, 0]
    let address = try Fixtures.address(0x10)
    try withUnsafeBytes(of: &pointer) { out in
      try answer.withUnsafeMutableBytes { try bus.writeRead(address, out, into: $0) }
    }
    #expect(answer == [0xFF, 0xFF] && bench.violations(chip: 0) == 1)
    try answer.withUnsafeMutableBytes { try bus.read(address, into: $0) }
    #expect(answer == [0xB1, 0x23] && bench.violations(chip: 0) == 1)
  }

  @Test func powerOnDefaults() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    for register in UInt8(0)..<16 {
      let value = try ask(&bus, 0x10, [0x70 | register], 2)
      #expect(value == (register == 6 ? [0x00, 0xFF] : [0x00, 0x00]), "AD5593R register \(register)")
    }
    let ads = try [0, 1, 2, 3].map { try ask(&bus, 0x48, [$0], 2) }
    #expect(ads == [[0x00, 0x00], [0x85, 0x83], [0x80, 0x00], [0x7F, 0xFF]])
    let mcp = try ask(&bus, 0x60, [], 6)
    #expect(mcp == [0xC0, 0x80, 0x00, 0xC0, 0x80, 0x00])
  }

  @Test func halfAWordChangesNothing() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    try send(&bus, 0x10, [0x04])
    try send(&bus, 0x10, [0x04, 0xFF])
    try send(&bus, 0x48, [0x01, 0x00])
    try send(&bus, 0x60, [0x40, 0x8F])
    try send(&bus, 0x60, [])
    let pins = try ask(&bus, 0x10, [0x74], 2)
    let configuration = try ask(&bus, 0x48, [0x01], 2)
    let channel = try ask(&bus, 0x60, [], 3)
    #expect(pins == [0, 0] && configuration == [0x85, 0x83] && channel == [0xC0, 0x80, 0x00])
  }

  @Test func ad5593rLockAllDacsAndLoadMode() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    for bytes: [UInt8] in [[0x0B, 2, 0], [0x04, 0, 0xFF], [0x05, 0, 0xFF], [0x02, 0x02, 0x03]] {
      try send(&bus, 0x10, bytes)
    }
    // All DACs at once.
    try send(&bus, 0x10, [0x03, 0x01, 0x40])
    try send(&bus, 0x10, [0x10, 0x81, 0x00])
    var word = try ask(&bus, 0x10, [0x57], 2)
    #expect(word == [0xF1, 0x00])
    // Held back until the load command.
    try send(&bus, 0x10, [0x03, 0x01, 0x00])
    try send(&bus, 0x10, [0x07, 0, 1])
    try send(&bus, 0x10, [0x11, 0x9F, 0xFF])
    word = try ask(&bus, 0x10, [0x40], 4)
    #expect(word == [0x01, 0x00, 0x11, 0x00])
    try send(&bus, 0x10, [0x07, 0, 2])
    word = try ask(&bus, 0x10, [0x40], 4)
    #expect(word == [0x01, 0x00, 0x1F, 0xFF])
    // Locked until a reset.
    try send(&bus, 0x10, [0x03, 0x01, 0x80])
    try send(&bus, 0x10, [0x05, 0, 0])
    try send(&bus, 0x10, [0x03, 0, 0])
    word = try ask(&bus, 0x10, [0x75], 2)
    #expect(word == [0, 0xFF])
    try send(&bus, 0x10, [0x0F, 0x0D, 0xAC])
    word = try ask(&bus, 0x10, [0x75], 2)
    #expect(word == [0, 0])
  }

  @Test func ad5593rSequenceEndsUnlessRepeated() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    for bytes: [UInt8] in [[0x0B, 2, 0], [0x04, 0, 0xFF], [0x02, 0x01, 0x82]] { try send(&bus, 0x10, bytes) }
    // Channels 1 and 7, the temperature, and nothing after that.
    var words = try ask(&bus, 0x10, [0x40], 8)
    #expect(words == [0x10, 0x00, 0x70, 0x00, 0x83, 0x33, 0x00, 0x00])
    try send(&bus, 0x10, [0x02, 0x02, 0x82])
    words = try ask(&bus, 0x10, [0x40], 6)
    #expect(words == [0x10, 0x00, 0x70, 0x00, 0x10, 0x00])
    // The sequence goes on where it was left.
    words = try ask(&bus, 0x10, [0x40], 2)
    #expect(words == [0x70, 0x00])
  }

  @Test func mcp4728OtherCommands() throws {
    let bench = try bench()
    var bus = bench.bus(0)
    // Fast write of A and B: power mode and code change, reference and gain stay.
    try send(&bus, 0x60, [0x11, 0x23, 0x04, 0x56])
    let fast = try ask(&bus, 0x60, [], 3)
    #expect(fast == [0xC0, 0xA1, 0x23])
    // Gain 2 for B, external reference for C, power-down 3 for D and none for the others.
    try send(&bus, 0x60, [0xC4])
    try send(&bus, 0x60, [0x8D])
    try send(&bus, 0x60, [0xA0, 0x30])
    let answer = try ask(&bus, 0x60, [], 24)
    #expect(Array(answer[0..<3]) == [0xC0, 0x81, 0x23])
    #expect(Array(answer[6..<9]) == [0xD0, 0x94, 0x56])
    #expect(Array(answer[12..<15]) == [0xE0, 0x00, 0x00])
    #expect(Array(answer[18..<21]) == [0xF0, 0xE0, 0x00])
    // Sequential write from C to D, single write of A.
    try send(&bus, 0x60, [0x54, 0x81, 0x11, 0x92, 0x22])
    try send(&bus, 0x60, [0x58, 0x83, 0x33])
    let later = try ask(&bus, 0x60, [], 24)
    #expect(Array(later[12..<15]) == [0xE0, 0x81, 0x11])
    #expect(Array(later[18..<21]) == [0xF0, 0x92, 0x22])
    #expect(Array(later[0..<3]) == [0xC0, 0x83, 0x33])
  }

  @Test func chipsAtOneAddressBehindAnOpenMuxAnswerTogether() throws {
    let bench = try bench()
    var bus = bench.bus(1)
    try send(&bus, 0x70, [0x01])
    try send(&bus, 0x10, [0x13, 0xB0, 0x0F])
    try send(&bus, 0x70, [0x02])
    try send(&bus, 0x10, [0x13, 0xB0, 0xF5])
    try send(&bus, 0x70, [0x03])
    // Open drains: a zero wins.
    let both = try ask(&bus, 0x10, [0x53], 2)
    #expect(both == [0xB0, 0x05])
    try send(&bus, 0x10, [0x13, 0xB1, 0x23])
    try send(&bus, 0x70, [0x01])
    let first = try ask(&bus, 0x10, [0x53], 2)
    #expect(first == [0xB1, 0x23])
  }

  @Test func ads1115ConvertsContinuously() throws {
    var device = try SingleDevice(
      Fixtures.single(.leakyIntegrator, parameters: [1, 0, 0, 0.2, 0.8], timePerSecond: 1000))
    try device.drive(0.5)
    // Input 0 against ground, 6.144 V, 860 a second, continuous.
    try send(&device.bus, 0x48, [0x01, 0x40, 0xE3])
    let configuration = try ask(&device.bus, 0x48, [0x01], 2)
    #expect(configuration == [0x40, 0xE3])
    device.clock.sleep(until: 30_000_000)
    let settled = try ask(&device.bus, 0x48, [0x00], 2)
    try device.drive(-0.5)
    device.clock.sleep(until: 60_000_000)
    let later = try ask(&device.bus, 0x48, [0x00], 2)
    let volts = [settled, later].map { Double(UInt16($0[0]) << 8 | UInt16($0[1])) * 6.144 / 32768 - 2.5 }
    #expect(abs(volts[0] - 0.46212) < 3e-4 && abs(volts[1] + 0.46212) < 3e-4)
  }

  @Test func nobodyAtTheAddress() throws {
    let bench = try bench()
    for index in [-1, 0, 1, 2, 1000] {
      var bus = bench.bus(index)
      #expect(throws: I2CError(.noAcknowledgeAddress, address: 0x33)) { try send(&bus, 0x33, [1, 2, 3]) }
    }
  }

  /// Any bytes at all: no chip crashes, and none of them answers out of turn.
  @Test func randomBytes() throws {
    for seed in UInt64(0)..<40 {
      var generator = SplitMix(state: seed)
      // Alone, and with devices wired to them.
      let bench = seed % 2 == 0 ? try bench() : try VirtualBench(FullBoard.description())
      for _ in 0..<400 {
        var bus = bench.bus(Int(generator.next() % 2))
        let places: [UInt8] = [0x10, 0x60, 0x48, 0x70]
        let place = try Fixtures.address(places[Int(generator.next() % 4)])
        var bytes = (0..<Int(generator.next() % 9)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        do {
          if generator.next() % 2 == 0 {
            try bytes.withUnsafeBytes { try bus.write(place, $0) }
          } else {
            try bytes.withUnsafeMutableBytes { try bus.read(place, into: $0) }
          }
        } catch let error as I2CError {
          #expect(error.kind == .noAcknowledgeAddress, "seed \(seed)")
        }
      }
    }
  }
}

/// SplitMix64, for test inputs.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
