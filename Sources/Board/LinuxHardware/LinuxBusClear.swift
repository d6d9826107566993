import CBoardHardware
import HardwareInterface

/// What a bus clear came to.
public struct BusClearResult: Equatable, Sendable {
  public var state: BusState
  /// Clocks that were given.
  public var clocks: Int
}

/// Why a bus could not be cleared.
public enum BusClearError: Error, Equatable, Sendable {
  /// The bus itself cannot be opened.
  case bus(I2CError)
  /// SCL or SDA cannot be taken.
  case open(LineOpenError)
  /// SCL or SDA cannot be used.
  case line(LineError)
  /// Nothing was done: the pins could not be given back to the controller afterwards. The system's error number.
  case pinsStay(Int32)
  /// The pins have not been given back: the controller is cut off until it is bound anew or the board restarts.
  case pinsLost(Int32)

  /// What, and what to do.
  public var text: String {
    switch self {
    case .bus(let error): return "the bus cannot be opened: " + error.kind.hint.description
    case .open(let error): return error.text
    case .line(let error): return "GPIO: " + error.kind.hint.description
    case .pinsStay(let number):
      return
        "the pins were left alone, as they could not be given back to the controller (error \(number)): it takes root, "
        + "debugfs and kernel 5.13; or name two lines that are wired to SCL and SDA besides the controller's pins"
    case .pinsLost(let number):
      return "the pins are GPIO still (error \(number)): restart the board, or unbind and bind the controller's driver"
    }
  }
}

/// Clears a stuck bus through GPIO lines.
///
/// Where the lines are the controller's own pins, taking them as GPIO takes them from the controller, and the kernel does
/// not give them back when they are let go (pinctrl-bcm2835 leaves them inputs). So their functions are noted before and
/// set again after, which the kernel allows through debugfs alone, to root. Where that is not to be had, nothing is done.
/// Lines of their own, wired to the bus besides the controller's pins, need none of this, and come to no harm by it.
public enum LinuxBusClear {
  /// - Parameters:
  ///   - device: The bus, such as `/dev/i2c-1`. No transfer may be under way.
  ///   - ownLines: The lines are not the controller's pins: they are used even where no pin could be given back.
  public static func run(
    device: String, scl: LineRequest, sda: LineRequest, ownLines: Bool, consumer: String
  ) throws(BusClearError) -> BusClearResult {
    var functions = edge_pin_functions()
    do throws(BusClearError) {
      functions = try notePins(device)
    } catch {
      if !ownLines { throw error }
    }
    let result: Result<BusClearResult, BusClearError>
    do throws(BusClearError) {
      result = .success(try clear(scl, sda, consumer))
    } catch {
      result = .failure(error)
    }
    let restored = edge_pins_restore(&functions)
    if restored < 0 { throw .pinsLost(-restored) }
    return try result.get()
  }

  private static func notePins(_ device: String) throws(BusClearError) -> edge_pin_functions {
    var able: UInt32 = 0
    let adapter = device.withCString { edge_i2c_open($0, &able) }
    guard adapter >= 0 else {
      throw .bus(I2CError(LinuxErrno.i2cKind(-adapter), address: 0, errno: -adapter))
    }
    defer { edge_close(adapter) }
    var functions = edge_pin_functions()
    let result: Int32 = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
      guard let start = name.baseAddress else { return -12 }
      let found = edge_i2c_device(adapter, start, UInt32(name.count))
      return found < 0 ? found : edge_pins_note(start, &functions)
    }
    if result < 0 { throw .pinsStay(-result) }
    return functions
  }

  private static func clear(
    _ scl: LineRequest, _ sda: LineRequest, _ consumer: String
  ) throws(BusClearError) -> BusClearResult {
    let bank: LinuxLineBank
    do throws(LineOpenError) {
      bank = try LinuxLineBank([wire(scl), wire(sda)], consumer: consumer)
    } catch {
      throw .open(error)
    }
    var wires = LinuxBusWires(bank: bank, clock: LinuxClock())
    do throws(LineError) {
      let done = try I2CBusRecovery.clear(&wires)
      return BusClearResult(state: done.state, clocks: done.clocks)
    } catch {
      throw .line(error)
    }
  }

  /// Open drain and let go, whatever the request says: a bus has pull-ups.
  private static func wire(_ request: LineRequest) -> LineRequest {
    LineRequest(
      name: request.name, chip: request.chip, offset: request.offset, direction: .output, pull: request.pull,
      openDrain: true, initial: true)
  }
}

/// Two lines of a bank as the wires of a bus: line 0 is SCL, line 1 SDA.
struct LinuxBusWires: BusWires {
  let bank: LinuxLineBank
  let clock: LinuxClock

  func set(scl: Bool, sda: Bool) throws(LineError) {
    try bank.set(mask: 3, levels: (scl ? 1 : 0) | (sda ? 2 : 0))
  }

  func levels() throws(LineError) -> (scl: Bool, sda: Bool) {
    let levels = try bank.levels(mask: 3)
    return (levels & 1 != 0, levels & 2 != 0)
  }

  /// By looking at the clock: a sleep of 5 µs takes ten times as long.
  func pause() {
    let end = clock.now() + 5_000
    while clock.now() < end {}
  }
}
