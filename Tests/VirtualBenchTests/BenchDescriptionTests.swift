import Testing
import VirtualBench
import WireFormat

@Suite struct BenchDescriptionTests {
  @Test func encodingRoundTrips() throws {
    for description in [
      FullBoard.description(), FullBoard.newer(), Fixtures.single(.dead, parameters: [], timePerSecond: 2),
      Fixtures.many(.duffing, count: 40, parameters: BenchDeviceKind.duffing.parameterDefaults, timePerSecond: 3),
    ] {
      let decoded = try BenchDescription(decoding: description.encoded())
      #expect(decoded == description)
    }
  }

  @Test func theFormatIsFixed() {
    var description = Fixtures.single(.dead, parameters: [], timePerSecond: 1, quantum: 1000, seed: 0x0102)
    description.devices = []
    #expect(
      description.encoded() == [
        1, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xE8, 3, 0, 0, 0, 0, 0, 0,
        1, 0, 0x80, 0x1A, 6, 0, 2, 0, 2, 0x60, 0, 0xFF, 0, 3, 0x48, 0, 0xFF, 0, 0, 0,
      ])
  }

  /// Only what needs version 2 is written in it.
  @Test func theNewerFormatIsFixed() {
    var description = Fixtures.single(.dead, parameters: [], timePerSecond: 1, quantum: 1000, seed: 0x0102)
    #expect(description.encoded()[0] == 1)
    let wire = BenchWire(chip: 1, channel: 2, voltsAtZero: 1, voltsPerUnit: 2, noiseVolts: 4)
    description.devices[0].furtherResponses = [wire]
    description.devices[0].ageing = DeviceAgeing(exponentMean: 0.5, ageSeconds: 2)
    let bytes = description.encoded()
    #expect(bytes[0] == 2)
    // The header and the kind, two wires, and from there: the further wire, time, no parameters, ageing.
    let tail = Array(bytes[(44 + 2 + 1 + 2 * 26)...])
    let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
    let zero = [UInt8](repeating: 0, count: 8)
    var expected: [UInt8] = [1, 1, 2] + one + [0, 0, 0, 0, 0, 0, 0, 0x40]
    expected += [0, 0, 0, 0, 0, 0, 0x10, 0x40] + one + [0]
    expected += [0, 0, 0, 0, 0, 0, 0xE0, 0x3F] + zero + [0, 0, 0, 0, 0, 0, 0x34, 0x40] + zero + zero
    expected += [0, 0, 0, 0, 0, 0, 0, 0x40]
    #expect(tail == expected)
    description.devices[0].furtherResponses = []
    #expect(description.encoded()[0] == 2)
    description.devices[0].ageing = .none
    #expect(description.encoded()[0] == 1)
  }

  @Test(arguments: [false, true])
  func cutOrLongerBytesAreRefused(_ newer: Bool) {
    let bytes = (newer ? FullBoard.newer() : FullBoard.description()).encoded()
    for length in 0..<bytes.count {
      #expect(throws: WireError.self) { try BenchDescription(decoding: Array(bytes[..<length])) }
    }
    #expect(throws: WireError.trailing(offset: bytes.count)) { try BenchDescription(decoding: bytes + [0]) }
  }

  /// A damaged description is refused or still a valid one; building a bench from it does no harm.
  @Test(arguments: [false, true])
  func damagedBytesDoNoHarm(_ newer: Bool) throws {
    let bytes = (newer ? FullBoard.newer() : FullBoard.description()).encoded()
    for seed in UInt64(0)..<3000 {
      var generator = SplitMix(state: seed)
      var damaged = bytes
      for _ in 0..<Int(generator.next() % 4 + 1) {
        damaged[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      guard let description = try? BenchDescription(decoding: damaged) else { continue }
      #expect(description.firstFault() == nil, "seed \(seed)")
      _ = try VirtualBench(description)
    }
  }

  @Test func eachRuleHolds() {
    func fault(_ change: (inout BenchDescription) -> Void) -> StaticName? {
      var description = FullBoard.description()
      change(&description)
      return description.firstFault()
    }
    #expect(fault { _ in } == nil)
    #expect(fault { $0.spread = 0.5 } == "spread")
    #expect(fault { $0.spread = .nan } == "spread")
    #expect(fault { $0.quantum = 10 } == "quantum")
    #expect(fault { $0.quantum = 100_000_000 } == "quantum")
    #expect(fault { $0.busClocks = [] } == "buses")
    #expect(fault { $0.busClocks = [0] } == "bus clock")
    #expect(fault { $0.chips[1].bus = 1 } == "chip bus")
    #expect(fault { $0.chips[1].address = 0x12 } == "chip address")
    #expect(fault { $0.chips[1].mux = 1 } == "chip mux")
    #expect(fault { $0.chips[1].muxChannel = 8 } == "chip mux")
    #expect(fault { $0.chips[1].mux = BenchChip.noMux } == "two chips at one address")
    #expect(fault { $0.chips[1].muxChannel = 1 } == "two chips at one address")
    #expect(fault { $0.chips = Array(repeating: $0.chips[0], count: 255) } == "chips")
    #expect(fault { $0.devices[0].drive.chip = 0 } == "drive wire")
    #expect(fault { $0.devices[0].drive.channel = 8 } == "drive wire")
    #expect(fault { $0.devices[0].response.chip = 7 } == "response wire")
    #expect(fault { $0.devices[0].response.channel = 0 } == "two wires on one pin")
    #expect(fault { $0.devices[1].response = $0.devices[0].response } == "two wires on one pin")
    #expect(fault { $0.devices[0].drive.voltsPerUnit = 0 } == "volts per unit")
    #expect(fault { $0.devices[0].drive.voltsAtZero = .infinity } == "volts at zero")
    #expect(fault { $0.devices[0].response.noiseVolts = -1 } == "noise volts")
    #expect(fault { $0.devices[0].timePerSecond = 0 } == "time per second")
    #expect(fault { $0.devices[0].parameters = [] } == "parameter count")
    #expect(fault { $0.devices[0].parameters[1] = 0 } == "grains")
    #expect(fault { $0.devices[2].parameters[0] = .nan } == "tau")
    #expect(fault { $0.devices[0].furtherResponses = [$0.devices[0].response] } == "readings")
    let free = BenchWire(chip: 1, channel: 4, voltsAtZero: 0, voltsPerUnit: 1)
    #expect(fault { $0.devices[1].furtherResponses = [free] } == "two wires on one pin")
    #expect(fault { $0.devices[1].furtherResponses = [$0.devices[1].response] } == "two wires on one pin")
    #expect(
      fault {
        $0.devices[1].furtherResponses = [free]
        $0.devices[1].furtherResponses[0].chip = 0
      } == "response wire")
    #expect(
      fault {
        $0.devices.remove(at: 0)
        $0.devices[0].furtherResponses = [free]
        $0.devices[0].furtherResponses[0].voltsPerUnit = 0
      } == "volts per unit")
    #expect(fault { $0.devices[0].ageing.exponentMean = -1 } == "ageing exponent mean")
    #expect(fault { $0.devices[0].ageing.exponentDeviation = 2 } == "ageing exponent sd")
    #expect(fault { $0.devices[0].ageing.startSeconds = 0 } == "ageing start")
    #expect(fault { $0.devices[0].ageing.driftPerHourMean = .nan } == "ageing drift mean")
    #expect(fault { $0.devices[0].ageing.driftPerHourDeviation = -1 } == "ageing drift sd")
    #expect(fault { $0.devices[0].ageing.ageSeconds = 1e11 } == "age")
    #expect(
      fault {
        $0.devices[2].kind = .nanoring
        $0.devices[2].parameters = BenchDeviceKind.nanoring.parameterDefaults
        $0.devices[2].timePerSecond = 201
      } == "quantum")
    #expect(fault { $0.devices = Array(repeating: $0.devices[0], count: 1025) } == "devices")
  }

  @Test func parametersHaveNamesAndUsableDefaults() {
    for kind in [BenchDeviceKind.superparamagnetic, .duffing, .leakyIntegrator, .nanoring, .dead] {
      #expect(kind.parameterNames.count == kind.parameterDefaults.count)
      #expect((1...2).contains(kind.readingNames.count))
      let usual = DeviceCoupling.usual(kind)
      #expect(usual.kind == kind && usual.parameters.count == kind.parameters.count)
      for parameter in kind.parameters {
        #expect(parameter.lowest <= parameter.nominal && parameter.nominal <= parameter.highest)
      }
    }
    #expect(BenchDeviceKind.superparamagnetic.parameterNames == ["barrier", "grains", "rate"])
    #expect(
      BenchDeviceKind.duffing.parameterNames == ["alpha", "beta", "delta", "sigma", "x0", "v0", "floor"])
    #expect(BenchDeviceKind.leakyIntegrator.parameterNames == ["tau", "sigma", "floor", "tau1", "tau2"])
    #expect(
      BenchDeviceKind.nanoring.parameterNames == [
        "depinning_field", "barrier", "rings", "pinning", "injection", "annihilation", "modulation", "lock_in",
      ])
    #expect(BenchDeviceKind.nanoring.readingNames == ["first_harmonic", "second_harmonic"])
    #expect(BenchDeviceKind.duffing.readingNames == ["position", "velocity"])
  }

  /// Chips beyond the first four, supplies, lines and a temperature: version 3, and back to the same.
  @Test func versionThree() throws {
    let bench = ChipFuzzTests.everything(seed: 5)
    let bytes = bench.encoded()
    #expect(bytes[0] == 3 && bytes[1] == 0)
    #expect(try BenchDescription(decoding: bytes) == bench)
    var old = Fixtures.single(.dead, parameters: [], timePerSecond: 1)
    #expect(old.encoded()[0] == 1)
    old.chips[0].supplyVolts = 3.3
    #expect(old.encoded()[0] == 3)
    for change in 0..<3 {
      var plain = Fixtures.single(.dead, parameters: [], timePerSecond: 1)
      switch change {
      case 0: plain.lines = [BenchLine(kind: .output)]
      case 1: plain.ambientCelsius = 20
      default: plain.ambientSwing = 0
      }
      #expect(plain.encoded()[0] == 3)
      #expect(try BenchDescription(decoding: plain.encoded()) == plain)
    }
    for cut in 0..<bytes.count {
      #expect(throws: WireError.self) { try BenchDescription(decoding: Array(bytes[..<cut])) }
    }
    // Any byte changed: refused, or a bench that can be built.
    var generator = SplitMix(state: 9)
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
      if let other = try? BenchDescription(decoding: damaged) { #expect(other.firstFault() == nil) }
    }
  }

  @Test func rulesOfChipsAndLines() {
    func fault(_ change: (inout BenchDescription) -> Void) -> String {
      var bench = ChipFuzzTests.everything(seed: 1)
      change(&bench)
      return bench.firstFault().map { "\($0)" } ?? ""
    }
    #expect(fault { _ in } == "")
    #expect(fault { $0.chips[0].supplyVolts = 0 } == "supply volts")
    #expect(fault { $0.chips[0].crystalHertz = 0 } == "crystal hertz")
    #expect(fault { $0.chips[0].memoryBytes = 1000 } == "memory bytes")
    #expect(fault { $0.lines[0].chip = 0 } == "ready line")
    #expect(fault { $0.lines.append($0.lines[0]) } == "two lines on one ready output")
    #expect(fault { $0.lines = (0..<65).map { _ in BenchLine(kind: .input) } } == "lines")
    #expect(fault { $0.ambientCelsius = .nan } == "ambient celsius")
    #expect(fault { $0.ambientSwing = 51 } == "ambient swing")
    // Hertz on the clock generator only.
    #expect(fault { $0.devices[0].drive.voltsAtZero = 1e6 } == "volts at zero")
    #expect(fault { $0.devices[5].drive.voltsAtZero = 1e6 } == "")
    // An EEPROM of 2 KiB answers to eight addresses.
    let memory = BenchChip(kind: .at24c, address: 0x50, bus: 0, memoryBytes: 2048)
    let other = BenchChip(kind: .pca9685, address: 0x53, bus: 0)
    let bench = BenchDescription(
      seed: 1, spread: 0, quantum: 1000, busClocks: [400_000], chips: [memory, other], devices: [])
    #expect(bench.firstFault().map { "\($0)" } == "two chips at one address")
  }
}
