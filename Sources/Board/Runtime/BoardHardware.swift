import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import VirtualBench
import WireFormat

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
  /// What could not be opened and why, and what to do: one sentence each. It stands in as absent.
  let problems: [String]
  /// Buses and clock of a virtual board are bare handles into it.
  private let bench: VirtualBench?

  /// Opens what there is.
  ///
  /// - Parameters:
  ///   - realTime: a virtual bench goes by the clock on the wall.
  ///   - lines: the board's lines, where this process has them already.
  static func open(
    _ state: BoardState, _ board: BoardDescription, realTime: Bool, lines: BoardLines? = nil
  ) throws(CommandError) -> BoardHardware {
    if let bench = try BenchMemory.open(state, realTime: realTime) {
      return BoardHardware(
        buses: board.buses.indices.map { .virtual(bench.bus($0, board.buses[$0].combining)) },
        clock: .virtual(bench.clock), lines: .virtual(bench.lines), virtualTime: !realTime, isVirtual: true,
        problems: [], bench: bench)
    }
    var problems: [String] = []
    var buses: [BoardBus] = []
    for bus in board.buses {
      do throws(I2CError) {
        buses.append(.linux(try open(bus), BusWiresDescription(board, bus)))
      } catch {
        problems.append("board.toml, [[bus]] \(bus.name), device \(bus.device): " + FaultText.text(error))
        buses.append(.absent(error))
      }
    }
    let taken = lines ?? BoardLines.open(board, &problems)
    return BoardHardware(
      buses: buses, clock: .linux(LinuxClock()), lines: taken, virtualTime: false, isVirtual: false,
      problems: problems, bench: nil)
  }

  /// Opens a bus of the kernel's.
  static func open(_ bus: BusDescription) throws(I2CError) -> LinuxI2CBus {
    let options = I2CBusOptions(
      timeoutMilliseconds: bus.timeoutMilliseconds, retries: bus.retries,
      combining: I2CCombining(rawValue: bus.combining.rawValue) ?? .any)
    return try LinuxI2CBus(device: bus.device, options: options)
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
