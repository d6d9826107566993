import CBoard
import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import VirtualBench

/// `edged safe`: the safe values to every drive of the active board description, without a run.
enum SafeCommand {
  static func run(_ state: BoardState) throws(CommandError) -> Int32 {
    let failures = try write(state)
    guard failures == 0 else {
      throw CommandError(
        CommandError.Code.partial, "\(failures) chips did not take their safe values: check power and wiring")
    }
    return Command.put("safe values written")
  }

  /// The number of chips that did not take their safe values.
  static func write(_ state: BoardState) throws(CommandError) -> Int {
    let board = try ActiveBundle.load(state).board
    let lock = try RunSession.takeLock(state)
    defer { _ = cboard_close(lock) }
    if let bench = try BenchMemory.open(state, realTime: false) {
      return withExtendedLifetime(bench) { write(board, board.buses.indices.map { bench.bus($0) }) }
    }
    var buses: [LinuxI2CBus] = []
    for bus in board.buses { buses.append(try RunSupervisor.openBus(bus)) }
    return write(board, buses)
  }

  private static func write<Bus: I2CBus>(_ board: BoardDescription, _ buses: [Bus]) -> Int {
    var bank = ConverterBank(board: board, buses: buses)
    return bank.writeSafe(board)
  }
}
