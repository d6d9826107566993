import HardwareInterface

/// The ways a transaction of a virtual bench can be made to go wrong.
public enum BusFaultKind: UInt8, Equatable, Sendable {
  /// Nobody acknowledges the address.
  case addressRefused = 1
  /// The chip acknowledges its address and refuses a byte; what came before it is lost.
  case dataRefused = 2
  /// Another controller wins the bus.
  case arbitrationLost = 3
  /// SDA is held low until the bus is freed by clocks.
  case dataStuck = 4
  /// SCL is held low; clocks do not help.
  case clockStuck = 5
  /// The chip stretches the clock for longer than the controller waits.
  case stretchTimeout = 6
  /// The chip lets go of the bus after the first byte of a read: what follows reads as ones.
  case shortRead = 7
  /// A read comes with bits turned round.
  case wrongData = 8
  /// The chip has lost its state just before the transaction: it is as after power-on.
  case deviceReset = 9
  /// The chip is off the bus, and comes back as after power-on.
  case unplugged = 10
  /// The transaction does what it should, late.
  case slow = 11
  /// The system refuses the call, by a number of its own.
  case systemError = 12

  /// How many kinds there are; their raw values count from 1.
  public static let count: UInt8 = 12

  /// Whether it is a chip's fault: transactions with others go on.
  public var isChips: Bool {
    switch self {
    case .arbitrationLost, .dataStuck, .clockStuck, .systemError: false
    default: true
    }
  }

  /// Whether the bus says so, whatever the chip.
  public var isError: Bool {
    switch self {
    case .shortRead, .wrongData, .deviceReset, .slow: false
    default: true
    }
  }
}

/// What goes wrong on a bus, from which transaction on and for how many. All copies of a bus share it.
public final class FaultPlan {
  public let kind: BusFaultKind
  /// The first transaction that is hit, counted from 0 when the plan was made.
  public let first: Int
  /// How many are hit: of the chip that was first, where it is the chip's fault. `Int.max` for ever.
  public let length: Int
  /// What `systemError` reports.
  public let error: (kind: I2CErrorKind, errno: Int32)
  /// How long a transaction hangs that times out or is slow, nanoseconds.
  public let hang: UInt64

  /// Transactions seen, whether they came through or not.
  public private(set) var transactions = 0
  /// Those that were hit.
  public private(set) var hits = 0
  /// The address the fault sits at; 0 before it has struck.
  public private(set) var address: UInt8 = 0
  private var ended = false

  public init(
    _ kind: BusFaultKind, first: Int, length: Int = 1, error: (kind: I2CErrorKind, errno: Int32) = (.other, 5),
    hang: UInt64 = 3_000_000
  ) {
    self.kind = kind
    self.first = first
    self.length = length
    self.error = error
    self.hang = hang
  }

  /// A plan by which nothing goes wrong, for counting.
  public static func none() -> FaultPlan { FaultPlan(.slow, first: .max, length: 0) }

  /// Whether it is still in force: a transaction to come may be hit.
  public var isActive: Bool { !ended && hits < length && transactions > first }

  enum Strike {
    case none
    case hit
    /// The chip is back, as after power-on.
    case back
  }

  /// Counts a transaction; what happens to it.
  func strike(_ target: UInt8) -> Strike {
    let number = transactions
    transactions += 1
    guard number >= first, !ended else { return .none }
    if address == 0 { address = target }
    if kind.isChips, target != address { return .none }
    if hits >= length {
      ended = true
      return kind == .unplugged ? .back : .none
    }
    // A chip loses its state once.
    if kind == .deviceReset { ended = true }
    hits += 1
    return .hit
  }

  /// Clocks on the bus; nil when it is not held low.
  func recover() -> Bool? {
    guard isActive || (hits > 0 && !ended), kind == .dataStuck || kind == .clockStuck else { return nil }
    guard kind == .dataStuck, length != .max else { return false }
    ended = true
    return true
  }
}
