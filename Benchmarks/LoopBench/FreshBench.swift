import HardwareInterface
import PhysicalNetwork
import VirtualBench

/// An ADS1115 at 860 conversions a second, converting all the time and waking the loop by its ready line: whether every
/// reading is a conversion that began after the drives were written, and none is read twice.
public enum FreshBench {
  public struct Result: Sendable {
    public var fresh: UInt64 = 0
    public var repeated: UInt64 = 0
    /// Conversions that were read and had begun before the step's drives were written.
    public var early = 0
    public var events = 0
  }

  public static func board(line: Bool, continuous: Bool) -> BoardDescription {
    BoardDescription(
      boardID: Array(repeating: 9, count: 16), name: "fresh",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)],
      chips: [
        ChipDescription(name: "dac", kind: .mcp4725, address: 0x60, bus: 0, fullScaleVolts: 5),
        ChipDescription(
          name: "adc", kind: .ads1115, address: 0x48, bus: 0, fullScaleVolts: 6.144, samplesPerSecond: 860,
          readyLine: line ? 0 : BusDescription.noLine, conversion: continuous ? .continuous : .singleShot),
      ], drives: [DriveChannel(chip: 0, channel: 0, lowCode: 0, highCode: 4095, safeCode: 0)],
      responses: [ReadChannel(chip: 1, channel: 2, signed: true, lowCode: 0, highCode: 32000)], inputs: [],
      nodes: [NodeDescription(name: "n", device: "leaky", firstDrive: 0, firstResponse: 0)], stepPeriod: 5_000_000,
      responseDelay: 100_000, lines: line ? [LineDescription(name: "ready", direction: .input, edges: .falling)] : [])
  }

  public static func bench() -> BenchDescription {
    BenchDescription(
      seed: 3, spread: 0.15, quantum: 100_000, busClocks: [400_000],
      chips: [BenchChip(kind: .mcp4725, address: 0x60, bus: 0), BenchChip(kind: .ads1115, address: 0x48, bus: 0)],
      devices: [
        // Follows its drive within tens of microseconds: a conversion tells when it was made.
        BenchDevice(
          kind: .leakyIntegrator, drive: BenchWire(chip: 0, channel: 0, voltsAtZero: 2.5, voltsPerUnit: 1),
          response: BenchWire(chip: 1, channel: 2, voltsAtZero: 2.5, voltsPerUnit: 1), timePerSecond: 20000,
          parameters: [1, 0, 0, 0.2, 0.8])
      ], lines: [BenchLine(kind: .ready, chip: 1)])
  }

  /// Steps of odd lengths, so that conversions end at every moment of one.
  public static func run(steps: Int, line: Bool = true, continuous: Bool = true) throws -> Result {
    let board = board(line: line, continuous: continuous)
    let bench = try VirtualBench(bench())
    var clock = bench.clock
    var bank = ConverterBank(board: board, buses: [bench.bus(0)], lines: bench.lines)
    var (drive, code): (UInt16, UInt16) = (1000, 0)
    bank.prepare(&drive)
    bank.configure(clock: &clock)
    var result = Result()
    let before = bench.conversions(chip: 1)
    var settled: [UInt16: UInt16] = [:]
    var begin = clock.now() + 10_000_000
    for step in 0..<steps {
      clock.sleep(until: begin)
      drive = step % 2 == 0 ? 1000 : 3000
      bank.write(&drive, clock: &clock, until: begin + board.stepPeriod)
      clock.sleep(until: clock.now() + board.responseDelay)
      bank.read(into: &code, clock: &clock, until: begin + board.stepPeriod)
      // A conversion of the step before shows the other drive's level.
      if let usual = settled[drive] {
        if abs(Int(Int16(bitPattern: usual)) - Int(Int16(bitPattern: code))) > 400 { result.early += 1 }
      } else if step >= 4 {
        settled[drive] = code
      }
      while bank.takeEvent() != nil { result.events += 1 }
      begin = max(begin + board.stepPeriod, clock.now()) + UInt64(step % 97) * 13_000
    }
    let after = bench.conversions(chip: 1)
    result.fresh = after.fresh - before.fresh
    result.repeated = after.repeated - before.repeated
    return result
  }
}
