import HardwareInterface
import LinuxHardware
import Testing

/// A pair of wires with pull-ups and one chip on it, which holds SDA until it has got so many clocks.
struct SimulatedWires: BusWires {
  /// Clocks the chip still waits for; SDA is low until then.
  var clocksToRelease: Int
  /// How many pauses SCL stays low each time it is let go; negative: for ever.
  var stretch = 0
  var shortedSDA = false
  /// Fails the n-th call.
  var failAt: Int?

  var scl = true
  var sda = true
  var stops = 0
  var clocks = 0
  private var stretchLeft = 0
  private var calls = 0

  init(clocksToRelease: Int) { self.clocksToRelease = clocksToRelease }

  private var sclHigh: Bool { scl && stretchLeft == 0 }
  private var sdaHigh: Bool { sda && clocksToRelease == 0 && !shortedSDA }

  mutating func set(scl: Bool, sda: Bool) throws(LineError) {
    try count()
    let before = (scl: sclHigh, sda: sdaHigh)
    if scl && !self.scl { stretchLeft = stretch }
    self.scl = scl
    self.sda = sda
    if before.scl && !sclHigh && clocksToRelease > 0 { clocksToRelease -= 1 }
    if before.scl && !sclHigh { clocks += 1 }
    if before.scl && sclHigh && !before.sda && sdaHigh { stops += 1 }
  }

  mutating func levels() throws(LineError) -> (scl: Bool, sda: Bool) {
    try count()
    return (sclHigh, sdaHigh)
  }

  mutating func pause() { if stretchLeft > 0 { stretchLeft -= 1 } }

  private mutating func count() throws(LineError) {
    calls += 1
    if calls == failAt { throw LineError(.other, errno: 5) }
  }
}

@Suite struct BusRecoveryTests {
  @Test func aFreeBusIsLeftAlone() throws {
    var wires = SimulatedWires(clocksToRelease: 0)
    let result = try I2CBusRecovery.clear(&wires)
    #expect(result.state == .free && result.clocks == 0 && wires.clocks == 0 && wires.stops == 0)
  }

  /// A chip left anywhere in a byte gets just the clocks it waits for, and a stop.
  @Test(arguments: 1...9, [0, 3])
  func aChipInTheMiddleOfAByte(missing: Int, stretch: Int) throws {
    var wires = SimulatedWires(clocksToRelease: missing)
    wires.stretch = stretch
    let result = try I2CBusRecovery.clear(&wires)
    #expect(result.state == .cleared && result.clocks == missing)
    #expect(wires.stops == 1 && wires.scl && wires.sda)
  }

  @Test func nineClocksAreAllThereIs() throws {
    for missing in [10, 1000] {
      var wires = SimulatedWires(clocksToRelease: missing)
      let result = try I2CBusRecovery.clear(&wires)
      #expect(result.state == .dataStuck && result.clocks == 9 && wires.scl && wires.sda)
    }
    var shorted = SimulatedWires(clocksToRelease: 0)
    shorted.shortedSDA = true
    #expect(try I2CBusRecovery.clear(&shorted).state == .dataStuck)
  }

  @Test func aClockThatStaysLow() throws {
    var wires = SimulatedWires(clocksToRelease: 4)
    wires.stretch = .max
    // Released at first, held at the first clock.
    let result = try I2CBusRecovery.clear(&wires)
    #expect(result.state == .clockStuck && result.clocks == 1)
    var low = SimulatedWires(clocksToRelease: 0)
    low.scl = false
    low.stretch = .max
    #expect(try I2CBusRecovery.clear(&low) == (.clockStuck, 0))
  }

  @Test func everyFailureOfALineIsPassedOn() throws {
    for failAt in 1...100 {
      var wires = SimulatedWires(clocksToRelease: 4)
      wires.failAt = failAt
      do throws(LineError) {
        _ = try I2CBusRecovery.clear(&wires)
        #expect(failAt > 15)
        return
      } catch {
        #expect(error == LineError(.other, errno: 5))
      }
    }
    Issue.record("a hundred calls, and no end")
  }

  @Test func withoutABusNothingIsTaken() {
    let line = LineRequest(name: "NO-LINE-OF-THIS-NAME", direction: .output)
    #expect(throws: BusClearError.bus(I2CError(.noSuchDevice, address: 0, errno: 2))) {
      try LinuxBusClear.run(device: "/dev/i2c-4095", scl: line, sda: line, ownLines: false, consumer: "test")
    }
    let missing = LineOpenError(LineError(.noSuchLine, line: 0, errno: 2), place: line.place)
    #expect(throws: BusClearError.open(missing)) {
      try LinuxBusClear.run(device: "/dev/i2c-4095", scl: line, sda: line, ownLines: true, consumer: "test")
    }
  }
}
