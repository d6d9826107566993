import Foundation
import HardwareInterface
import PhysicalNetwork
import Testing
import VirtualBench

import Workbench

/// Nodes read on several channels, nanoring arrays, and devices that age, in the two files of a virtual board.
@Suite struct SeveralReadingsTests {
  static let bench = """
    schema = 1
    quantum_us = 5000

    [[bus]]
    name = "i2c"

    [[chip]]
    name = "combi"
    kind = "ad5593r"
    bus = "i2c"
    address = 0x10

    [[device]]
    name = "rings"
    kind = "nanoring"
    time_per_second = 50
    drive = { chip = "combi", channel = 0, volts_at_zero = -1.55, volts_per_unit = 0.1 }
    responses = [
      { chip = "combi", channel = 4, volts_at_zero = 0.4, volts_per_unit = 2.4, noise_volts = 0.001 },
      { chip = "combi", channel = 5, volts_at_zero = 0.5, volts_per_unit = 1.7 },
    ]
    parameters = { rings = 400, depinning_field = 27.5 }
    ageing = { exponent_mean = 0.05, exponent_sd = 0.01, drift_per_hour_mean = -0.002, age_seconds = 86400 }

    [[device]]
    name = "leaky"
    kind = "leaky_integrator"
    drive = { chip = "combi", channel = 1, volts_at_zero = 1.25, volts_per_unit = 1 }
    response = { chip = "combi", channel = 6, volts_at_zero = 1.25, volts_per_unit = 1 }
    """ + "\n"

  @Test func readsSeveralReadingsAndAgeing() throws {
    let bench = try BenchFile.parse(Self.bench, file: "bench.toml")
    #expect(bench.devices.map(\.kind) == [.nanoring, .leakyIntegrator])
    #expect(bench.devices[0].responses.map(\.channel) == [4, 5] && bench.devices[1].furtherResponses.isEmpty)
    #expect(bench.devices[0].responses.map(\.noiseVolts) == [0.001, 0])
    #expect(bench.devices[0].parameters == [27.5, 10, 400, 0.5, 0.15, 2, 0.02, 0.3])
    #expect(
      bench.devices[0].ageing
        == DeviceAgeing(
          exponentMean: 0.05, exponentDeviation: 0.01, startSeconds: 20, driftPerHourMean: -0.002, ageSeconds: 86400))
    #expect(bench.devices[1].ageing == .none)
    #expect(try BenchDescription(decoding: bench.encoded()) == bench)
    // The same as a list of tables of its own.
    let list = Self.bench.replacingOccurrences(of: "responses = [\n", with: "").replacingOccurrences(
      of: "  { chip = \"combi\", channel = 4, volts_at_zero = 0.4, volts_per_unit = 2.4, noise_volts = 0.001 },\n",
      with: ""
    ).replacingOccurrences(
      of: "  { chip = \"combi\", channel = 5, volts_at_zero = 0.5, volts_per_unit = 1.7 },\n]\n", with: "")
    let tables = """

      [[device.responses]]
      chip = "combi"
      channel = 4
      volts_at_zero = 0.4
      volts_per_unit = 2.4
      noise_volts = 0.001

      [[device.responses]]
      chip = "combi"
      channel = 5
      volts_at_zero = 0.5
      volts_per_unit = 1.7

      """
    let cut = try #require(list.range(of: "\n[[device]]\nname = \"leaky\""))
    let text = list.replacingCharacters(in: cut, with: tables + "\n[[device]]\nname = \"leaky\"")
    #expect(try BenchFile.parse(text, file: "bench.toml") == bench)
  }

  @Test(
    arguments: [
      ("exponent_mean", "exponent_maen", ConfigError.Kind.unknownKey, 23, "Did you mean 'exponent_mean'"),
      ("age_seconds", "age_second", .unknownKey, 23, "Did you mean 'age_seconds'"),
      ("ageing =", "aging =", .unknownKey, 23, "Did you mean 'ageing'"),
      ("exponent_mean = 0.05", "exponent_mean = -0.05", .outOfRange, 23, "0.0 to 2.0"),
      ("exponent_sd = 0.01", "exponent_sd = \"x\"", .wrongType, 23, "a number"),
      ("age_seconds = 86400", "age_seconds = 1e11", .outOfRange, 23, "out of range"),
      ("depinning_field", "depining_field", .unknownKey, 22, "Did you mean 'depinning_field'"),
      ("depinning_field = 27.5", "depinning_field = 0", .outOfRange, 22, "1.0 to 1000.0"),
      ("kind = \"nanoring\"", "kind = \"nano_ring\"", .unknownName, 15, "Did you mean 'nanoring'"),
      ("kind = \"nanoring\"", "kind = \"superparamagnetic\"", .outOfRange, 18, "magnetisation"),
      (
        "responses = [", "response = { chip = \"combi\", channel = 7 }\nresponses = [", .duplicate, 19,
        "both 'response'"
      ),
      ("responses = [", "respones = [", .missingKey, 13, "the key 'response' is missing"),
      ("channel = 5", "channel = 4", .duplicate, 18, "'rings' and 'rings' share channel 4"),
      ("channel = 6", "channel = 5", .duplicate, 29, "'rings' and 'leaky' share channel 5"),
      ("channel = 5", "channel = 8", .outOfRange, 18, "0 to 7"),
      ("volts_per_unit = 1.7", "volts_per_unti = 1.7", .missingKey, 18, "'volts_per_unti'"),
      ("time_per_second = 50", "time_per_second = 500", .inconsistent, nil, "one rotation"),
    ] as [(String, String, ConfigError.Kind, Int?, String)])
  func namesTheFault(_ old: String, _ new: String, _ kind: ConfigError.Kind, _ line: Int?, _ words: String) throws {
    let range = try #require(Self.bench.range(of: old))
    let text = Self.bench.replacingCharacters(in: range, with: new)
    let error = #expect(throws: ConfigError.self) { _ = try BenchFile.parse(text, file: "bench.toml") }
    #expect(error?.kind == kind && error?.line == line, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func noReadingsAreTooFew() {
    let start = Self.bench.components(separatedBy: "responses = [")
    let rest = start[1].components(separatedBy: "]\n").dropFirst().joined(separator: "]\n")
    let error = #expect(throws: ConfigError.self) {
      _ = try BenchFile.parse(start[0] + "responses = []\n" + rest, file: "b")
    }
    #expect(error?.kind == .outOfRange && error?.description.contains("1 to 2") == true)
  }

  /// In the board's file each response of a node is a channel of its own; the nodes after it count on.
  @Test func aBoardsNodeHasSeveralResponses() throws {
    let text = BoardFileTests.text.replacingOccurrences(
      of: "response = { chip = \"combi\", channel = 4, range_volts = [2.0, 0.5] }",
      with: """
        responses = [
          { chip = "combi", channel = 4, range_volts = [2.0, 0.5] },
          { chip = "adc", channel = 2, range_volts = [0.0, 1.0] },
        ]
        """)
    let board = try BoardFile.parse(text, file: "b.toml")
    #expect(board.nodes.map(\.firstDrive) == [0, 1] && board.nodes.map(\.driveCount) == [1, 1])
    #expect(board.nodes.map(\.firstResponse) == [0, 2] && board.nodes.map(\.responseCount) == [2, 1])
    #expect(board.responses.map(\.chip) == [0, 2, 2] && board.responses.map(\.channel) == [4, 2, 0])
    #expect(try BoardDescription(decoding: board.encoded()) == board)
    let shared = text.replacingOccurrences(of: "channel = 2, range", with: "channel = 0, range")
    let error = #expect(throws: ConfigError.self) { _ = try BoardFile.parse(shared, file: "b.toml") }
    #expect(error?.kind == .duplicate && error?.description.contains("node 'left' and node 'right'") == true)
  }

  private func design(_ kinds: [BenchDeviceKind]) -> VirtualBoardDesign {
    VirtualBoardDesign(kinds: kinds, ageing: DeviceAgeing(exponentMean: 0.03, ageSeconds: 100))
  }

  @Test(arguments: [1, 2, 3, 8, 31, 32, 64], [[BenchDeviceKind.nanoring], [.nanoring, .leakyIntegrator]])
  func generatedBoardsOfNanoringsAreWhole(_ nodes: Int, _ kinds: [BenchDeviceKind]) throws {
    let files = VirtualBoardGenerator.make(nodes: nodes, seed: 2, design: design(kinds))
    let board = try BoardFile.parse(files.board, file: "board.toml")
    let bench = try BenchFile.parse(files.bench, file: "bench.toml")
    // Half as many nodes as the addresses have room for where each is read once.
    #expect(board.nodes.count == min(nodes, 32) && bench.devices.count == board.nodes.count)
    for (node, device) in zip(board.nodes, bench.devices) {
      #expect(Int(node.responseCount) == device.responses.count)
      for (index, wire) in device.responses.enumerated() {
        let channel = board.responses[Int(node.firstResponse) + index]
        #expect(wire.chip == channel.chip && wire.channel == channel.channel)
      }
      #expect(device.ageing == DeviceAgeing(exponentMean: 0.03, ageSeconds: 100))
    }
    #expect(bench.devices.contains { $0.kind == .nanoring })
  }

  /// Through the converters, in the step's time, clear of the ranges' ends: the first and second reading of every array.
  @Test(arguments: [4, 32]) func nanoringBoardsFitTheirStep(_ nodes: Int) throws {
    let files = VirtualBoardGenerator.make(nodes: nodes, seed: 3, design: VirtualBoardDesign(kinds: [.nanoring]))
    let board = try BoardFile.parse(files.board, file: "board.toml")
    let bench = try VirtualBench(try BenchFile.parse(files.bench, file: "bench.toml"))
    var clock = bench.clock
    var bank = ConverterBank(board: board, buses: [bench.bus(0)])
    bank.configure()
    var random = SeededWords(seed: 5)
    let channels = board.responses.count
    #expect(channels == 2 * nodes)
    var low = [Float](repeating: 2, count: channels)
    var high = [Float](repeating: -2, count: channels)
    for step in 0..<500 {
      let start = clock.now()
      bank.write(board.drives.map { $0.code(of: Float(random.below(2001)) / 1000 - 1) })
      clock.sleep(until: clock.now() + board.responseDelay)
      var codes = [UInt16](repeating: 0, count: channels)
      codes.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { bank.read(into: base, clock: &clock) }
      }
      #expect(clock.now() - start < board.stepPeriod)
      clock.sleep(until: start + board.stepPeriod)
      guard step >= 20 else { continue }
      for channel in 0..<channels {
        let value = board.responses[channel].value(of: codes[channel])
        low[channel] = min(low[channel], value)
        high[channel] = max(high[channel], value)
      }
    }
    #expect(bank.quarantinedCount == 0)
    for channel in 0..<channels {
      #expect(high[channel] - low[channel] > 0.25 && high[channel] < 0.99 && low[channel] > -0.99, "\(channel)")
    }
    withExtendedLifetime(bench) {}
  }
}
