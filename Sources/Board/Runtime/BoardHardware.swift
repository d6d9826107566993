import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import VirtualBench

/// A board's buses and clock, opened as its description says: the kernel's, or those of its virtual bench.
struct BoardHardware {
  /// One for each of the description's buses.
  let buses: [BoardBus]
  let clock: BoardClock
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
        buses: board.buses.indices.map { .virtual(bench.bus($0)) }, clock: .virtual(bench.clock),
        virtualTime: !realTime, isVirtual: true, bench: bench)
    }
    var buses: [BoardBus] = []
    for bus in board.buses { buses.append(.linux(try open(bus))) }
    return BoardHardware(
      buses: buses, clock: .linux(LinuxClock()), virtualTime: false, isVirtual: false, bench: nil)
  }

  private static func open(_ bus: BusDescription) throws(CommandError) -> LinuxI2CBus {
    do throws(I2CError) {
      return try LinuxI2CBus(device: bus.device)
    } catch {
      throw CommandError(
        CommandError.Code.failed,
        "bus \(bus.name) (\(bus.device)): " + FaultText.text(error) + "; nothing was driven")
    }
  }
}
