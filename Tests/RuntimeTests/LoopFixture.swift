import CBoard
import HardwareInterface
import PhysicalNetwork
import RunRecords
import Runtime
import VirtualBench
import WireFormat

/// A virtual bench of one AD5593R behind nothing, with as many leaky integrators as asked for (up to 3), and one more that
/// nobody drives, read as a live input.
struct LoopFixture {
  let bench: VirtualBench
  let board: BoardDescription
  let ring = SampleRing(capacityLog2: 22)
  let words: UnsafeMutableRawPointer

  /// - Parameters:
  ///   - quiet: no noise but the reading's.
  ///   - realClock, sleeper: in place of virtual time.
  init(
    nodes: Int = 3, stepPeriod: UInt64 = 10_000_000, absentChip: Bool = false, quiet: Bool = false,
    stepLine: Bool = false,
    realClock: (@convention(c) () -> UInt64)? = nil, sleeper: (@convention(c) (UInt64) -> Void)? = nil
  ) throws {
    var devices: [BenchDevice] = []
    for node in 0...nodes {
      devices.append(
        BenchDevice(
          kind: .leakyIntegrator,
          drive: BenchWire(chip: 0, channel: UInt8(node), voltsAtZero: 1.25, voltsPerUnit: 0.5),
          response: BenchWire(
            chip: 0, channel: UInt8(node + 4), voltsAtZero: 1.25, voltsPerUnit: 0.8, noiseVolts: 0.001),
          timePerSecond: 30,
          parameters: quiet ? [1, 0, 0, 0.2, 0.8] : BenchDeviceKind.leakyIntegrator.parameterDefaults))
    }
    bench = try VirtualBench(
      BenchDescription(
        seed: 4, spread: 0.15, quantum: 2_500_000, busClocks: [400_000],
        chips: [BenchChip(kind: .ad5593r, address: 0x10, bus: 0)], devices: devices,
        lines: stepLine ? [BenchLine(kind: .output)] : []),
      realClock: realClock, sleeper: sleeper)
    var chips = [ChipDescription(name: "afe", kind: .ad5593r, address: 0x10, bus: 0, fullScaleVolts: 2.5)]
    var drives = (0..<nodes).map {
      DriveChannel(chip: 0, channel: UInt8($0), lowCode: 410, highCode: 3686, safeCode: 2048)
    }
    var responses = (0..<nodes).map {
      ReadChannel(chip: 0, channel: UInt8($0 + 4), signed: false, lowCode: 410, highCode: 3686)
    }
    var described = (0..<nodes).map {
      NodeDescription(name: "n\($0)", device: "leaky", firstDrive: UInt16($0), firstResponse: UInt16($0))
    }
    if absentChip {
      chips.append(ChipDescription(name: "gone", kind: .ad5593r, address: 0x11, bus: 0, fullScaleVolts: 2.5))
      drives.append(DriveChannel(chip: 1, channel: 0, lowCode: 0, highCode: 4095, safeCode: 7))
      responses.append(ReadChannel(chip: 1, channel: 4, signed: false, lowCode: 0, highCode: 4095))
      described.append(
        NodeDescription(name: "gone", device: "none", firstDrive: UInt16(nodes), firstResponse: UInt16(nodes)))
    }
    var board = BoardDescription(
      boardID: Array(repeating: 9, count: 16), name: "fixture",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)], chips: chips, drives: drives,
      responses: responses,
      inputs: [ReadChannel(chip: 0, channel: UInt8(nodes + 4), signed: false, lowCode: 410, highCode: 3686)],
      nodes: described, stepPeriod: stepPeriod, responseDelay: 1_000_000)
    if stepLine {
      board.lines = [LineDescription(name: "step", direction: .output)]
      board.placement.stepLine = 0
    }
    self.board = board
    words = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    words.initializeMemory(as: UInt32.self, repeating: 0, count: 16)
  }

  /// A loop over this bench; free it after use.
  func loop(_ request: RunRequest, network: NetworkDescription? = nil) -> ControlLoop<
    VirtualI2CBus, NoLines, VirtualClock
  > {
    ControlLoop(
      board: board, network: network, request: request,
      bank: ConverterBank(board: board, buses: [bench.bus(0)]), clock: bench.clock, ring: ring,
      signals: .init(stop: words, journalFailed: words + 4), waitsForJournal: false)
  }

  /// A network over all nodes with distinct weights.
  func network(inputs: Int, task: NetworkTask, hold: UInt16 = 1) -> NetworkDescription {
    let nodes = board.nodes.count
    return NetworkDescription(
      task: task, hold: hold, settleSteps: 2, settleDrive: 1, inputOffset: [Float](repeating: 0, count: inputs),
      inputScale: [Float](repeating: 1, count: inputs),
      inputWeights: (0..<nodes * inputs).map { 0.3 + 0.1 * Float($0) },
      recurrentWeights: [Float](repeating: 0.05, count: nodes * nodes), bias: [Float](repeating: -0.1, count: nodes),
      readoutWeights: (0..<2 * nodes).map { Float($0) - 2 }, readoutBias: [0.5, -0.5],
      labels: task == .classification ? ["a", "b"] : [])
  }

  /// Everything the loop has put into the ring: samples as (step, time, codes), and events.
  func drain() throws -> (samples: [(step: UInt64, time: UInt64, codes: [UInt16])], events: [(UInt64, RunEvent)]) {
    var samples: [(step: UInt64, time: UInt64, codes: [UInt16])] = []
    var events: [(UInt64, RunEvent)] = []
    let channels = board.drives.count + board.responses.count + board.inputs.count
    while let record = ring.next() {
      var reader = ByteReader(Array(record.payload))
      if record.kind == 1 {
        let step = try reader.take(UInt64.self)
        let time = try reader.take(UInt64.self)
        samples.append((step, time, try (0..<channels).map { _ in try reader.take(UInt16.self) }))
      } else {
        let (step, event) = try RunEvent.decode(&reader)
        if let event { events.append((step, event)) }
      }
      ring.release()
    }
    return (samples, events)
  }
}
