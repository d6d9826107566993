import Foundation
import PhysicalNetwork
import Testing
import VirtualBench

import Workbench

@Suite struct BoardFileTests {
  static let text = """
    schema = 1
    name = "bench"
    step_us = 10000
    response_delay_us = 500

    [[bus]]
    name = "i2c"
    device = "/dev/i2c-1"
    clock_hz = 400000

    [[chip]]
    name = "combi"
    kind = "ad5593r"
    bus = "i2c"
    address = 0x10
    full_scale_volts = 2.5

    [[chip]]
    name = "dac"
    kind = "mcp4728"
    bus = "i2c"
    address = 0x60
    full_scale_volts = 4.096

    [[chip]]
    name = "adc"
    kind = "ads1115"
    bus = "i2c"
    address = 0x48
    full_scale_volts = 4.096
    samples_per_second = 860

    [[node]]
    name = "left"
    device = "ring array"
    drive = { chip = "combi", channel = 0, range_volts = [0.0, 2.5], safe_volts = 1.25 }
    response = { chip = "combi", channel = 4, range_volts = [2.0, 0.5] }

    [[node]]
    name = "right"
    drive = { chip = "dac", channel = 1, range_volts = [1.024, 3.072], safe_volts = 0 }
    response = { chip = "adc", channel = 0, range_volts = [0, 4.096] }

    [[input]]
    chip = "adc"
    channel = 3
    range_volts = [0.0, 2.048]
    """ + "\n"

  @Test func aNodesNameMustBeAFileName() throws {
    for name in ["../../left", "a/b", ".left"] {
      let text = Self.text.replacingOccurrences(of: "\"left\"", with: "\"\(name)\"")
      #expect(throws: ConfigError.self) { try BoardFile.parse(text, file: "b") }
    }
    let none = Self.text.components(separatedBy: "[[node]]")[0]
    let error = #expect(throws: ConfigError.self) {
      try BoardFile.parse(none, file: "b")
    }
    #expect(error?.kind == .missingKey)
  }

  @Test func turnsVoltsIntoCodes() throws {
    let id = [UInt8](0..<16)
    let board = try BoardFile.parse(Self.text, file: "b.toml", boardID: id)
    #expect(board.firstFault() == nil && board.boardID == id)
    #expect(board.stepPeriod == 10_000_000 && board.responseDelay == 500_000)
    #expect(board.nodes.map(\.name) == ["left", "right"] && board.nodes.map(\.device) == ["ring array", "unknown"])
    #expect(board.drives[0] == DriveChannel(chip: 0, channel: 0, lowCode: 0, highCode: 4095, safeCode: 2048))
    #expect(board.drives[1] == DriveChannel(chip: 1, channel: 1, lowCode: 1024, highCode: 3072, safeCode: 0))
    #expect(board.responses[0] == ReadChannel(chip: 0, channel: 4, signed: false, lowCode: 3277, highCode: 819))
    #expect(board.responses[1] == ReadChannel(chip: 2, channel: 0, signed: true, lowCode: 0, highCode: 32767))
    #expect(board.inputs == [ReadChannel(chip: 2, channel: 3, signed: true, lowCode: 0, highCode: 16384)])
    #expect(try BoardDescription(decoding: board.encoded()) == board)
    // A response wired upside down reads upside down.
    #expect(board.responses[0].value(of: 3277) == -1 && board.responses[0].value(of: 819) == 1)
  }

  /// Every way to write the file wrongly that the format knows: the change, the kind, the line, and words of the message.
  static let faults: [(String, String, ConfigError.Kind, Int?, String)] = [
    ("schema = 1", "schema = 2", .newerSchema, 1, "Update edgesync"),
    ("schema = 1\n", "", .missingKey, nil, "schema"),
    ("step_us", "step_ms", .missingKey, nil, "'step_ms'"),
    ("response_delay_us", "response_delay", .unknownKey, 4, "Did you mean 'response_delay_us'"),
    ("response_delay_us = 500", "response_delay_us = 10000", .outOfRange, 4, "shorter than the step"),
    ("step_us = 10000", "step_us = 0", .outOfRange, 3, "0 is out of range"),
    ("step_us = 10000", "step_us = 1.5", .wrongType, 3, "a whole number"),
    ("step_us = 10000", "step_us = = 4", .syntax, 3, "not TOML"),
    ("name = \"bench\"", "name = 3", .wrongType, 2, "text"),
    ("clock_hz = 400000", "clock_hz = 5", .outOfRange, 9, "1000 to 5000000"),
    ("kind = \"ad5593r\"", "kind = \"ad5593\"", .unknownName, 13, "Did you mean 'ad5593r'"),
    ("bus = \"i2c\"\naddress = 0x10", "bus = \"i2\"\naddress = 0x10", .unknownName, 14, "Did you mean 'i2c'"),
    ("address = 0x10", "address = 0x12", .outOfRange, 15, "0x10 to 0x11"),
    ("full_scale_volts = 2.5", "full_scale_volts = 3.3", .outOfRange, 16, "2.5, 5.0"),
    ("full_scale_volts = 2.5", "full_scale_volt = 2.5", .missingKey, 11, "Rename 'full_scale_volt'"),
    ("samples_per_second = 860", "samples_per_second = 500", .outOfRange, 31, "475, 860"),
    ("name = \"dac\"", "name = \"combi\"", .duplicate, 19, "two chips"),
    ("name = \"right\"", "name = \"left\"", .duplicate, 40, "two nodes"),
    (
      "chip = \"dac\", channel = 1", "chip = \"combi\", channel = 0", .duplicate, 41,
      "node 'left' and node 'right' share"
    ),
    ("chip = \"adc\"\nchannel = 3", "chip = \"adc\"\nchannel = 0", .duplicate, 46, "node 'right' and input 1 share"),
    ("chip = \"dac\", channel = 1", "chip = \"dax\", channel = 1", .unknownName, 41, "Did you mean 'dac'"),
    ("chip = \"dac\", channel = 1", "chip = \"adc\", channel = 1", .inconsistent, 41, "no DAC"),
    ("chip = \"adc\", channel = 0", "chip = \"dac\", channel = 0", .inconsistent, 42, "no ADC"),
    ("channel = 1,", "channel = 4,", .outOfRange, 41, "0 to 3"),
    ("range_volts = [0.0, 2.5]", "range_volts = [0.0, 2.6]", .outOfRange, 36, "2.6"),
    ("range_volts = [0.0, 2.5]", "range_volts = [1.0]", .wrongType, 36, "2 numbers"),
    ("range_volts = [0.0, 2.5]", "range_volts = [1.0, 1.0]", .outOfRange, 36, "no width"),
    ("range_volts = [0.0, 2.5]", "range_volts = [1.0, nan]", .outOfRange, 36, "nan"),
    ("safe_volts = 1.25", "safe_volts = 9", .outOfRange, 36, "safe_volts"),
    (", safe_volts = 1.25", "", .missingKey, 36, "safe_volts"),
    ("address = 0x60", "address = 0x60\nmux = \"combi\"\nmux_channel = 1", .inconsistent, 23, "tca9548a"),
    ("address = 0x60", "address = 0x60\nmux_channel = 1", .inconsistent, 23, "no multiplexer"),
    ("[[node]]\nname = \"left\"", "[[nodes]]\nname = \"left\"", .unknownKey, 33, "Did you mean 'node'"),
  ]

  @Test(arguments: faults.indices) func namesTheFault(_ index: Int) throws {
    let (old, new, kind, line, words) = Self.faults[index]
    let range = try #require(Self.text.range(of: old))
    let text = Self.text.replacingCharacters(in: range, with: new)
    let error = #expect(throws: ConfigError.self) { _ = try BoardFile.parse(text, file: "b.toml") }
    #expect(error?.kind == kind && error?.line == line, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func twoChipsAtOneAddressClashUnlessAMultiplexerPartsThem() throws {
    func board(_ first: String, _ second: String) -> String {
      """
      schema = 1
      name = "m"
      step_us = 1000
      [[bus]]
      name = "i2c"
      [[chip]]
      name = "mux"
      kind = "tca9548a"
      bus = "i2c"
      address = 0x70
      [[chip]]
      name = "a"
      kind = "mcp4728"
      bus = "i2c"
      address = 0x60
      full_scale_volts = 2.048
      \(first)
      [[chip]]
      name = "b"
      kind = "mcp4728"
      bus = "i2c"
      address = 0x60
      full_scale_volts = 2.048
      \(second)
      [[chip]]
      name = "adc"
      kind = "ads1115"
      bus = "i2c"
      address = 0x48
      full_scale_volts = 2.048
      [[node]]
      name = "n"
      drive = { chip = "a", channel = 0, range_volts = [0.0, 2.0], safe_volts = 0.0 }
      response = { chip = "adc", channel = 0, range_volts = [0.0, 2.0] }
      """
    }
    let one = "mux = \"mux\"\nmux_channel = 1"
    let two = "mux = \"mux\"\nmux_channel = 2"
    #expect(try BoardFile.parse(board(one, two), file: "m").chips[2].muxChannel == 2)
    for (first, second) in [("", ""), (one, one), ("", one), (two, "")] {
      let error = #expect(throws: ConfigError.self) { _ = try BoardFile.parse(board(first, second), file: "m") }
      #expect(error?.kind == .duplicate && error?.what.contains("'a' and 'b'") == true)
    }
  }

  @Test func missingFilesAndForeignBytesAreErrors() throws {
    let missing = #expect(throws: ConfigError.self) { _ = try BoardFile.read(path: "/nowhere/board.toml") }
    #expect(missing?.kind == .unreadable && missing?.why == "No such file or directory")
    let scratch = try Scratch()
    let path = scratch.path + "/b.toml"
    try Data([0xFF, 0xFE, 0, 1]).write(to: URL(fileURLWithPath: path))
    let binary = #expect(throws: ConfigError.self) { _ = try BoardFile.read(path: path) }
    #expect(binary?.kind == .syntax)
  }

  @Test func survivesAnything() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededWords(seed: seed)
    let base = Array(Self.text.utf8)
    let likely = Array("=[]{}\"',.#\n\\ x0-1".utf8)
    for round in 0..<300 {
      var bytes = base
      for _ in 0...random.below(4) {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[place] = likely[random.below(likely.count)]
        case 1: bytes.insert(likely[random.below(likely.count)], at: place)
        default: bytes.removeSubrange(place..<min(place + 1 + random.below(20), bytes.count))
        }
      }
      do throws(ConfigError) {
        let board = try BoardFile.parse(String(decoding: bytes, as: UTF8.self), file: "f")
        #expect(board.firstFault() == nil, "seed \(seed), round \(round)")
      } catch {
        #expect(!error.what.isEmpty && !error.remedy.isEmpty, "seed \(seed), round \(round)")
      }
    }
  }
}

/// Words for fuzz tests, replayable from their seed.
struct SeededWords {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(bound, 1)))
  }
}
