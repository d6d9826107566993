import Foundation
import PhysicalNetwork
import Testing
import VirtualBench

import Workbench

@Suite struct BenchFileTests {
  static let text = """
    schema = 1
    seed = 42
    spread = 0.1
    quantum_us = 2000

    [[bus]]
    name = "i2c"
    clock_hz = 100000

    [[chip]]
    name = "combi"
    kind = "ad5593r"
    bus = "i2c"
    address = 0x10

    [[device]]
    name = "a"
    kind = "duffing"
    time_per_second = 40
    drive = { chip = "combi", channel = 0, volts_at_zero = 1.25, volts_per_unit = 2.0 }
    response = { chip = "combi", channel = 4, volts_at_zero = 1.25, volts_per_unit = 0.6, noise_volts = 0.002 }
    parameters = { delta = 0.4 }

    [[device]]
    name = "b"
    kind = "dead"
    drive = { chip = "combi", channel = 1, volts_at_zero = 1.25, volts_per_unit = 1 }
    response = { chip = "combi", channel = 5, volts_at_zero = 1.25, volts_per_unit = 1 }
    """ + "\n"

  @Test func readsABench() throws {
    let bench = try BenchFile.parse(Self.text, file: "bench.toml")
    #expect(bench.seed == 42 && bench.spread == 0.1 && bench.quantum == 2_000_000 && bench.busClocks == [100_000])
    #expect(bench.devices.map(\.kind) == [.duffing, .dead] && bench.devices[0].timePerSecond == 40)
    let names = BenchDeviceKind.duffing.parameterNames.map { "\($0)" }
    var expected = BenchDeviceKind.duffing.parameterDefaults
    expected[try #require(names.firstIndex(of: "delta"))] = 0.4
    #expect(bench.devices[0].parameters == expected && bench.devices[1].parameters.isEmpty)
    #expect(bench.devices[0].response.noiseVolts == 0.002 && bench.devices[0].drive.voltsPerUnit == 2)
    #expect(bench.firstFault() == nil)
  }

  @Test(
    arguments: [
      ("delta = 0.4", "detla = 0.4", ConfigError.Kind.unknownKey, 22, "Did you mean 'delta'"),
      ("delta = 0.4", "delta = -1", .outOfRange, 22, "out of range"),
      ("kind = \"duffing\"", "kind = \"dufing\"", .unknownName, 18, "Did you mean 'duffing'"),
      ("spread = 0.1", "spread = 2", .outOfRange, 3, "0.35"),
      ("quantum_us = 2000", "quantum_us = 20000", .inconsistent, nil, "quantum_us shorter"),
      ("channel = 1,", "channel = 4,", .duplicate, 27, "devices 'a' and 'b' share"),
      ("volts_per_unit = 2.0", "volts_per_unit = 0", .outOfRange, 20, "zero"),
      ("noise_volts = 0.002", "noise_volts = -1", .outOfRange, 21, "noise_volts"),
      ("chip = \"combi\", channel = 0", "chip = \"komby\", channel = 0", .unknownName, 20, "Did you mean 'combi'"),
      ("seed = 42", "sede = 42", .unknownKey, 2, "Did you mean 'seed'"),
    ] as [(String, String, ConfigError.Kind, Int?, String)])
  func namesTheFault(_ old: String, _ new: String, _ kind: ConfigError.Kind, _ line: Int?, _ words: String) throws {
    let range = try #require(Self.text.range(of: old))
    let text = Self.text.replacingCharacters(in: range, with: new)
    let error = #expect(throws: ConfigError.self) { _ = try BenchFile.parse(text, file: "bench.toml") }
    #expect(error?.kind == kind && error?.line == line, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func shippedFilesAreTheGeneratorsOwn() throws {
    let files = VirtualBoardGenerator.make(nodes: 32, seed: 1)
    let board = shipped("boards/virtual/board.toml")
    let bench = shipped("boards/virtual/bench.toml")
    #expect(try String(contentsOfFile: board, encoding: .utf8) == files.board)
    #expect(try String(contentsOfFile: bench, encoding: .utf8) == files.bench)
    let kinds = try BenchFile.read(path: bench).devices.map(\.kind)
    let counts = [BenchDeviceKind.superparamagnetic, .duffing, .leakyIntegrator].map { kind in
      kinds.count { $0 == kind }
    }
    #expect(counts == [12, 10, 10])
    // Interleaved: any four neighbours hold at least two kinds.
    for start in 0...28 { #expect(Set(kinds[start..<(start + 4)]).count >= 2) }
    let description = try BoardFile.read(path: board)
    #expect(description.nodes.count == 32 && description.chips.count { $0.kind == .ad5593r } == 6)
    #expect(description.chips.count { $0.kind == .ads1115 } == 2)
  }

  @Test(arguments: 1...64) func everySizeIsABoard(_ nodes: Int) throws {
    let files = VirtualBoardGenerator.make(nodes: nodes, seed: UInt64.max)
    let board = try BoardFile.parse(files.board, file: "board.toml")
    let bench = try BenchFile.parse(files.bench, file: "bench.toml")
    #expect(board.nodes.count == nodes && bench.devices.count == nodes)
    for (index, device) in bench.devices.enumerated() {
      // The bench's wires end where the board's channels are.
      #expect(device.drive.chip == board.drives[index].chip && device.drive.channel == board.drives[index].channel)
      #expect(device.response.chip == board.responses[index].chip)
      #expect(device.response.channel == board.responses[index].channel)
      // At the safe code a device's input is zero, within half a code.
      let volts = try #require(ChannelScale(drive: board.chips[Int(board.drives[index].chip)]))
      let input = (volts.value(of: board.drives[index].safeCode) - device.drive.voltsAtZero) / device.drive.voltsPerUnit
      #expect(abs(input) < 2e-3)
    }
    for (mine, other) in zip(board.chips, bench.chips) {
      #expect(mine.address == other.address && mine.mux == other.mux && mine.muxChannel == other.muxChannel)
    }
  }

  /// The bench charges the bus for every byte, so this is what a real board of the layout would need.
  @Test(arguments: [1, 24, 32, 48, 56, 64]) func everySizeFitsItsStep(_ nodes: Int) throws {
    let files = VirtualBoardGenerator.make(nodes: nodes, seed: 3)
    let board = try BoardFile.parse(files.board, file: "board.toml")
    let bench = try VirtualBench(try BenchFile.parse(files.bench, file: "bench.toml"))
    var clock = bench.clock
    var bank = ConverterBank(board: board, buses: [bench.bus(0)])
    bank.configure()
    var random = SeededWords(seed: 5)
    var low = [Float](repeating: 2, count: nodes)
    var high = [Float](repeating: -2, count: nodes)
    for _ in 0..<500 {
      let start = clock.now()
      let drives = board.drives.map { $0.code(of: Float(random.below(2001)) / 1000 - 1) }
      bank.write(drives)
      clock.sleep(until: clock.now() + board.responseDelay)
      var codes = [UInt16](repeating: 0, count: nodes)
      codes.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { bank.read(into: base, clock: &clock) }
      }
      #expect(clock.now() - start < board.stepPeriod)
      clock.sleep(until: start + board.stepPeriod)
      for node in 0..<nodes {
        let value = board.responses[node].value(of: codes[node])
        low[node] = min(low[node], value)
        high[node] = max(high[node], value)
      }
    }
    #expect(bank.quarantinedCount == 0)
    // Every device answers, and none reaches the ends of its converter's range.
    for node in 0..<nodes { #expect(high[node] - low[node] > 0.3 && high[node] < 0.99 && low[node] > -0.99) }
    withExtendedLifetime(bench) {}
  }
}
