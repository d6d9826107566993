import CBoard
import HardwareInterface
import PhysicalNetwork
import WireFormat

/// `edged bench`: what a step of the described board takes at least, what it takes, and the ratio. Drives stay at their
/// safe codes throughout.
enum BenchCommand {
  static func run(_ state: BoardState, steps: UInt64, realTime: Bool) throws(CommandError) -> Int32 {
    guard steps >= 1, steps <= 1_000_000 else {
      throw CommandError(CommandError.Code.usage, "--steps takes 1 to 1000000")
    }
    let board = try ActiveBundle.load(state).board
    let lock = try RunSession.takeLock(state)
    defer { _ = cboard_close(lock) }
    _ = cboard_signals_install()
    let hardware = try BoardHardware.open(state, board, realTime: realTime)
    return try withExtendedLifetime(hardware) { () throws(CommandError) in
      try time(hardware, board, steps)
    }
  }

  private static func time(
    _ hardware: BoardHardware, _ board: BoardDescription, _ steps: UInt64
  ) throws(CommandError) -> Int32 {
    var meters: [MeteredBus] = []
    for bus in hardware.buses { meters.append(MeteredBus(bus)) }
    var bank = ConverterBank(board: board, buses: meters.map { BoardBus.metered($0) }, lines: hardware.lines)
    var codes: [UInt16] = board.drives.map { $0.safeCode } + [0]
    codes.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { bank.prepare(base) } }
    var clock = hardware.clock
    bank.configure(clock: &clock)
    if !hardware.virtualTime { Placement.take(board.placement) }
    let timed = BenchFigures.measure(&bank, meters, board, clock, steps: steps, measures: false)
    var figures: BenchFigures?
    if !timed.interrupted {
      figures = BenchFigures.measure(&bank, meters, board, clock, steps: min(steps, 200), measures: true)
    }
    let failures = bank.writeSafe(board)
    guard let figures, !figures.interrupted, !timed.busy.isEmpty else {
      throw CommandError(CommandError.Code.interrupted, "interrupted; safe values were written")
    }
    let code = Command.put(table(board, bank, hardware, timed, figures))
    guard failures == 0 else {
      throw SafeCommand.failed(failures)
    }
    return bank.quarantinedCount > 0 ? CommandError.Code.partial : code
  }

  // MARK: - Table

  private static func table(
    _ board: BoardDescription, _ bank: ConverterBank<BoardBus, BoardLines>, _ hardware: BoardHardware,
    _ timed: BenchFigures, _ figures: BenchFigures
  ) -> String {
    var text = "\(board.name): \(timed.busy.count) steps of \(micro(board.stepPeriod)) us"
    text += hardware.isVirtual ? (hardware.virtualTime ? ", virtual time\n" : ", virtual bench\n") : "\n"
    var limit: UInt64 = board.responseDelay
    for (index, bus) in board.buses.enumerated() {
      let wire = bank.wireTime(bus: index)
      limit += wire
      let bits = (wire * UInt64(bus.clockHertz) + 500_000_000) / 1_000_000_000
      text += row("bus " + bus.name, wire) + "  \(bits) bits at \(bus.clockHertz / 1000) kHz\n"
    }
    text += row("response delay", board.responseDelay) + "\n"
    limit += bank.conversionTime
    text += row("conversions", bank.conversionTime) + "  beside what is sent meanwhile\n"
    text += row("limit of a step", limit) + "\n"
    let median = timed.percentile(50)
    text += row("measured, median", median) + "\n"
    text += row("measured, 99 of 100", timed.percentile(99)) + "\n"
    text += row("measured, longest", timed.percentile(100)) + "\n"
    let share = median == 0 ? 1000 : min(limit * 1000 / median, 9999)
    text += "limit over median      \(padded("\(share / 10).\(share % 10)")) %\n"
    let count = UInt64(max(figures.busy.count, 1))
    text += row("CPU outside transfers", figures.processorTime / count) + "\n"
    text += "transfers a step       \(padded(tenths(timed.transfers, UInt64(timed.busy.count))))\n"
    text +=
      hardware.isVirtual
      ? "calls into the kernel     none: the bench is simulated\n"
      : "bus calls a step       \(padded(tenths(timed.calls, UInt64(timed.busy.count))))\n"
    text += "late steps             \(padded("\(timed.missed)"))\n"
    text += "retries, chips out     \(padded("\(bank.retryCount), \(bank.quarantinedCount)"))"
    for index in board.chips.indices where bank.isLeftOut(chip: UInt8(index)) {
      text += "\n  \(board.chips[index].name) does not answer as it should: check power, wiring and address"
    }
    return text
  }

  private static func row(_ name: String, _ nanoseconds: UInt64) -> String {
    var text = name
    while text.utf8.count < 23 { text += " " }
    return text + padded(micro(nanoseconds)) + " us"
  }

  private static func padded(_ text: String) -> String {
    var out = text
    while out.utf8.count < 10 { out = " " + out }
    return out
  }

  private static func micro(_ nanoseconds: UInt64) -> String { tenths(nanoseconds, 1000) }

  private static func tenths(_ value: UInt64, _ unit: UInt64) -> String {
    let rounded = (value * 10 + unit / 2) / unit
    return "\(rounded / 10).\(rounded % 10)"
  }
}
