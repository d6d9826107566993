import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import VirtualBench

/// A bus of this board, whatever it is made of. One type for both keeps the loop and the drivers in the program once.
enum BoardBus: I2CBus {
  case linux(LinuxI2CBus, BusWiresDescription?)
  case virtual(VirtualI2CBus)
  /// One of these, watched.
  case metered(MeteredBus)
  /// One that could not be opened: everything on it fails so.
  case absent(I2CError)

  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    switch self {
    case .linux(let bus, _): try bus.transaction(address, operations)
    case .virtual(var bus): try bus.transaction(address, operations)
    case .metered(let bus): try bus.transaction(address, operations)
    case .absent(let error): throw I2CError(error.kind, address: address.value, errno: error.errno)
    }
  }

  mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    switch self {
    case .linux(let bus, _): return bus.batch(transfers)
    case .virtual(var bus): return bus.batch(transfers)
    case .metered(let bus): return bus.batch(transfers)
    case .absent(let error): return I2CBatchResult(completed: 0, error: error)
    }
  }

  /// Calls into the kernel so far; 0 where there are none.
  var calls: UInt64 {
    switch self {
    case .linux(let bus, _): return bus.calls
    case .virtual: return 0
    case .absent: return 0
    case .metered(let bus): return bus.calls
    }
  }
}

extension BoardBus {
  /// Clocks a bus free through the lines the board names for it; nil where it names none, or they cannot be used.
  mutating func recover() -> Bool? {
    if case .metered(let bus) = self { return bus.recover() }
    guard case .linux(_, let wires) = self, let wires else { return nil }
    guard
      let result = try? LinuxBusClear.run(
        device: wires.device, scl: wires.clock, sda: wires.data, ownLines: wires.ownLines, consumer: "edged")
    else { return nil }
    return result.state == .free || result.state == .cleared
  }
}

/// The lines that are a bus's clock and data.
final class BusWiresDescription {
  let device: String
  let clock: LineRequest
  let data: LineRequest
  /// They are wired to the bus besides the controller's own pins.
  let ownLines: Bool

  /// Nil for a bus the board names no lines for.
  init?(_ board: BoardDescription, _ bus: BusDescription) {
    guard bus.clockLine != BusDescription.noLine, Int(max(bus.clockLine, bus.dataLine)) < board.lines.count else {
      return nil
    }
    device = bus.device
    clock = board.lineRequest(Int(bus.clockLine))
    data = board.lineRequest(Int(bus.dataLine))
    // Lines of their own are described as outputs; the controller's pins, which are not to be touched, as inputs.
    ownLines = board.lines[Int(bus.clockLine)].direction == .output
  }
}

/// The time a run goes by.
enum BoardClock: HardwareClock {
  case linux(LinuxClock)
  case virtual(VirtualClock)

  func now() -> UInt64 {
    switch self {
    case .linux(let clock): return clock.now()
    case .virtual(let clock): return clock.now()
    }
  }

  mutating func sleep(until deadline: UInt64) {
    switch self {
    case .linux(let clock): clock.sleep(until: deadline)
    case .virtual(var clock): clock.sleep(until: deadline)
    }
  }
}
