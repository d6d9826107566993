import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import VirtualBench

/// A board's buses and clock, opened as its description says: the kernel's, or those of its virtual bench.
struct BoardHardware {
  /// One for each of the description's buses.
  let buses: [BoardBus]
  let clock: BoardClock
  /// Those of the description, by their index.
  let lines: BoardLines
  /// Time is the bench's own, and runs as fast as it can be reckoned.
  let virtualTime: Bool
  let isVirtual: Bool
  /// Buses and clock of a virtual board are bare handles into it.
  private let bench: VirtualBench?

  /// - Parameter realTime: a virtual bench goes by the clock on the wall.
  static func open(
    _ state: BoardState, _ board: BoardDescription, realTime: Bool
  ) throws(CommandError) -> BoardHardware {
    if let bench = try BenchMemory.open(state, realTime: realTime) {
      return BoardHardware(
        buses: board.buses.indices.map { .virtual(bench.bus($0, board.buses[$0].combining)) },
        clock: .virtual(bench.clock), lines: .virtual(bench.lines), virtualTime: !realTime, isVirtual: true,
        bench: bench)
    }
    var buses: [BoardBus] = []
    for bus in board.buses { buses.append(.linux(try open(bus), BusWiresDescription(board, bus))) }
    return BoardHardware(
      buses: buses, clock: .linux(LinuxClock()), lines: try BoardLines.open(board), virtualTime: false,
      isVirtual: false, bench: nil)
  }

  private static func open(_ bus: BusDescription) throws(CommandError) -> LinuxI2CBus {
    let options = I2CBusOptions(
      timeoutMilliseconds: bus.timeoutMilliseconds, retries: bus.retries,
      combining: I2CCombining(rawValue: bus.combining.rawValue) ?? .any)
    do throws(I2CError) {
      return try LinuxI2CBus(device: bus.device, options: options)
    } catch {
      throw CommandError(
        CommandError.Code.failed,
        "bus \(bus.name) (\(bus.device)): " + FaultText.text(error) + "; nothing was driven")
    }
  }
}

extension VirtualBench {
  /// A bus that joins what the described controller would.
  func bus(_ index: Int, _ combining: BusCombining) -> VirtualI2CBus {
    var bus = bus(index)
    bus.combining = I2CCombining(rawValue: combining.rawValue) ?? .any
    return bus
  }
}
