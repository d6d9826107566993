import Foundation
import Journal
import PhysicalNetwork
import Testing
import WireFormat

import Workbench

/// board.toml: lines, the newer kinds of chips, monitors, loopbacks, faults and the loop's place.
@Suite struct BoardAdditionsFileTests {
  /// Everything the file can say.
  static let text = """
    schema = 1
    name = "all"
    step_us = 20000

    [[line]]
    name = "ready"
    line = "GPIO4"
    direction = "input"
    bias = "pull_up"
    edges = "falling"

    [[line]]
    name = "relay"
    line = "GPIO17"
    chip = "pinctrl-bcm2711"
    offset = 17
    direction = "output"
    active_low = true
    initial = true
    safe = true

    [[line]]
    name = "feedback"
    chip = "pinctrl-bcm2711"
    offset = 27
    direction = "input"
    bias = "pull_down"

    [[line]]
    name = "step"
    line = "GPIO22"
    direction = "output"

    [[line]]
    name = "scl"
    line = "GPIO3"
    direction = "input"

    [[line]]
    name = "sda"
    line = "GPIO2"
    direction = "input"

    [[bus]]
    name = "i2c"
    device = "/dev/i2c-1"
    clock_hz = 400000
    timeout_ms = 20
    retries = 2
    combining = "read_last"
    clock_line = "scl"
    data_line = "sda"

    [[chip]]
    name = "adc"
    kind = "ads1015"
    bus = "i2c"
    address = 0x48
    full_scale_volts = 2.048
    samples_per_second = 3300
    ready_line = "ready"
    conversion = "continuous"

    [[chip]]
    name = "dac"
    kind = "mcp4725"
    bus = "i2c"
    address = 0x62
    reference_volts = 3.3

    [[chip]]
    name = "pwm"
    kind = "pca9685"
    bus = "i2c"
    address = 0x40
    pwm_hz = 1000
    reference_volts = 5

    [[chip]]
    name = "pot"
    kind = "ad5272"
    bus = "i2c"
    address = 0x2C

    [[chip]]
    name = "clock"
    kind = "si5351a"
    bus = "i2c"
    address = 0x60
    low_hz = 1000000
    high_hz = 2000000

    [[chip]]
    name = "power"
    kind = "ina219"
    bus = "i2c"
    address = 0x41
    shunt_ohms = 0.1
    range_mv = 160

    [[chip]]
    name = "warmth"
    kind = "tmp117"
    bus = "i2c"
    address = 0x49

    [[chip]]
    name = "plate"
    kind = "tmp105"
    bus = "i2c"
    address = 0x4C

    [[chip]]
    name = "calendar"
    kind = "ds1338"
    bus = "i2c"
    address = 0x68

    [[chip]]
    name = "memory"
    kind = "at24c"
    bus = "i2c"
    address = 0x50
    bytes = 4096
    page_bytes = 32

    [[chip]]
    name = "pins"
    kind = "gpio"

    [[node]]
    name = "volts"
    drive = { chip = "dac", channel = 0, range_volts = [0.33, 2.97], safe_volts = 1.65 }
    response = { chip = "adc", channel = 2, range_volts = [0.0, 2.048] }

    [[node]]
    name = "duty"
    drive = { chip = "pwm", channel = 15, range_fraction = [0.25, 0.75], safe_fraction = 0 }
    response = { chip = "power", channel = 0, range_amps = [-0.5, 0.5] }

    [[node]]
    name = "ohms"
    drive = { chip = "pot", channel = 0, range_fraction = [1, 0], safe_fraction = 0.5 }
    response = { chip = "power", channel = 1, range_volts = [0, 16] }

    [[node]]
    name = "tone"
    drive = { chip = "clock", channel = 2, range_hz = [1000000, 1500000], safe_hz = 1000000 }
    response = { chip = "warmth", channel = 0, range_celsius = [-10, 70] }

    [[node]]
    name = "switch"
    drive = { chip = "pins", line = "relay", range_levels = [0, 1], safe_level = 1 }
    response = { chip = "pins", line = "feedback", range_levels = [0, 1] }

    [[monitor]]
    name = "plate"
    chip = "plate"
    period_ms = 500

    [[loopback]]
    node = "ohms"
    chip = "adc"
    channel = 3
    tolerance_fraction = 0.05

    [faults]
    retries = 3
    left_out = "neutral"
    reprobe_ms = 250
    hang_ms = 4000

    [loop]
    cpu = 3
    priority = 80
    step_line = "step"
    """ + "\n"

  @Test func everythingArrives() throws {
    let board = try BoardFile.parse(Self.text, file: "b.toml")
    #expect(board.firstFault() == nil)
    #expect(try BoardDescription(decoding: board.encoded()) == board)
    #expect(
      board.lines[1]
        == LineDescription(
          name: "GPIO17", chip: "pinctrl-bcm2711", offset: 17, direction: .output, activeLow: true, initial: true,
          safe: true))
    #expect(board.lines[0] == LineDescription(name: "GPIO4", direction: .input, bias: .pullUp, edges: .falling))
    #expect(board.lines[2].name.isEmpty && board.lines[2].offset == 27 && board.lines[2].bias == .pullDown)
    #expect(
      board.buses == [
        BusDescription(
          name: "i2c", device: "/dev/i2c-1", clockHertz: 400_000, timeoutMilliseconds: 20, retries: 2,
          combining: .readLast, clockLine: 4, dataLine: 5)
      ])
    #expect(board.chips[0].readyLine == 0 && board.chips[0].conversion == .continuous)
    #expect(board.chips.map(\.settings.count) == [0, 0, 1, 0, 3, 2, 0, 0, 0, 2, 0])
    #expect(board.chips[4].settings == [25e6, 1e6, 2e6] && board.chips[5].settings == [0.1, 160])
    #expect(board.chips[9].settings == [4096, 32] && board.chips[2].settings == [1000])
    #expect(board.chips[1].fullScaleVolts == 3.3 && board.chips[2].fullScaleVolts == 5)
    #expect(board.monitors == [MonitorChannel(name: "plate", chip: 7, channel: 0, period: 500_000_000)])
    #expect(board.loopbacks == [Loopback(drive: 2, chip: 0, channel: 3, tolerance: 0.05)])
    #expect(board.policy == FaultPolicy(retries: 3, leftOutValue: .neutral, reprobe: 250_000_000, hang: 4_000_000_000))
    #expect(board.placement == LoopPlacement(cpu: 3, priority: 80, stepLine: 3))
  }

  @Test func unitsBecomeCodes() throws {
    let board = try BoardFile.parse(Self.text, file: "b.toml")
    func codes(_ index: Int) -> [Int] {
      [board.drives[index].lowCode, board.drives[index].highCode, board.drives[index].safeCode].map { Int($0) }
    }
    #expect(codes(0) == [410, 3686, 2048])  // 3.3 V / 4096 a code
    #expect(codes(1) == [1024, 3072, 0])
    #expect(codes(2) == [1023, 0, 512])
    #expect([32767, 32768].contains(codes(3)[1]) && codes(3)[0] == 0 && codes(3)[2] == 0)  // half of 0…65535
    #expect(codes(4) == [0, 1, 1] && board.drives[4].channel == 1)
    let reads = board.responses.map { [Int($0.lowCode), Int($0.highCode)] }
    #expect(reads[0] == [0, 32767])
    #expect(reads[1] == [-5000, 5000])  // 10 µV a code over 0.1 ohm: 100 µA
    #expect(reads[2] == [0, 4000])  // 4 mV a code
    #expect(reads[3] == [-1280, 8960])  // 7.8125 m°C a code
    #expect(reads[4] == [0, 1] && board.responses[4].channel == 2)
    #expect(board.responses.map(\.signed) == [true, true, false, true, false])
  }

  /// What a code means is what the range said, for every drive and reading: the export turns codes back.
  @Test func codesBecomeUnitsAgain() throws {
    let board = try BoardFile.parse(Self.text, file: "b.toml")
    let drives = board.driveScales
    let wanted: [(ChannelScale.Unit, Double, Double)] = [
      (.volts, 0.33, 2.97), (.fraction, 0.25, 0.75), (.fraction, 1, 0), (.hertz, 1e6, 1.5e6), (.level, 0, 1),
    ]
    for (index, (unit, low, high)) in wanted.enumerated() {
      #expect(drives[index].unit == unit)
      #expect(abs(drives[index].value(of: board.drives[index].lowCode) - low) <= abs(drives[index].step) * 1.01)
      #expect(abs(drives[index].value(of: board.drives[index].highCode) - high) <= abs(drives[index].step) * 1.01)
    }
    let reads = board.scales(of: board.responses)
    #expect(reads.map(\.unit) == [.volts, .amps, .volts, .celsius, .level])
    #expect(abs(reads[1].value(of: UInt16(bitPattern: -5000)) + 0.5) < 1e-6)
    #expect(reads[2].value(of: 4000) == 16)
    #expect(reads[3].value(of: UInt16(bitPattern: -1280)) == -10)
    let plate = try #require(ChannelScale(reading: board.chips[7], channel: 0))
    #expect(plate.value(of: 0x1980) == 25.5 && plate.value(of: 0xE700) == -25 && plate.unit.symbol == "°C")
    #expect(ChannelScale(reading: board.chips[8], channel: 0) == nil && ChannelScale(drive: board.chips[0]) == nil)
  }

  @Test func monitorsAreReadInTheirUnit() throws {
    let board = try BoardFile.parse(Self.text, file: "b.toml")
    let plate = try #require(board.reading(ofMonitor: 0, code: 0x1980))
    #expect(plate.name == "plate" && plate.value == 25.5 && plate.unit == "°C")
    #expect(board.reading(ofMonitor: 1, code: 0) == nil && board.reading(ofMonitor: -1, code: 0) == nil)
  }

  @Test func exportsAreInEachChannelsUnit() throws {
    let board = try BoardFile.parse(Self.text, file: "b.toml")
    let scratch = try Scratch()
    let run = Identifier(high: 7, low: 7)
    let writer = try JournalWriter(
      directory: scratch.path, runID: run, boardID: Identifier(high: 3, low: 4),
      options: JournalOptions(segmentBytes: 64 << 10, bufferBytes: 16 << 10))
    try writer.append(.runStart, [7])
    let codes = board.drives.map(\.highCode) + board.responses.map { UInt16(truncatingIfNeeded: $0.lowCode) }
    try codes.withUnsafeBufferPointer {
      try writer.appendSamples(firstStep: 0, time: 0, steps: 1, channels: codes.count, $0)
    }
    try writer.append(.runStop, [9])
    try writer.commit()
    _ = writer.close()
    let path = scratch.path + "/run.mcap"
    _ = try MCAPExport.write(folder: scratch.path + "/" + run.description, board: board, to: path)
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    for words in [
      "\"duty\":0.75", "\"ohms\":0,", "\"switch\":1}", "\"duty\":-0.5,", "\"tone\":-10,", "unit.drives.tone", "Hz",
      "unit.responses.duty", "unit.responses.tone", "°C",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("unit.drives.volts") && !text.contains("unit.responses.ohms"))
  }

  /// Each way to write the newer keys wrongly: the change, the kind, the last part of the key, and words of the message.
  static let faults: [(String, String, ConfigError.Kind, String, String)] = [
    ("line = \"GPIO22\"", "line = \"GPIO4\"", .duplicate, "line", "'ready' and 'step' are one pin"),
    ("line = \"GPIO22\"\n", "", .missingKey, "line", "gpioinfo"),
    ("line = \"GPIO22\"", "offset = 3\nline = \"GPIO22\"", .inconsistent, "offset", "no chip"),
    ("offset = 17\n", "", .missingKey, "offset", "missing"),
    ("bias = \"pull_up\"", "bias = \"pullup\"", .unknownName, "bias", "Did you mean 'pull_up'"),
    ("edges = \"falling\"", "edges = \"falling\"\nsafe = true", .inconsistent, "safe", "an input has no 'safe'"),
    ("active_low = true", "edges = \"rising\"", .inconsistent, "edges", "an output has no 'edges'"),
    (
      "direction = \"output\"\nactive", "direktion = \"output\"\nactive", .missingKey, "direction", "Rename 'direktion'"
    ),
    ("name = \"step\"", "name = \"ready\"", .duplicate, "name", "two lines"),
    ("retries = 2\n", "retrys = 2\n", .unknownKey, "retrys", "Did you mean 'retries'"),
    ("timeout_ms = 20", "timeout_ms = 70000", .outOfRange, "timeout_ms", "0 to 60000"),
    ("combining = \"read_last\"", "combining = \"readlast\"", .unknownName, "combining", "Did you mean 'read_last'"),
    ("data_line = \"sda\"\n", "", .missingKey, "data_line", "both"),
    ("data_line = \"sda\"", "data_line = \"scl\"", .duplicate, "data_line", "share line 'scl'"),
    ("data_line = \"sda\"", "data_line = \"sdb\"", .unknownName, "data_line", "Did you mean 'sda'"),
    ("ready_line = \"ready\"", "ready_line = \"feedback\"", .inconsistent, "ready_line", "falling"),
    ("ready_line = \"ready\"", "ready_line = \"step\"", .inconsistent, "ready_line", "an input"),
    ("samples_per_second = 3300", "samples_per_second = 860", .outOfRange, "samples_per_second", "920, 1600"),
    ("\"continuous\"", "\"always\"", .unknownName, "conversion", "single_shot"),
    ("chip = \"adc\", channel = 2", "chip = \"adc\", chanel = 2", .missingKey, "channel", "Rename 'chanel'"),
    ("reference_volts = 3.3\n", "", .missingKey, "reference_volts", "missing"),
    ("reference_volts = 3.3", "full_scale_volts = 3.3", .missingKey, "reference_volts", "has no default"),
    ("pwm_hz = 1000", "pwm_hz = 10", .outOfRange, "pwm_hz", "24.0 to 1526.0"),
    ("high_hz = 2000000", "high_hz = 900000", .outOfRange, "high_hz", "not above low_hz"),
    ("low_hz = 1000000\n", "", .missingKey, "low_hz", "missing"),
    ("range_mv = 160", "range_mv = 100", .outOfRange, "range_mv", "40, 80, 160, 320"),
    ("shunt_ohms = 0.1", "shunt_ohm = 0.1", .missingKey, "shunt_ohms", "Rename 'shunt_ohm'"),
    ("bytes = 4096", "bytes = 4000", .outOfRange, "bytes", "power of two"),
    ("kind = \"gpio\"", "kind = \"gpio\"\nbus = \"i2c\"", .unknownKey, "bus", "not known"),
    ("address = 0x68", "address = 0x69", .outOfRange, "address", "0x68 to 0x68"),
    ("address = 0x40", "address = 0x70", .outOfRange, "address", "All of them answer"),
    ("range_hz = [1000000, 1500000]", "range_volts = [0, 1]", .inconsistent, "range_volts", "range_hz"),
    ("range_hz = [1000000, 1500000]", "range_hz = [1000000, 2500000]", .outOfRange, "range_hz", "2500000.0"),
    ("safe_hz = 1000000", "safe_hz = 0", .outOfRange, "safe_hz", "0.0 is out of range"),
    ("safe_hz = 1000000", "safe_volts = 1", .missingKey, "safe_hz", "missing"),
    ("range_fraction = [0.25, 0.75]", "range_fraction = [0.25, 1.75]", .outOfRange, "range_fraction", "1.75"),
    ("range_celsius = [-10, 70]", "range_celsius = [-10, 700]", .outOfRange, "range_celsius", "700.0"),
    ("range_amps = [-0.5, 0.5]", "range_volts = [-0.5, 0.5]", .inconsistent, "range_volts", "counted in amps"),
    ("range_amps = [-0.5, 0.5]", "range_amps = [-2.5, 0.5]", .outOfRange, "range_amps", "-2.5"),
    ("range_levels = [0, 1], safe", "range_levels = [1, 1], safe", .outOfRange, "range_levels", "no width"),
    ("safe_level = 1", "safe_level = 2", .outOfRange, "safe_level", "0 to 1"),
    ("line = \"relay\"", "channel = 1", .missingKey, "line", "missing"),
    ("line = \"relay\"", "line = \"feedback\"", .inconsistent, "line", "an output"),
    ("line = \"relay\"", "line = \"step\"", .duplicate, "line", "the step's mark and node 'switch' share"),
    ("chip = \"pins\", line = \"feedback\"", "chip = \"memory\", channel = 0", .inconsistent, "chip", "no ADC"),
    ("chip = \"plate\"\nperiod", "chip = \"warmth\"\nperiod", .inconsistent, "chip", "serves node 'tone'"),
    ("chip = \"plate\"\nperiod", "chip = \"calendar\"\nperiod", .inconsistent, "chip", "nothing to read"),
    ("period_ms = 500", "period_s = 1", .unknownKey, "period_s", "Did you mean 'period_ms'"),
    ("node = \"ohms\"", "node = \"ohm\"", .unknownName, "node", "Did you mean 'ohms'"),
    ("tolerance_fraction = 0.05", "tolerance_fraction = 5", .outOfRange, "tolerance_fraction", "0.0001 to 1.0"),
    ("left_out = \"neutral\"", "left_out = \"zero\"", .unknownName, "left_out", "last, neutral"),
    ("hang_ms = 4000", "hang_s = 4", .unknownKey, "hang_s", "Did you mean 'hang_ms'"),
    ("priority = 80", "priority = 100", .outOfRange, "priority", "0 to 99"),
    ("step_line = \"step\"", "step_line = \"ready\"", .inconsistent, "step_line", "an output"),
    ("[loop]", "[loops]", .unknownKey, "loops", "Did you mean 'loop'"),
    ("[[monitor]]", "[[monitors]]", .unknownKey, "monitors", "Did you mean 'monitor'"),
    (
      "chip = \"pins\", line = \"feedback\", range_levels", "chip = \"adc\", channel = 1, range_volts", .inconsistent,
      "conversion", "one channel"
    ),
  ]

  @Test(arguments: faults.indices) func namesTheFault(_ index: Int) throws {
    let (old, new, kind, key, words) = Self.faults[index]
    let range = try #require(Self.text.range(of: old))
    let text = Self.text.replacingCharacters(in: range, with: new)
    let error = #expect(throws: ConfigError.self) { _ = try BoardFile.parse(text, file: "b.toml") }
    let said = error.map { "\($0)" } ?? ""
    #expect(error?.kind == kind && error?.key.split(separator: ".").last.map(String.init) == key, "\(said)")
    #expect(error?.line != nil && said.contains(words), "\(said)")
  }

  @Test func survivesAnything() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededWords(seed: seed)
    let base = Array(Self.text.utf8)
    let likely = Array("=[]{}\"',.#\n x0-19".utf8)
    for round in 0..<200 {
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
