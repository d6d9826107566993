import CBoard
import HardwareInterface
import PhysicalNetwork
import RunRecords
import Runtime
import VirtualBench

/// Two AD5593R with four drives and four responses each on one bus at 400 kHz, by the wall's clock, with a network.
public enum WireBench {
  static func board() -> BoardDescription {
    var chips: [ChipDescription] = []
    for index in UInt8(0)..<2 {
      chips.append(
        ChipDescription(name: "afe\(index)", kind: .ad5593r, address: 0x10 + index, bus: 0, fullScaleVolts: 2.5))
    }
    var drives: [DriveChannel] = []
    var responses: [ReadChannel] = []
    var nodes: [NodeDescription] = []
    for node in UInt16(0)..<8 {
      let (chip, channel) = (UInt8(node / 4), UInt8(node % 4))
      drives.append(DriveChannel(chip: chip, channel: channel, lowCode: 410, highCode: 3686, safeCode: 2048))
      responses.append(ReadChannel(chip: chip, channel: channel + 4, signed: false, lowCode: 410, highCode: 3686))
      nodes.append(NodeDescription(name: "n\(node)", device: "leaky", firstDrive: node, firstResponse: node))
    }
    return BoardDescription(
      boardID: Array(repeating: 9, count: 16), name: "wire",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)], chips: chips, drives: drives,
      responses: responses, inputs: [], nodes: nodes, stepPeriod: 2_000_000, responseDelay: 0)
  }

  static func bench() -> BenchDescription {
    var devices: [BenchDevice] = []
    for node in UInt8(0)..<8 {
      let drive = BenchWire(chip: node / 4, channel: node % 4, voltsAtZero: 1.25, voltsPerUnit: 0.5)
      let response = BenchWire(chip: node / 4, channel: node % 4 + 4, voltsAtZero: 1.25, voltsPerUnit: 0.5)
      devices.append(
        BenchDevice(
          kind: .leakyIntegrator, drive: drive, response: response, timePerSecond: 30,
          parameters: BenchDeviceKind.leakyIntegrator.parameterDefaults))
    }
    return BenchDescription(
      seed: 5, spread: 0.1, quantum: 1_000_000, busClocks: [400_000],
      chips: [BenchChip(kind: .ad5593r, address: 0x10, bus: 0), BenchChip(kind: .ad5593r, address: 0x11, bus: 0)],
      devices: devices)
  }

  static func network(_ nodes: Int) -> NetworkDescription {
    NetworkDescription(
      task: .regression, hold: 1, settleSteps: 0, settleDrive: 0, inputOffset: [0], inputScale: [1],
      inputWeights: (0..<nodes).map { 0.1 * Float($0) },
      recurrentWeights: [Float](repeating: 0.03, count: nodes * nodes), bias: [Float](repeating: -0.1, count: nodes),
      readoutWeights: [Float](repeating: 0.2, count: nodes), readoutBias: [0.5], labels: [])
  }

  /// Prints one JSON object: medians over the steps, and means where said so.
  static func run(steps: Int) throws {
    let board = board()
    let bench = try VirtualBench(
      bench(), realClock: { cboard_monotonic_ns() }, sleeper: { _ = cboard_sleep_until($0) })
    let meter = SpinMeter()
    let bus = SpinBus(bench.bus(0), hertz: 400_000, meter: meter)
    let words = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    words.initializeMemory(as: UInt32.self, repeating: 0, count: 16)
    _ = cboard_timer_slack(1)
    _ = cboard_lock_memory()
    _ = cboard_realtime_priority(50)
    var (busy, share, between): ([UInt64], [Double], [UInt64]) = ([], [], [])
    var ideal: UInt64 = 0
    var calls = 0.0
    // Short runs, so that each gives a figure of its own: the machine's other users show in some of them only.
    let batch = 50
    for _ in 0..<max(steps / batch, 1) {
      let request = RunRequest(
        runID: [UInt8](repeating: 1, count: 16), mode: .evaluate, label: "", inputCount: 1,
        sequences: [InputSequence(values: (0..<batch).map { Float($0 % 7) * 0.2 }, frames: batch)])
      var loop = ControlLoop(
        board: board, network: network(8), request: request, bank: ConverterBank(board: board, buses: [bus]),
        clock: bench.clock, ring: SampleRing(capacityLog2: 18),
        signals: .init(stop: words, journalFailed: words + 4), waitsForJournal: false)
      loop.prepare()
      ideal = loop.bank.wireTime(bus: 0)
      let (wire, overrun, before) = (meter.wire, meter.overrun, meter.calls)
      guard loop.run(from: (bench.clock.now() / board.stepPeriod + 1) * board.stepPeriod) == .completed else {
        throw BenchFault()
      }
      let spent = meter.wire - wire
      let held = meter.overrun - overrun
      busy.append(loop.statistics.busyTime / UInt64(batch))
      share.append(Double(ideal) * Double(batch) / Double(loop.statistics.busyTime))
      between.append((loop.statistics.busyTime - min(spent + held, loop.statistics.busyTime)) / UInt64(batch))
      calls = Double(meter.calls - before) / Double(batch)
      _ = loop.finish()
      loop.free()
    }
    busy.sort()
    share.sort()
    between.sort()
    print(
      """
      {"ideal_ns": \(ideal), "busy_ns": \(busy[busy.count / 2]), "wire_share": \(share[share.count / 2]), \
      "between_ns": \(between[between.count / 2]), "between_worst_ns": \(between[between.count - 1]), \
      "calls_a_step": \(calls), "steps": \(busy.count * batch)}
      """)
  }

  struct BenchFault: Error {}
}
