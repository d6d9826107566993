import HardwareInterface

/// The two wires of an I2C bus, as lines that are pulled low or let go.
public protocol BusWires {
  /// True lets a wire go; false pulls it low.
  mutating func set(scl: Bool, sda: Bool) throws(LineError)
  /// Whether the wires are high.
  mutating func levels() throws(LineError) -> (scl: Bool, sda: Bool)
  /// Half a period of a slow clock (5 µs or more).
  mutating func pause()
}

/// What was wrong with a bus, and whether it still is.
public enum BusState: UInt8, Equatable, Sendable {
  /// Both wires were high: nothing was done.
  case free = 0
  /// SDA was low and is high again.
  case cleared = 1
  /// SCL is low whatever is done: a chip that hangs or has no power, a short, no pull-up. Only a reset of the chip helps.
  case clockStuck = 2
  /// SDA is low after nine clocks: no chip in the middle of a byte, but a short, a chip without power, or no pull-up.
  case dataStuck = 3

  /// What it means and what to do.
  public var hint: StaticString {
    switch self {
    case .free: return "both wires are high: the bus is not stuck"
    case .cleared: return "a chip held SDA in the middle of a byte and has let go"
    case .clockStuck:
      return "SCL is held low: cut the power of the bus's chips; if it stays, look for a short or a missing pull-up"
    case .dataStuck:
      return
        "SDA is held low and nine clocks did not free it: cut the power of the bus's chips; if it stays, look for a short"
    }
  }
}

/// Bus clear as the I2C specification has it (NXP UM10204, 3.1.16): a chip that was left in the middle of a byte, by a
/// controller that lost power or was reset, holds SDA low until it has got the rest of its clocks, nine at most.
public enum I2CBusRecovery {
  /// How many pauses SCL may stay low after it was let go: 5 ms or more of a chip that stretches the clock.
  static let mostStretch = 1000

  /// Frees the bus: clocks until SDA is high, then a stop. Both wires have been let go at the end.
  public static func clear<Wires: BusWires>(
    _ wires: inout Wires
  ) throws(LineError) -> (state: BusState, clocks: Int) {
    try wires.set(scl: true, sda: true)
    wires.pause()
    guard try clockRises(&wires) else { return (.clockStuck, 0) }
    if try wires.levels().sda { return (.free, 0) }
    for clock in 1...9 {
      try wires.set(scl: false, sda: true)
      wires.pause()
      try wires.set(scl: true, sda: true)
      wires.pause()
      guard try clockRises(&wires) else { return (.clockStuck, clock) }
      guard try wires.levels().sda else { continue }
      return (try stop(&wires), clock)
    }
    return (.dataStuck, 9)
  }

  private static func clockRises<Wires: BusWires>(_ wires: inout Wires) throws(LineError) -> Bool {
    for _ in 0..<mostStretch {
      if try wires.levels().scl { return true }
      wires.pause()
    }
    return false
  }

  /// SDA rises while SCL is high: whoever still listens knows that the transaction is over.
  private static func stop<Wires: BusWires>(_ wires: inout Wires) throws(LineError) -> BusState {
    try wires.set(scl: false, sda: true)
    wires.pause()
    try wires.set(scl: false, sda: false)
    wires.pause()
    try wires.set(scl: true, sda: false)
    wires.pause()
    guard try clockRises(&wires) else {
      try wires.set(scl: true, sda: true)
      return .clockStuck
    }
    try wires.set(scl: true, sda: true)
    wires.pause()
    return try wires.levels().sda ? .cleared : .dataStuck
  }
}
