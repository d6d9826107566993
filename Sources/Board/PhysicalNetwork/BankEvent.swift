import HardwareInterface

/// A chip that failed: which one of the description, and how.
public struct ConverterFault: Error, Equatable, Sendable {
  /// Index into `BoardDescription.chips`.
  public var chip: UInt8
  public var cause: I2CError

  public init(chip: UInt8, cause: I2CError) {
    self.chip = chip
    self.cause = cause
  }
}

/// What a bank of converters has to tell, besides codes.
public enum BankEvent: Equatable, Sendable {
  case none
  /// A chip is left out from here on.
  case leftOut(ConverterFault)
  /// A transaction failed and is tried again, for the so-manieth time.
  case retried(ConverterFault, attempt: UInt8)
  /// A chip that was left out is set up again and in use from here on: after so many tries and nanoseconds.
  case recovered(chip: UInt8, probes: UInt32, after: UInt64)
  /// A bus was held low, and clocks were sent to free it.
  case cleared(bus: UInt8, freed: Bool)
  /// A line did not do its work.
  case line(LineError)
  /// A monitor's reading: index into `BoardDescription.monitors`, the code, and what it means in °C, V, A or 0 and 1.
  case reading(monitor: UInt16, code: UInt16, value: Float)
}

/// How a bus does.
struct BusPace {
  /// Length of a bit, 1/65536 ns.
  let bitTime: UInt64
  /// What transfers take over what their bits would, in sixteenths; the slowest of late.
  var pace: UInt64 = 16
  /// The unit that whole-bus trouble put out last, with no transfer completed since; -1 for none.
  var troubled: Int = -1
  /// No clocks are sent to free it before then.
  var nextClear: UInt64 = 0

  init(_ bus: BusDescription) { bitTime = (1_000_000_000 << 16) / UInt64(max(bus.clockHertz, 1)) }

  /// Nanoseconds of so many bits on the wire.
  @inline(__always)
  func wire(_ bits: UInt64) -> UInt64 { (bits &* bitTime) >> 16 }

  /// Nanoseconds they may take, as the bus has been of late.
  @inline(__always)
  func planned(_ bits: UInt64) -> UInt64 { (wire(bits) &* pace) >> 4 }

  /// A batch of so many bits took `elapsed` nanoseconds.
  @inline(__always)
  mutating func took(_ elapsed: UInt64, bits: UInt64) {
    let wire = wire(bits)
    guard wire > 0, elapsed > 0 else { return }
    let seen = min((elapsed << 4) / wire + 1, 1600)
    pace = seen > pace ? seen : pace - (pace - max(seen, 16)) / 16
  }
}
