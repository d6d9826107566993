import HardwareInterface
import PhysicalNetwork
import RunRecords
import Testing
import VirtualBench
import loopbench

/// A board of converters on a bench, and steps of it.
private struct Steps {
  let bench: VirtualBench
  var bank: ConverterBank<FaultyI2CBus, VirtualLineBank>
  var clock: VirtualClock
  var drives: [UInt16]
  var reads: [UInt16]
  private var begin: UInt64
  private let board: BoardDescription

  init(_ board: BoardDescription, _ simulated: BenchDescription, _ plan: FaultPlan = .none()) throws {
    #expect(board.firstFault() == nil)
    bench = try VirtualBench(simulated)
    self.board = board
    bank = ConverterBank(board: board, buses: [FaultyI2CBus(bench.bus(0), plan)], lines: bench.lines)
    clock = bench.clock
    drives = board.drives.map(\.safeCode) + [0]
    reads = [UInt16](repeating: 0xEEEE, count: board.responses.count + board.inputs.count + 1)
    bank.prepare(&drives)
    bank.configure(clock: &clock)
    begin = (clock.now() / board.stepPeriod + 1) * board.stepPeriod
  }

  /// One step and its slack; what it told.
  mutating func step() -> [BankEvent] {
    clock.sleep(until: begin)
    begin += board.stepPeriod
    bank.write(&drives, clock: &clock, until: begin)
    if board.responseDelay > 0 { clock.sleep(until: clock.now() + board.responseDelay) }
    bank.read(into: &reads, clock: &clock, until: begin)
    if clock.now() < begin { bank.useSlack(clock: &clock, until: begin) }
    var events: [BankEvent] = []
    while let event = bank.takeEvent() { events.append(event) }
    return events
  }
}

@Suite struct ConverterBankTests {
  /// A wire that a device's drive and response share: what is driven is read, whatever the chips.
  private static func follower(_ drive: (UInt8, UInt8), _ response: (UInt8, UInt8)) -> BenchDevice {
    BenchDevice(
      kind: .leakyIntegrator, drive: BenchWire(chip: drive.0, channel: drive.1, voltsAtZero: 0, voltsPerUnit: 1),
      response: BenchWire(chip: response.0, channel: response.1, voltsAtZero: 0.5, voltsPerUnit: 0.5),
      timePerSecond: 10_000, parameters: [1, 0, 0, 0.2, 0.8])
  }

  @Test(arguments: [(true, true), (true, false), (false, false), (false, true)])
  func conversionsAreFreshAndReadOnce(_ line: Bool, _ continuous: Bool) throws {
    let result = try FreshBench.run(steps: 600, line: line, continuous: continuous)
    #expect(result.fresh >= 600)
    #expect(result.repeated == 0)
    #expect(result.early == 0)
    #expect(result.events == 0)
  }

  /// Its line cut, a converter is read by the clock, and the line is told of.
  @Test func aReadyLineThatIsSilentIsAFaultAndNoMore() throws {
    var simulated = FreshBench.bench()
    simulated.lines = [BenchLine(kind: .input)]
    var steps = try Steps(FreshBench.board(line: true, continuous: false), simulated)
    var events: [BankEvent] = []
    for _ in 0..<5 { events += steps.step() }
    #expect(events == [.line(LineError(.timeout, line: 0))])
    #expect(steps.bank.quarantinedCount == 0)
    #expect(steps.bench.conversions(chip: 1).fresh >= 5)
    #expect(steps.bench.conversions(chip: 1).repeated == 0)
  }

  /// Every chip that drives, PCA9685 outputs side by side in one burst, each of them measured by its device.
  @Test func everyKindOfDriveReachesItsDevice() throws {
    let kinds: [(ChipKind, BenchChipKind, UInt8, Float, [Float])] = [
      (.ad5593r, .ad5593r, 0x10, 2.5, []), (.mcp4728, .mcp4728, 0x60, 2.048, []), (.mcp4725, .mcp4725, 0x62, 5, []),
      (.pca9685, .pca9685, 0x41, 5, [1000]),
    ]
    let chips = kinds.enumerated().map {
      ChipDescription(
        name: "c\($0)", kind: $1.0, address: $1.2, bus: 0, fullScaleVolts: $1.3, settings: $1.4)
    }
    // The devices answer to converters that nobody reads.
    let simulated =
      kinds.map { BenchChip(kind: $0.1, address: $0.2, bus: 0) }
      + [UInt8(0x48), 0x49].map { BenchChip(kind: .ads1115, address: $0, bus: 0) }
    let channels: [(UInt8, UInt8)] = [(0, 0), (0, 3), (1, 1), (1, 2), (2, 0), (3, 4), (3, 5), (3, 9)]
    let board = BoardDescription(
      boardID: Array(repeating: 1, count: 16), name: "drives",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)], chips: chips,
      drives: channels.map { DriveChannel(chip: $0.0, channel: $0.1, lowCode: 0, highCode: 4095, safeCode: 100) },
      responses: [], inputs: [], nodes: [], stepPeriod: 10_000_000, responseDelay: 0)
    var steps = try Steps(
      board,
      BenchDescription(
        seed: 1, spread: 0, quantum: 1_000_000, busClocks: [400_000], chips: simulated,
        devices: channels.enumerated().map { Self.follower($1, (UInt8(4 + $0 / 4), UInt8($0 % 4))) }))
    for (index, _) in channels.enumerated() { steps.drives[index] = UInt16(400 + 300 * index) }
    #expect(steps.step().isEmpty)
    let scales = [2.5, 2.048, 5, 5]
    for (index, channel) in channels.enumerated() {
      let wanted = Double(steps.drives[index]) / 4096 * scales[Int(channel.0)]
      #expect(abs(steps.bench.driveVolts(device: index) - wanted) < 0.01, "drive \(index)")
    }
    #expect(steps.bank.writeSafe(board) == 0)
    for (index, channel) in channels.enumerated() {
      let wanted = 100.0 / 4096 * scales[Int(channel.0)]
      #expect(abs(steps.bench.driveVolts(device: index) - wanted) < 0.01, "safe \(index)")
    }
    for chip in 0..<4 {
      #expect(steps.bench.violations(chip: chip) == 0)
      #expect(steps.bench.memoryWrites(chip: chip) == 0)
    }
  }

  @Test func linesDriveAreReadAndGoToTheirSafeLevels() throws {
    let board = BoardDescription(
      boardID: Array(repeating: 1, count: 16), name: "lines",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)],
      chips: [ChipDescription(name: "gpio", kind: .gpio, address: 0, bus: 0, fullScaleVolts: 0)],
      drives: [0, 1].map { DriveChannel(chip: 0, channel: $0, lowCode: 0, highCode: 1, safeCode: UInt16($0)) },
      responses: [ReadChannel(chip: 0, channel: 2, signed: false, lowCode: 0, highCode: 1)], inputs: [], nodes: [],
      stepPeriod: 1_000_000, responseDelay: 0,
      lines: [
        LineDescription(name: "a", direction: .output), LineDescription(name: "b", direction: .output),
        LineDescription(name: "in", direction: .input), LineDescription(name: "lamp", direction: .output, safe: true),
      ])
    var steps = try Steps(
      board,
      BenchDescription(
        seed: 1, spread: 0, quantum: 1_000_000, busClocks: [400_000], chips: [], devices: [],
        lines: [
          BenchLine(kind: .output), BenchLine(kind: .output), BenchLine(kind: .input), BenchLine(kind: .output),
        ]))
    steps.drives = [1, 0, 0]
    steps.bench.setInput(line: 2, level: true)
    #expect(steps.step().isEmpty)
    #expect((0..<4).map { steps.bench.line($0)?.level } == [true, false, true, false])
    #expect(steps.reads[0] == 1)
    steps.bench.setInput(line: 2, level: false)
    _ = steps.step()
    #expect(steps.reads[0] == 0)
    #expect(steps.bank.writeSafe(board) == 0)
    #expect((0..<4).map { steps.bench.line($0)?.level } == [false, true, false, true])
  }

  private static func pair(_ policy: FaultPolicy, period: UInt64 = 10_000_000) -> (BoardDescription, BenchDescription) {
    let board = BoardDescription(
      boardID: Array(repeating: 1, count: 16), name: "pair",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)],
      chips: [UInt8(0x10), 0x11].map {
        ChipDescription(name: "afe\($0)", kind: .ad5593r, address: $0, bus: 0, fullScaleVolts: 2.5)
      },
      drives: [0, 1].map { DriveChannel(chip: $0, channel: 0, lowCode: 0, highCode: 4095, safeCode: 2000) },
      responses: [0, 1].map { ReadChannel(chip: $0, channel: 4, signed: false, lowCode: 0, highCode: 4095) },
      inputs: [], nodes: [], stepPeriod: period, responseDelay: 0, policy: policy)
    return (
      board,
      BenchDescription(
        seed: 1, spread: 0, quantum: 1_000_000, busClocks: [400_000],
        chips: [UInt8(0x10), 0x11].map { BenchChip(kind: .ad5593r, address: $0, bus: 0) },
        devices: [follower((0, 0), (0, 4)), follower((1, 0), (1, 4))])
    )
  }

  @Test func aChipIsTriedAgainLeftOutProbedAndTakenBack() throws {
    let (board, simulated) = Self.pair(FaultPolicy(retries: 2, reprobe: 50_000_000))
    var steps = try Steps(board, simulated)
    #expect(steps.step().isEmpty)
    let before = steps.reads[1]
    steps.bench.unplug(chip: 1)
    let fault = ConverterFault(chip: 1, cause: I2CError(.noAcknowledgeAddress, address: 0x11))
    #expect(steps.step() == [.retried(fault, attempt: 1), .retried(fault, attempt: 2), .leftOut(fault)])
    #expect(steps.bank.isLeftOut(chip: 1) && !steps.bank.isLeftOut(chip: 0))
    // For as long as it is gone, nothing more is told, and the other goes on.
    for _ in 0..<20 { #expect(steps.step().isEmpty) }
    #expect(steps.reads[1] == before)
    let others = steps.bank.counters(chip: 0)
    #expect(others.retries == 0 && others.faults == 0)
    steps.bench.powerCycle(chip: 1)
    steps.bench.plug(chip: 1)
    var events: [BankEvent] = []
    for _ in 0..<7 { events += steps.step() }
    guard case .recovered(let chip, let probes, let after)? = events.first, events.count == 1 else {
      Issue.record("\(events)")
      return
    }
    #expect(chip == 1 && probes > 2 && after > 100_000_000)
    steps.drives[1] = 3000
    _ = steps.step()
    #expect(abs(steps.bench.driveVolts(device: 1) - 3000.0 / 4096 * 2.5) < 0.01)
    #expect(steps.bank.counters(chip: 1).recoveries == 1)
    #expect(steps.bank.quarantinedCount == 0)
  }

  /// A DAC that was set up just before it went is not taken back by what is remembered of that.
  @Test func aDACComesBackWhenItIsBackAndNotBefore() throws {
    let chip = ChipDescription(name: "dac", kind: .mcp4725, address: 0x60, bus: 0, fullScaleVolts: 5)
    let board = BoardDescription(
      boardID: Array(repeating: 1, count: 16), name: "dac",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)], chips: [chip],
      drives: [DriveChannel(chip: 0, channel: 0, lowCode: 0, highCode: 4095, safeCode: 5)], responses: [], inputs: [],
      nodes: [], stepPeriod: 10_000_000, responseDelay: 0, policy: FaultPolicy(retries: 1, reprobe: 20_000_000))
    var steps = try Steps(
      board,
      BenchDescription(
        seed: 1, spread: 0, quantum: 1_000_000, busClocks: [400_000],
        chips: [BenchChip(kind: .mcp4725, address: 0x60, bus: 0)], devices: []))
    steps.bench.unplug(chip: 0)
    #expect(steps.step().count == 2)
    for _ in 0..<10 { #expect(steps.step().isEmpty) }
    steps.bench.plug(chip: 0)
    var events: [BankEvent] = []
    for _ in 0..<4 { events += steps.step() }
    guard case .recovered? = events.first, events.count == 1 else {
      Issue.record("\(events)")
      return
    }
  }

  /// The chips behind a multiplexer that is gone are left out once; those in front of it go on, and nothing is told twice.
  @Test func aMultiplexerThatIsGoneIsToldOfOnce() throws {
    let campaign = try CampaignBoard()
    var bank = ConverterBank(
      board: campaign.board,
      buses: [0, 1].map { FaultyI2CBus(campaign.bench.bus($0), .none()) }, lines: campaign.bench.lines)
    var clock = campaign.bench.clock
    var codes = campaign.board.drives.map { $0.safeCode } + [0]
    var reads = [UInt16](repeating: 0, count: 8)
    bank.configure(clock: &clock)
    campaign.bench.unplug(chip: Int(CampaignBoard.Chip.mux))
    var told: [Int] = []
    for _ in 0..<5 {
      let end = clock.now() + 40_000_000
      bank.write(&codes, clock: &clock, until: end)
      bank.read(into: &reads, clock: &clock, until: end)
      var count = 0
      while bank.takeEvent() != nil { count += 1 }
      told.append(count)
    }
    #expect(told[0] >= 3 && told[1...].allSatisfy { $0 == 0 })
    #expect(bank.quarantinedCount == 2)
    #expect(!bank.isLeftOut(chip: CampaignBoard.Chip.front))
  }

  /// A set-up of some 1.3 ms in slacks of a fraction of that: it is spread over steps, and none is late.
  @Test func aSetUpIsSpreadOverSlacksTooShortForIt() throws {
    let (board, simulated) = Self.pair(FaultPolicy(retries: 0, reprobe: 2_000_000), period: 1_000_000)
    var steps = try Steps(board, simulated)
    _ = steps.step()
    steps.bench.unplug(chip: 1)
    #expect(steps.step().count == 1)
    steps.bench.powerCycle(chip: 1)
    steps.bench.plug(chip: 1)
    var recovered = 0
    for step in 1...60 where recovered == 0 {
      for event in steps.step() {
        if case .recovered = event { recovered = step } else { Issue.record("\(event)") }
      }
      #expect(steps.clock.now() % 1_000_000 < 950_000, "the next step begins in time")
    }
    #expect(recovered > 2)
  }

  /// With no time for another try, none is made.
  @Test func noRetryIsBegunThatWouldEndLate() throws {
    let (board, simulated) = Self.pair(FaultPolicy(retries: 16, reprobe: 0), period: 700_000)
    var steps = try Steps(board, simulated)
    _ = steps.step()
    steps.bench.unplug(chip: 1)
    let events = steps.step()
    #expect(events.count >= 1 && events.count < 16)
    guard case .leftOut? = events.last else {
      Issue.record("\(events)")
      return
    }
    for _ in 0..<10 { #expect(steps.step().isEmpty) }
  }

  /// An AD5593R that drives and is not read says nothing of a reset; the look at it in the slack finds it.
  @Test func aSilentResetIsNoticed() throws {
    var (board, simulated) = Self.pair(FaultPolicy(retries: 2, reprobe: 30_000_000))
    board.responses.removeLast()
    simulated.devices.removeLast()
    simulated.devices.append(Self.follower((1, 0), (0, 5)))
    var steps = try Steps(board, simulated)
    _ = steps.step()
    steps.bench.powerCycle(chip: 1)
    var events: [BankEvent] = []
    for _ in 0..<10 { events += steps.step() }
    #expect(
      events.first == .leftOut(ConverterFault(chip: 1, cause: I2CError(.unexpectedData, address: 0x11))))
    guard case .recovered? = events.last else {
      Issue.record("\(events)")
      return
    }
    #expect(abs(steps.bench.driveVolts(device: 1) - 2000.0 / 4096 * 2.5) < 0.01)
  }

  @Test func monitorsAreReadInTheSlack() throws {
    var (board, simulated) = Self.pair(FaultPolicy())
    board.chips.append(ChipDescription(name: "t", kind: .tmp117, address: 0x48, bus: 0, fullScaleVolts: 0))
    board.chips.append(ChipDescription(name: "t2", kind: .tmp105, address: 0x49, bus: 0, fullScaleVolts: 0))
    simulated.chips.append(BenchChip(kind: .tmp117, address: 0x48, bus: 0))
    simulated.chips.append(BenchChip(kind: .tmp105, address: 0x49, bus: 0))
    board.monitors = [
      MonitorChannel(name: "bench", chip: 2, channel: 0, period: 200_000_000),
      MonitorChannel(name: "case", chip: 3, channel: 0, period: 400_000_000),
    ]
    var steps = try Steps(board, simulated)
    var readings: [UInt16: [Float]] = [:]
    for _ in 0..<200 {
      for event in steps.step() {
        guard case .reading(let monitor, _, let value) = event else {
          Issue.record("\(event)")
          continue
        }
        readings[monitor, default: []].append(value)
      }
    }
    #expect((8...10).contains(readings[0]?.count ?? 0))
    #expect((3...5).contains(readings[1]?.count ?? 0))
    let ambient = Float(steps.bench.ambientCelsius())
    for value in (readings[0] ?? []) + (readings[1] ?? []) { #expect(abs(value - ambient) < 3) }
  }

  @Test func aBusHeldLowIsFreedAndToldOf() throws {
    let (board, simulated) = Self.pair(FaultPolicy())
    let plan = FaultPlan(.dataStuck, first: 60, length: 5)
    var steps = try Steps(board, simulated, plan)
    var events: [BankEvent] = []
    for _ in 0..<20 { events += steps.step() }
    #expect(plan.hits == 1)
    #expect(events.contains(.cleared(bus: 0, freed: true)))
    #expect(steps.bank.quarantinedCount == 0)
  }
}
