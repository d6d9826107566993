import HardwareInterface
import PhysicalNetwork
import RunRecords
import Runtime
import Testing
import TwinModel
import TwinMonitor
import VirtualBench

/// A wall clock that moves by sleeping alone, and what it oversleeps by now and then: C functions cannot capture.
private nonisolated(unsafe) var wall: UInt64 = 0
private nonisolated(unsafe) var sleeps: UInt64 = 0
private nonisolated(unsafe) var oversleeping: UInt64 = 0

private func sleepOnTheWall(until deadline: UInt64) {
  sleeps += 1
  wall = max(wall, deadline)
  // Two sleeps a step: all steps are met in turn.
  if sleeps % 17 == 0 { wall += oversleeping }
}

/// Twins beside the devices of a virtual bench, in the loop.
@Suite(.serialized) struct ResidualWatchTests {
  private static let id = [UInt8](repeating: 1, count: 16)
  private static let steps = 900

  /// Random codes for every node, `span` of them around the middle.
  private func driving(_ nodes: Int, seed: UInt64, span: UInt64 = 3270) -> RunRequest {
    var state = seed
    let codes = (0..<nodes * Self.steps).map { _ -> UInt16 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt16(2045 - span / 2 + (state >> 33) % span)
    }
    let block = DriveBlock(settleSteps: 0, repeats: 1, steps: UInt32(Self.steps), codes: codes)
    return RunRequest(
      runID: Self.id, mode: .characterise, label: "", driveCount: UInt16(nodes), blocks: [block])
  }

  private func play(
    _ fixture: LoopFixture, _ request: RunRequest, network: NetworkDescription? = nil, watch: ResidualWatch? = nil
  ) throws -> (samples: [(step: UInt64, time: UInt64, codes: [UInt16])], events: [(UInt64, RunEvent)]) {
    var loop = ControlLoop(
      board: fixture.board, network: network, request: request,
      bank: ConverterBank(board: fixture.board, buses: [fixture.bench.bus(0)]), clock: fixture.bench.clock,
      ring: fixture.ring, signals: .init(stop: fixture.words, journalFailed: fixture.words + 4), watch: watch,
      waitsForJournal: false)
    defer { loop.free() }
    loop.prepare()
    let period = fixture.board.stepPeriod
    #expect(loop.run(from: (fixture.bench.clock.now() / period + 1) * period) == .completed)
    return try fixture.drain()
  }

  /// Linear twins by least squares, dx = a s(t) + ... + b x + c, with the noise that is left.
  private func twins(_ fixture: LoopFixture, taps: Int = 1, span: UInt64 = 3270) throws -> [TwinParameters] {
    let samples = try play(fixture, driving(3, seed: 5, span: span)).samples
    let size = taps + 2
    return try (0..<3).map { node in
      var normal = [[Double]](repeating: [Double](repeating: 0, count: size + 1), count: size)
      var rows: [([Double], Double)] = []
      for step in taps..<samples.count {
        func x(_ step: Int) -> Double {
          Double(fixture.board.responses[node].value(of: samples[step].codes[3 + node]))
        }
        let drives = (0..<taps).map { Double(fixture.board.drives[node].drive(of: samples[step - $0].codes[node])) }
        rows.append((drives + [x(step - 1), 1], x(step) - x(step - 1)))
      }
      for (inputs, target) in rows {
        for i in 0..<size {
          for j in 0..<size { normal[i][j] += inputs[i] * inputs[j] }
          normal[i][size] += inputs[i] * target
        }
      }
      for i in 0..<size {
        for k in 0..<size where k != i {
          let factor = normal[k][i] / normal[i][i]
          for j in 0...size { normal[k][j] -= factor * normal[i][j] }
        }
      }
      let w = (0..<size).map { Float(normal[$0][size] / normal[$0][$0]) }
      let left = rows.reduce(0.0) { sum, row in
        let error = row.1 - (0..<size).reduce(0.0) { $0 + Double(w[$1]) * row.0[$1] }
        return sum + error * error
      }
      return try twin(w, noise: Float((left / Double(rows.count)).squareRoot()))
    }
  }

  private func twin(_ weights: [Float], noise: Float) throws -> TwinParameters {
    let taps = weights.count - 2
    let drift = try #require(Perceptron(inputs: taps + 1, widths: [], outputs: 1, weights: weights))
    let diffusion = try #require(Perceptron(constant: [0]))
    return try TwinParameters(
      solver: .eulerMaruyama, driveTaps: taps, responseTaps: 1, driveOffset: [0], driveScale: [1], responseOffset: [0],
      responseScale: [1], responseLow: [-1], responseHigh: [1], drift: drift, driftScale: [1], noiseShape: .diagonal,
      noiseSources: 1, noisyRows: [0], diffusion: diffusion, diffusionScale: [noise / 0.693147])
  }

  private func plan(_ twins: [TwinParameters], action: ResidualAction) throws -> ResidualPlan {
    try ResidualPlan(
      settings: ResidualSettings(threshold: 8, window: 128, action: action),
      nodes: twins.enumerated().map { ResidualPlan.Node(node: $0.offset, twin: $0.element) })
  }

  /// The twin with far too large a gain.
  private func wrong(_ right: TwinParameters) throws -> TwinParameters {
    var weights = right.drift.weights
    weights[0] += 1
    return try right.with(drift: Perceptron(inputs: right.drift.inputs, widths: [], outputs: 1, weights: weights))
  }

  private func residuals(_ events: [(UInt64, RunEvent)]) -> [(step: UInt64, event: ResidualEvent)] {
    events.compactMap { step, event in
      guard case .residual(let residual) = event else { return nil }
      return (step, residual)
    }
  }

  @Test func rightTwinsAreSilentAndAWrongOneIsNamed() throws {
    let fixture = try LoopFixture()
    var right = try twins(fixture)
    let plain = try play(try LoopFixture(), driving(3, seed: 6))
    let watched = try play(
      try LoopFixture(), driving(3, seed: 6),
      watch: ResidualWatch(try plan(right, action: .flag), board: fixture.board, mode: .characterise))
    #expect(residuals(watched.events).isEmpty)
    // Watching changes nothing else.
    #expect(watched.samples.map(\.codes) == plain.samples.map(\.codes))
    #expect(watched.events.map(\.1) == plain.events.map(\.1))
    right[1] = try wrong(right[1])
    for action in ResidualAction.allCases {
      let again = try play(
        try LoopFixture(), driving(3, seed: 6),
        watch: ResidualWatch(try plan(right, action: action), board: fixture.board, mode: .characterise))
      let found = residuals(again.events)
      // A characterising run leaves nothing out, whatever the action.
      #expect(found.map(\.event.change) == [1] && found.allSatisfy { $0.event.node == 1 })
      #expect(found.first?.step == 128, "the first full window after one step of warming up")
      #expect(again.samples.map(\.codes) == plain.samples.map(\.codes))
      let same = try play(
        try LoopFixture(), driving(3, seed: 6),
        watch: ResidualWatch(try plan(right, action: action), board: fixture.board, mode: .characterise))
      #expect(same.events.map(\.1) == again.events.map(\.1), "the same run tells the same")
    }
  }

  @Test func aNodeThatIsLeftOutIsDrivenSafelyAndKeepsItsResponse() throws {
    let fixture = try LoopFixture()
    // The others are driven otherwise here than when their linear twins were made, so they are not watched.
    let wrong = try wrong(try twins(fixture)[1])
    let plan = try ResidualPlan(
      settings: ResidualSettings(threshold: 8, window: 128, action: .quarantine),
      nodes: [ResidualPlan.Node(node: 1, twin: wrong)])
    let network = fixture.network(inputs: 1, task: .regression)
    let values = (0..<500).map { Float(($0 * 37) % 101) / 50 - 1 }
    let request = RunRequest(
      runID: Self.id, mode: .evaluate, label: "", inputCount: 1,
      sequences: [InputSequence(values: values, frames: values.count)])
    let watch = ResidualWatch(plan, board: fixture.board, mode: .evaluate)
    let run = try play(fixture, request, network: network, watch: watch)
    let found = residuals(run.events)
    #expect(found.map(\.event.change) == [3] && found.first?.event.node == 1 && watch.leftOutCount == 1)
    let from = Int(try #require(found.first).step)
    #expect(run.samples.count == 502 && from < 300)
    // Everything again from the log: the drives, with the node's last response kept.
    let engine = NetworkEngine(network)
    for row in 2..<run.samples.count {
      for node in 0..<3 where node != 1 || row - 1 <= from {
        engine.responses[node] = fixture.board.responses[node].value(of: run.samples[row - 1].codes[3 + node])
      }
      values.withUnsafeBufferPointer { if let base = $0.baseAddress { engine.drive(from: base + row - 2) } }
      for node in 0..<3 {
        let drive = fixture.board.drives[node]
        let code = node == 1 && row > from ? drive.safeCode : drive.code(of: engine.drives[node])
        #expect(run.samples[row].codes[node] == code, "step \(row), node \(node)")
      }
    }
  }

  @Test func aChipThatIsGoneIsNotTheNodesFault() throws {
    let fixture = try LoopFixture()
    let set = try twins(fixture)
    let watch = ResidualWatch(try plan(set, action: .quarantine), board: fixture.board, mode: .characterise)
    fixture.bench.unplug(chip: 0)
    let run = try play(fixture, driving(3, seed: 7), watch: watch)
    #expect(residuals(run.events).isEmpty && watch.leftOutCount == 0)
    #expect(run.events.contains { if case .chipFault = $0.1 { true } else { false } })
  }

  /// A step that begins late or is held up gives its devices another time than their twins know; nothing is missed.
  @Test func lateStepsAreNotTheDevicesFault() throws {
    // So little drive that the devices are all but linear, and two drives to a step, as the reading is early in it.
    let span: UInt64 = 600
    let right = try twins(try LoopFixture(quiet: true), taps: 2, span: span)
    var mixed = right
    mixed[1] = try wrong(right[1])
    func found(_ late: UInt64, _ twins: [TwinParameters]) throws -> [(step: UInt64, event: ResidualEvent)] {
      (wall, sleeps, oversleeping) = (1_000_000_000, 0, late)
      let fixture = try LoopFixture(quiet: true, realClock: { wall }, sleeper: { sleepOnTheWall(until: $0) })
      #expect(fixture.bench.clock.now() == 0)
      let run = try play(
        fixture, driving(3, seed: 8, span: span),
        watch: ResidualWatch(try plan(twins, action: .flag), board: fixture.board, mode: .characterise))
      let missed = run.events.filter { if case .missedDeadline = $0.1 { true } else { false } }
      #expect(missed.isEmpty && run.samples.count == Self.steps)
      return residuals(run.events)
    }
    for late: UInt64 in [0, 300_000, 3_000_000, 6_000_000] {
      let quiet = try found(late, right)
      #expect(quiet.isEmpty, "late by \(late) ns: \(quiet)")
      let flagged = try found(late, mixed)
      #expect(flagged.first?.event.node == 1, "late by \(late) ns: still watched")
    }
  }

  @Test func twinsOfAnotherBoardAreTold() throws {
    let board = try LoopFixture().board
    let scalar = try twin([0.1, -0.1, 0], noise: 0.01)
    #expect(ResidualWatch.fits(try plan([scalar, scalar, scalar], action: .flag), board))
    #expect(!ResidualWatch.fits(try plan([scalar, scalar, scalar, scalar], action: .flag), board))
    let drift = try #require(Perceptron(inputs: 3, widths: [], outputs: 1, weights: [0, 0, 0, 0]))
    let two = try TwinParameters(
      solver: .eulerMaruyama, driveTaps: 1, responseTaps: 1, driveOffset: [0, 0], driveScale: [1, 1],
      responseOffset: [0], responseScale: [1], responseLow: [-1], responseHigh: [1], drift: drift, driftScale: [1])
    #expect(!ResidualWatch.fits(try plan([two], action: .flag), board))
  }
}
