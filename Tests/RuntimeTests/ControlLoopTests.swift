import CBoard
import PhysicalNetwork
import RunRecords
import Runtime
import Testing
import VirtualBench

@Suite struct ControlLoopTests {
  static let id = [UInt8](repeating: 1, count: 16)

  @Test func characterisingPlaysTheCodesAndLogsThem() throws {
    let fixture = try LoopFixture()
    let block = DriveBlock(settleSteps: 2, repeats: 2, steps: 2, codes: [500, 600, 700, 3000, 3100, 3200])
    let request = RunRequest(runID: Self.id, mode: .characterise, label: "", driveCount: 3, blocks: [block])
    var loop = fixture.loop(request)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let (samples, events) = try fixture.drain()
    let safe: [UInt16] = [2048, 2048, 2048]
    let expected = [
      safe, safe, [500, 600, 700], [3000, 3100, 3200], safe, safe, [500, 600, 700], [3000, 3100, 3200],
    ]
    #expect(samples.map { Array($0.codes[0..<3]) } == expected)
    #expect(samples.map(\.step) == Array(0..<8))
    #expect(samples.map(\.time) == (0..<8).map { 1_000_000_000 + UInt64($0) * 10_000_000 })
    #expect(
      events.map(\.1) == [.sequenceStart(sequence: 0, repetition: 0), .sequenceStart(sequence: 0, repetition: 1)])
    #expect(events.map(\.0) == [0, 4])
    #expect(loop.statistics.missedDeadlines == 0)
  }

  @Test func devicesAnswerToWhatTheyAreDrivenWith() throws {
    let fixture = try LoopFixture()
    let codes = [UInt16](repeating: 600, count: 60) + [UInt16](repeating: 3500, count: 60)
    let block = DriveBlock(settleSteps: 0, repeats: 1, steps: 40, codes: codes)
    let request = RunRequest(runID: Self.id, mode: .characterise, label: "", driveCount: 3, blocks: [block])
    var loop = fixture.loop(request)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let samples = try fixture.drain().samples
    for node in 0..<3 { #expect(samples[39].codes[3 + node] > samples[19].codes[3 + node] + 800) }
  }

  @Test func evaluatingFollowsTheNetworkAndLogsItsDecision() throws {
    let fixture = try LoopFixture()
    let network = fixture.network(inputs: 2, task: .classification, hold: 2)
    let request = RunRequest(
      runID: Self.id, mode: .evaluate, label: "", inputCount: 2,
      sequences: [InputSequence(values: [0.1, 0.2, -0.4, 0.3], frames: 2), InputSequence(values: [1, 1], frames: 1)])
    var loop = fixture.loop(request, network: network)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let (samples, events) = try fixture.drain()
    #expect(samples.count == 2 + 4 + 2 + 2)
    #expect(Array(samples[0].codes[0..<3]) == [3686, 3686, 3686])
    // Every drive and both decisions again, from the logged responses.
    let engine = NetworkEngine(network)
    var results: [RunEvent] = []
    var row = 0
    for (index, sequence) in request.sequences.enumerated() {
      row += 2
      engine.beginSequence()
      for step in 0..<sequence.frames * 2 {
        for node in 0..<3 {
          engine.responses[node] = fixture.board.responses[node].value(of: samples[row - 1].codes[3 + node])
        }
        sequence.values.withUnsafeBufferPointer { values in
          if let base = values.baseAddress { engine.drive(from: base + step / 2 * 2) }
        }
        for node in 0..<3 {
          #expect(samples[row].codes[node] == fixture.board.drives[node].code(of: engine.drives[node]))
          engine.responses[node] = fixture.board.responses[node].value(of: samples[row].codes[3 + node])
        }
        engine.observe(counted: true)
        row += 1
      }
      engine.averageOutputs()
      results.append(
        .result(
          sequence: UInt32(index), frame: UInt32(sequence.frames - 1), outputs: [engine.outputs[0], engine.outputs[1]]))
    }
    let logged = events.map(\.1).filter { if case .result = $0 { true } else { false } }
    #expect(logged == results)
  }

  @Test func regressionLogsEveryFrame() throws {
    let fixture = try LoopFixture()
    let request = RunRequest(
      runID: Self.id, mode: .evaluate, label: "", inputCount: 1,
      sequences: [InputSequence(values: [0.1, 0.2, 0.3, 0.4], frames: 4)])
    var loop = fixture.loop(request, network: fixture.network(inputs: 1, task: .regression, hold: 3))
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 0) == .completed)
    let results = try fixture.drain().events.filter { if case .result = $0.1 { true } else { false } }
    #expect(results.map(\.0) == [4, 7, 10, 13])
  }

  @Test func liveRunsReadTheirInputsFromTheBoard() throws {
    let fixture = try LoopFixture()
    let request = RunRequest(runID: Self.id, mode: .live, label: "", maximumSteps: 50)
    var loop = fixture.loop(request, network: fixture.network(inputs: 1, task: .classification, hold: 5))
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let (samples, events) = try fixture.drain()
    #expect(samples.count == 50)
    let results = events.filter { if case .result = $0.1 { true } else { false } }
    #expect(results.map(\.0) == stride(from: UInt64(4), to: 50, by: 5).map { $0 })
    // The drive follows the input that was read a step before.
    let engine = NetworkEngine(fixture.network(inputs: 1, task: .classification, hold: 5))
    for row in 1..<50 {
      for node in 0..<3 {
        engine.responses[node] = fixture.board.responses[node].value(of: samples[row - 1].codes[3 + node])
      }
      let input = [fixture.board.inputs[0].value(of: samples[row - 1].codes[6])]
      input.withUnsafeBufferPointer { if let base = $0.baseAddress { engine.drive(from: base) } }
      #expect(samples[row].codes[0] == fixture.board.drives[0].code(of: engine.drives[0]))
    }
  }

  @Test func lateStepsAreCountedAndToldNeverSilent() throws {
    // Three DACs, four ADCs and the delay take longer than this period.
    let fixture = try LoopFixture(stepPeriod: 1_100_000)
    let block = DriveBlock(settleSteps: 0, repeats: 1, steps: 20, codes: [UInt16](repeating: 2048, count: 60))
    let request = RunRequest(runID: Self.id, mode: .characterise, label: "", driveCount: 3, blocks: [block])
    var loop = fixture.loop(request)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: (fixture.bench.clock.now() / 1_100_000 + 1) * 1_100_000) == .completed)
    let events = try fixture.drain().events
    let missed = events.filter { if case .missedDeadline = $0.1 { true } else { false } }
    #expect(loop.statistics.missedDeadlines == 20)
    #expect(missed.count == 20)
    #expect(missed.map(\.0) == Array(0..<20))
  }

  @Test func anAbsentChipIsLeftOutAndTheOthersGoOn() throws {
    let fixture = try LoopFixture(absentChip: true)
    let block = DriveBlock(settleSteps: 0, repeats: 1, steps: 5, codes: [UInt16](repeating: 1000, count: 20))
    let request = RunRequest(runID: Self.id, mode: .characterise, label: "", driveCount: 4, blocks: [block])
    var loop = fixture.loop(request)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let (samples, events) = try fixture.drain()
    let faults = events.filter { if case .chipFault = $0.1 { true } else { false } }
    #expect(faults.map(\.1) == [.chipFault(chip: 1, address: 0x11, kind: 1, errno: 0)])
    #expect(samples.count == 5)
    #expect(samples[4].codes[4] > 0)
  }

  @Test func aChipUnpluggedInTheRunIsLeftOutFromThere() throws {
    let fixture = try LoopFixture()
    let block = DriveBlock(settleSteps: 0, repeats: 1, steps: 5, codes: [UInt16](repeating: 1000, count: 15))
    let request = RunRequest(runID: Self.id, mode: .characterise, label: "", driveCount: 3, blocks: [block])
    var loop = fixture.loop(request)
    defer { loop.free() }
    loop.prepare()
    fixture.bench.unplug(chip: 0)
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let events = try fixture.drain().events
    #expect(events.contains { $0.1 == .chipFault(chip: 0, address: 0x10, kind: 1, errno: 0) })
  }

  @Test func aChipThatComesBackForItsSafeValuesWasLeftOutAllTheSame() throws {
    let fixture = try LoopFixture()
    var bank = ConverterBank(board: fixture.board, buses: [fixture.bench.bus(0)])
    bank.configure()
    #expect(bank.quarantinedCount == 0)
    fixture.bench.unplug(chip: 0)
    let codes: [UInt16] = [1000, 1000, 1000]
    codes.withUnsafeBufferPointer { if let base = $0.baseAddress { bank.write(base) } }
    #expect(bank.quarantinedCount == 1)
    #expect(bank.writeSafe(fixture.board) == 1)
    fixture.bench.plug(chip: 0)
    #expect(bank.writeSafe(fixture.board) == 0)
    #expect(bank.quarantinedCount == 1)
  }

  @Test func aStopEndsTheRunBetweenSteps() throws {
    let fixture = try LoopFixture()
    let request = RunRequest(runID: Self.id, mode: .live, label: "")
    var loop = fixture.loop(request, network: fixture.network(inputs: 1, task: .classification))
    defer { loop.free() }
    loop.prepare()
    cboard_store_release_u32(fixture.words, 1)
    #expect(loop.run(from: 1_000_000_000) == .stopped)
    #expect(try fixture.drain().samples.isEmpty)
  }

  @Test func aFullRingDropsCountsAndSaysWhere() throws {
    let fixture = try LoopFixture()
    let steps = 200_000
    let block = DriveBlock(
      settleSteps: UInt32(steps), repeats: 1, steps: 1, codes: [1000, 1000, 1000])
    let request = RunRequest(runID: Self.id, mode: .characterise, label: "", driveCount: 3, blocks: [block])
    var loop = fixture.loop(request)
    defer { loop.free() }
    loop.prepare()
    #expect(loop.run(from: 1_000_000_000) == .completed)
    let kept = try fixture.drain().samples
    #expect(loop.statistics.droppedSamples == UInt64(steps + 1 - kept.count))
    #expect(loop.statistics.droppedSamples > 0)
    #expect(kept.map(\.step) == Array(0..<UInt64(kept.count)))
  }
}
