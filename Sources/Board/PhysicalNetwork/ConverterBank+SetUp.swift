import HardwareInterface
import WireFormat

// Setting chips up: at the start, after a reset was noticed, and on the ways out.
extension ConverterBank {
  /// Sets every chip up for its channels, with the codes last written. A chip that does not answer is left out.
  public mutating func configure() {
    var clock = TimelessClock()
    configure(clock: &clock)
  }

  /// As `configure()`; chips that are left out are tried again from this time of `clock` on.
  public mutating func configure<C: HardwareClock>(clock: inout C) {
    for unit in 0..<memory.unitCount {
      memory.units[unit].leftOut = false
      setUp(unit, tries: policy.retries, clock.now(), &clock)
    }
    isStale = true
    let now = clock.now()
    for index in 0..<memory.monitorCount { memory.monitorDue[index] = now &+ board.monitors[index].period }
    for unit in 0..<memory.unitCount where policy.reprobe > 0 { memory.units[unit].nextCheck = now &+ policy.reprobe }
  }

  /// Codes put into the bytes that the next set-up writes.
  public mutating func prepare(_ codes: UnsafePointer<UInt16>) { patch(codes) }

  /// With retries, leaving the chip out when none helps.
  @discardableResult
  private mutating func setUp<C: HardwareClock>(
    _ unit: Int, tries most: UInt8, _ now: UInt64, _ clock: inout C
  ) -> Bool {
    var tries: UInt8 = 0
    // What is kept of it is of no use to a probe of the same chip later.
    defer { memory.progress.pointee.unit = -1 }
    while true {
      do throws(I2CError) {
        memory.progress.pointee.begin(unit)
        var bus = setUpBus(unit, budget: .max)
        try setUp(unit, on: &bus)
        memory.units[unit].setUpBits = max(memory.progress.pointee.bits, 40)
        memory.busState[memory.units[unit].bus].troubled = -1
        return true
      } catch {
        forgetSelection(unit)
        tries += 1
        guard tries <= most, mayRetry(unit, error, tries, bits: 0, &clock, .max) else {
          giveUp(unit, error)
          return false
        }
        tell(unit, error, tries)
      }
    }
  }

  /// In a step: once, as the time for it was looked at before; no further try by itself.
  mutating func setUpNow<C: HardwareClock>(_ unit: Int, _ clock: inout C, _ deadline: UInt64) -> Bool {
    defer { memory.progress.pointee.unit = -1 }
    do throws(I2CError) {
      memory.progress.pointee.begin(unit)
      var bus = setUpBus(unit, budget: .max)
      try setUp(unit, on: &bus)
      return true
    } catch {
      forgetSelection(unit)
      // One more, of the set-up alone, if there is time.
      if mayRetry(unit, error, policy.retries, bits: memory.units[unit].setUpBits, &clock, deadline) {
        tell(unit, error, policy.retries)
        do throws(I2CError) {
          memory.progress.pointee.begin(unit)
          var bus = setUpBus(unit, budget: .max)
          try setUp(unit, on: &bus)
          return true
        } catch let again {
          giveUp(unit, again)
          return false
        }
      }
      giveUp(unit, error)
      return false
    }
  }

  func setUpBus(_ unit: Int, budget: UInt64) -> SetUpBus<Bus> {
    let bus = memory.units[unit].bus
    return SetUpBus(memory.buses + bus, memory.busState + bus, memory.progress, budget: budget)
  }

  /// The whole set-up over one bus, which may be broken off and begun again: the multiplexer, the codes where they may come
  /// first, the driver's own, the codes again, the pointer.
  mutating func setUp<B: I2CBus>(_ unit: Int, on bus: inout B) throws(I2CError) {
    let state = memory.units[unit]
    try selectChip(unit)
    if state.driver.takesCodesFirst { try sendCodes(unit, on: &bus) }
    try state.driver.configure(
      on: &bus, driveMask: UInt8(truncatingIfNeeded: state.driveMask),
      readMask: UInt8(truncatingIfNeeded: state.readMask), wide: state.wide, channel: state.channel)
    try sendCodes(unit, on: &bus)
    try sendPointer(unit)
  }

  func sendCodes<B: I2CBus>(_ unit: Int, on bus: inout B) throws(I2CError) {
    let first = memory.units[unit].firstWrite
    for index in first..<first + memory.units[unit].writeCount {
      try bus.transaction(memory.transfers[index].address, memory.transfers[index].operations)
    }
  }
}
