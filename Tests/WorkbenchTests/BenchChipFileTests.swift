import Foundation
import Testing
import VirtualBench
import Workbench

/// What bench.toml says of chips beyond the first four, of lines and of the temperature.
@Suite struct BenchChipFileTests {
  static let text = """
    schema = 1
    quantum_us = 1000
    ambient_celsius = 19.5
    ambient_swing_celsius = 0.5

    [[bus]]
    name = "i2c"

    [[chip]]
    name = "dac"
    kind = "mcp4725"
    bus = "i2c"
    address = 0x62
    supply_volts = 3.3

    [[chip]]
    name = "clock"
    kind = "si5351a"
    bus = "i2c"
    address = 0x60
    crystal_hz = 27000000

    [[chip]]
    name = "memory"
    kind = "at24c"
    bus = "i2c"
    address = 0x50
    bytes = 4096

    [[chip]]
    name = "adc"
    kind = "ads1115"
    bus = "i2c"
    address = 0x48

    [[chip]]
    name = "warmth"
    kind = "tmp117"
    bus = "i2c"
    address = 0x49

    [[line]]
    name = "enable"
    kind = "output"
    high = true

    [[line]]
    name = "ready"
    kind = "ready"
    chip = "adc"

    [[device]]
    name = "a"
    kind = "duffing"
    drive = { chip = "clock", channel = 2, hertz_at_zero = 1e7, hertz_per_unit = 2e6 }
    response = { chip = "adc", channel = 1, volts_at_zero = 1, volts_per_unit = 1 }
    """ + "\n"

  @Test func readsChipsLinesAndTemperature() throws {
    let bench = try BenchFile.parse(Self.text, file: "bench.toml")
    #expect(bench.chips.map(\.kind) == [.mcp4725, .si5351a, .at24c, .ads1115, .tmp117])
    #expect(bench.chips[0].supplyVolts == 3.3 && bench.chips[3].supplyVolts == 5)
    #expect(bench.chips[1].crystalHertz == 27_000_000 && bench.chips[2].memoryBytes == 4096)
    #expect(bench.lines == [BenchLine(kind: .output, level: true), BenchLine(kind: .ready, chip: 3)])
    #expect(bench.ambientCelsius == 19.5 && bench.ambientSwing == 0.5)
    #expect(bench.devices[0].drive.voltsAtZero == 1e7 && bench.devices[0].drive.voltsPerUnit == 2e6)
    #expect(try BenchDescription(decoding: bench.encoded()) == bench)
  }

  @Test(
    arguments: [
      ("supply_volts = 3.3", "supply_volt = 3.3", ConfigError.Kind.unknownKey, "Did you mean 'supply_volts'"),
      ("bytes = 4096", "bytes = 5000", .outOfRange, "powers of two"),
      ("kind = \"ready\"\nchip = \"adc\"", "kind = \"ready\"\nchip = \"dac\"", .inconsistent, "no ready output"),
      ("kind = \"output\"\nhigh = true", "kind = \"ready\"\nchip = \"adc\"", .duplicate, "'enable' and 'ready'"),
      ("kind = \"tmp117\"", "kind = \"gpio\"", .inconsistent, "[[line]]"),
      ("chip = \"adc\", channel = 1", "chip = \"warmth\", channel = 0", .inconsistent, "no ADC channels"),
      ("hertz_at_zero", "volts_at_zero", .missingKey, "hertz_at_zero"),
      ("kind = \"output\"", "kind = \"outputs\"", .unknownName, "Did you mean 'output'"),
      ("ambient_celsius = 19.5", "ambient_celsius = 900", .outOfRange, "ambient_celsius"),
      ("crystal_hz = 27000000", "crystal_hz = 27", .outOfRange, "crystal_hz"),
    ] as [(String, String, ConfigError.Kind, String)])
  func namesTheFault(_ old: String, _ new: String, _ kind: ConfigError.Kind, _ words: String) throws {
    let range = try #require(Self.text.range(of: old))
    let text = Self.text.replacingCharacters(in: range, with: new)
    let error = #expect(throws: ConfigError.self) { _ = try BenchFile.parse(text, file: "bench.toml") }
    #expect(error?.kind == kind, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
