import HardwareInterface
import PhysicalNetwork
import RunRecords
import Runtime
import Testing
import VirtualBench
import WireFormat
import loopbench

/// What a network sees of a node whose chip is off the bus for a while, and what its drive does.
@Suite struct LeftOutNodeTests {
  private struct Run {
    /// [step][channel]
    var codes: [[UInt16]] = []
    var outputs: [Float] = []
    var out = Int.max
    var back = Int.max
    var marks = 0
  }

  /// The read-out is the response of the node behind the multiplexer, and nothing else.
  private func run(_ value: LeftOutValue, stepLine: Bool = false) throws -> Run {
    let campaign = try CampaignBoard()
    var board = campaign.board
    board.policy.leftOutValue = value
    let network = NetworkDescription(
      task: .regression, hold: 1, settleSteps: 0, settleDrive: 0, inputOffset: [0], inputScale: [1],
      inputWeights: [Float](repeating: 0.7, count: 7), recurrentWeights: [Float](repeating: 0, count: 49),
      bias: [Float](repeating: 0, count: 7), readoutWeights: [0, 0, 1, 0, 0, 0, 0], readoutBias: [0], labels: [])
    let frames = 30
    let request = RunRequest(
      runID: [UInt8](repeating: 1, count: 16), mode: .evaluate, label: "", inputCount: 1,
      sequences: [InputSequence(values: (0..<frames).map { Float($0 % 5) * 0.3 - 0.5 }, frames: frames)])
    // The chip's first transaction from the tenth step or so on, then as many as leave it out and let some probes fail.
    let plan = FaultPlan(.unplugged, first: try Self.place(), length: 9)
    let words = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    words.initializeMemory(as: UInt32.self, repeating: 0, count: 16)
    defer { words.deallocate() }
    let ring = SampleRing(capacityLog2: 16)
    var loop = ControlLoop(
      board: board, network: network, request: request,
      bank: ConverterBank(
        board: board, buses: [FaultyI2CBus(campaign.bench.bus(0), plan), FaultyI2CBus(campaign.bench.bus(1), .none())],
        lines: campaign.bench.lines), clock: campaign.bench.clock, ring: ring,
      signals: .init(stop: words, journalFailed: words + 4), waitsForJournal: false)
    defer { loop.free() }
    loop.prepare()
    let period = board.stepPeriod
    #expect(loop.run(from: (campaign.bench.clock.now() / period + 1) * period) == .completed)
    var run = Run()
    while let record = ring.next() {
      var reader = ByteReader(Array(record.payload))
      if record.kind == 1 {
        _ = try reader.takeBytes(16)
        run.codes.append(try (0..<14).map { _ in try reader.take(UInt16.self) })
      } else {
        let (step, event) = try RunEvent.decode(&reader)
        switch event {
        case .result(_, _, let outputs): run.outputs.append(outputs[0])
        case .chipFault(let chip, _, _, _):
          #expect(chip == CampaignBoard.Chip.behind)
          run.out = Int(step)
        case .chipRecovered(let chip, _, _):
          #expect(chip == CampaignBoard.Chip.behind)
          run.back = Int(step)
        default: break
        }
      }
      ring.release()
    }
    return run
  }

  /// Where the chip behind the multiplexer is spoken to in the middle of a run.
  private static func place() throws -> Int {
    let marks = try Campaign.marks(chipOut: false)
    let step = (marks.run - marks.setUp) / Campaign.steps
    for first in marks.setUp + 8 * step..<marks.setUp + 10 * step {
      let result = try Campaign.run(
        CampaignCase(kind: .addressRefused, first: first, length: .max), marks: marks)
      if result.struck == 0x10 { return first }
    }
    Issue.record("the chip is not spoken to")
    return 0
  }

  @Test(arguments: [LeftOutValue.last, .neutral])
  func theNetworkGoesOnWithoutTheNode(_ value: LeftOutValue) throws {
    let run = try run(value)
    #expect(run.codes.count == 30 && run.outputs.count == 30)
    #expect(run.out > 3 && run.out < 20 && run.back > run.out + 2 && run.back < 28)
    let safe = try CampaignBoard().board.drives[2].safeCode
    for step in 0..<30 {
      let isOut = step > run.out && step <= run.back
      // Its drive is at its safe code while it is out; the others follow the network all the time.
      #expect((run.codes[step][2] == safe) == isOut, "step \(step)")
      #expect(run.codes[step][0] == run.codes[step][4])
      if isOut, step < run.back { #expect(run.outputs[step] == (value == .neutral ? 0 : run.outputs[run.out])) }
    }
    #expect(Set(run.outputs[..<run.out]).count > 3)
    #expect(Set(run.outputs[(run.back + 1)...]).count > 1)
  }

  @Test func theStepLineIsHighInEveryStep() throws {
    let fixture = try LoopFixture(stepLine: true)
    let block = DriveBlock(settleSteps: 0, repeats: 1, steps: 12, codes: [UInt16](repeating: 2048, count: 36))
    let request = RunRequest(
      runID: ControlLoopTests.id, mode: .characterise, label: "", driveCount: 3, blocks: [block])
    var loop = ControlLoop(
      board: fixture.board, network: nil, request: request,
      bank: ConverterBank(board: fixture.board, buses: [fixture.bench.bus(0)], lines: fixture.bench.lines),
      clock: fixture.bench.clock, ring: fixture.ring,
      signals: .init(stop: fixture.words, journalFailed: fixture.words + 4), waitsForJournal: false)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let line = try #require(fixture.bench.line(0))
    #expect(line.edges == 24)
    #expect(!line.level)
  }
}
