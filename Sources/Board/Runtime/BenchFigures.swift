import CBoard
import HardwareInterface
import PhysicalNetwork
import WireFormat

/// Steps of a board, timed: every drive at its safe code, every response read, at the board's period.
struct BenchFigures {
  /// Nanoseconds of each step from its beginning to its last reading, sorted.
  private(set) var busy: [UInt64] = []
  private(set) var transfers: UInt64 = 0
  private(set) var calls: UInt64 = 0
  /// The processor's time outside transfers, nanoseconds, over all steps.
  private(set) var processorTime: UInt64 = 0
  private(set) var missed = 0
  private(set) var interrupted = false

  /// Nearest rank, 0 to 100.
  func percentile(_ share: Int) -> UInt64 {
    busy.isEmpty ? 0 : busy[min((busy.count * share + 99) / 100, busy.count - 1)]
  }

  /// Times so many steps.
  ///
  /// - Parameter measures: also the processor's time, which asking for lengthens the steps.
  static func measure(
    _ bank: inout ConverterBank<BoardBus, BoardLines>, _ buses: [MeteredBus], _ board: BoardDescription,
    _ clock: BoardClock, steps: UInt64, measures: Bool
  ) -> BenchFigures {
    var figures = BenchFigures()
    var clock = clock
    var codes: [UInt16] = board.drives.map { $0.safeCode } + [0]
    var reads = [UInt16](repeating: 0, count: board.responses.count + board.inputs.count + 1)
    figures.busy.reserveCapacity(Int(steps))
    for bus in buses { bus.measures = measures }
    let (transfers, calls, inside) = totals(buses)
    let began = cboard_thread_cpu_ns()
    codes.withUnsafeMutableBufferPointer { codes in
      reads.withUnsafeMutableBufferPointer { reads in
        guard let out = codes.baseAddress, let into = reads.baseAddress else { return }
        figures.run(&bank, board, &clock, steps, out, into)
      }
    }
    let processor = cboard_thread_cpu_ns() - began
    let after = totals(buses)
    figures.transfers = after.transfers - transfers
    figures.calls = after.calls - calls
    let spent = after.processor - inside
    figures.processorTime = processor > spent ? processor - spent : 0
    figures.busy.heapSort { $0 < $1 }
    return figures
  }

  private mutating func run(
    _ bank: inout ConverterBank<BoardBus, BoardLines>, _ board: BoardDescription, _ clock: inout BoardClock,
    _ steps: UInt64, _ codes: UnsafeMutablePointer<UInt16>, _ reads: UnsafeMutablePointer<UInt16>
  ) {
    var begin = (clock.now() / board.stepPeriod + 2) * board.stepPeriod
    for _ in 0..<steps {
      if cboard_signal_pending() != 0 {
        interrupted = true
        return
      }
      clock.sleep(until: begin)
      let start = clock.now()
      bank.write(codes, clock: &clock, until: begin + board.stepPeriod)
      if board.responseDelay > 0 { clock.sleep(until: clock.now() + board.responseDelay) }
      bank.read(into: reads, clock: &clock, until: begin + board.stepPeriod)
      let end = clock.now()
      busy.append(end - start)
      begin += board.stepPeriod
      if end > begin {
        missed += 1
        begin = (end / board.stepPeriod + 1) * board.stepPeriod
      }
    }
  }

  private static func totals(_ buses: [MeteredBus]) -> (transfers: UInt64, calls: UInt64, processor: UInt64) {
    var total: (transfers: UInt64, calls: UInt64, processor: UInt64) = (0, 0, 0)
    for bus in buses {
      total.transfers += bus.transfers
      total.calls += bus.calls
      total.processor += bus.processorTime
    }
    return total
  }
}
