import Drivers
import HardwareInterface
import WireFormat

// Converters that take their time: started side by side, waited for by their ready lines or by the clock, and read once.
extension ConverterBank {
  /// Beyond the longest conversion: for the wake-up, and for a ready line's edge to be seen.
  private static var grace: UInt64 { 300_000 }

  mutating func start<C: HardwareClock>(_ pass: PlanPass, _ clock: inout C, _ deadline: UInt64) {
    for number in pass.first..<pass.first + pass.count {
      let began = perform(number, &clock, deadline)
      let now = clock.now()
      let segment = memory.segments[number]
      for index in segment.first..<segment.first + segment.count { started(memory.planned[index].unit, began, now) }
    }
  }

  /// An edge after `began` is this conversion's end, as the one before was read already.
  private func started(_ unit: Int, _ began: UInt64, _ now: UInt64) {
    memory.units[unit].startedAt = began
    memory.units[unit].endsBy = now &+ memory.units[unit].conversionTime
  }

  mutating func collect<C: HardwareClock>(
    _ pass: PlanPass, _ codes: UnsafeMutablePointer<UInt16>, _ due: UInt64, _ clock: inout C, _ deadline: UInt64
  ) {
    // Waiting for all of them first: their conversions run side by side.
    for number in pass.first..<pass.first + pass.count {
      let segment = memory.segments[number]
      for index in segment.first..<segment.first + segment.count
      where !memory.units[memory.planned[index].unit].leftOut && memory.planned[index].role == .collect {
        waitFor(memory.planned[index].unit, due, &clock)
      }
    }
    for number in pass.first..<pass.first + pass.count {
      perform(number, &clock, deadline)
      let segment = memory.segments[number]
      for place in 0..<segment.active {
        let planned = memory.activeIndex[segment.first + place]
        if !memory.units[memory.planned[planned].unit].leftOut { finish(planned, codes, &clock, deadline) }
      }
    }
  }

  /// Waits until a conversion is done that began after `due`, as far as one can know without asking the chip.
  private mutating func waitFor<C: HardwareClock>(_ unit: Int, _ due: UInt64, _ clock: inout C) {
    let state = memory.units[unit]
    var after = state.startedAt
    var limit = state.endsBy
    if state.continuous {
      // What ends next may have begun before the drives were written; an input answers to none.
      after = state.answers ? due : state.readAt
      limit = max(due, after) &+ (state.answers ? 2 : 1) * state.conversionTime
    }
    if state.readyLine >= 0, clock.now() >= state.lineMistrustedUntil {
      do throws(LineError) {
        var edge = try lines.waitForEdge(line: state.readyLine, after: after, until: limit &+ Self.grace)
        if state.continuous, state.answers {
          edge = try lines.waitForEdge(line: state.readyLine, after: edge, until: limit &+ Self.grace)
        }
        return
      } catch {
        mistrust(unit, error, clock.now())
      }
    }
    clock.sleep(until: limit)
  }

  /// The line is not relied on for a while; the chip itself says then whether it is well.
  private mutating func mistrust(_ unit: Int, _ error: LineError, _ now: UInt64) {
    memory.units[unit].lineMistrustedUntil = policy.reprobe == 0 ? .max : now &+ policy.reprobe
    let chip = memory.units[unit].chip
    memory.counters[Int(chip)].faults &+= 1
    faultCount &+= 1
    put(.line(error))
  }

  /// Takes a conversion's code once it is known to be done and new.
  private mutating func finish<C: HardwareClock>(
    _ planned: Int, _ codes: UnsafeMutablePointer<UInt16>, _ clock: inout C, _ deadline: UInt64
  ) {
    let unit = memory.planned[planned].unit
    var tries: UInt8 = 0
    let patience = clock.now() &+ memory.units[unit].conversionTime
    while true {
      do throws(I2CError) {
        if try isDone(planned, clock.now()) {
          try decode(planned, codes)
          memory.units[unit].readAt = clock.now()
          return
        }
        guard clock.now() < patience else { throw I2CError(.timeout, address: memory.units[unit].address.value) }
        clock.sleep(until: clock.now() &+ memory.units[unit].conversionTime / 16)
        guard send(planned, nil, &clock, deadline) else { return }
      } catch {
        tries += 1
        guard mayConvertAgain(unit, error, tries, &clock, deadline) else { return leaveOut(unit, error) }
        tell(unit, error, tries)
        guard setUpNow(unit, &clock, deadline), convertAlone(planned, &clock, deadline) else { return }
      }
    }
  }

  /// Like `mayRetry`, with a conversion in the time; a slow converter is no trouble of the bus.
  private mutating func mayConvertAgain<C: HardwareClock>(
    _ unit: Int, _ met: I2CError, _ tries: UInt8, _ clock: inout C, _ deadline: UInt64
  ) -> Bool {
    guard tries <= policy.retries else { return false }
    guard deadline != .max else { return true }
    let state = memory.units[unit]
    let wire = memory.busState[state.bus].planned(state.setUpBits + 140)
    return clock.now() &+ wire &+ 2 * state.conversionTime <= deadline
  }

  /// Whether the answer is a finished conversion.
  ///
  /// - Throws: `unexpectedData` when the chip is not set up as it was.
  private mutating func isDone(_ planned: Int, _ now: UInt64) throws(I2CError) -> Bool {
    let transfer = memory.planned[planned]
    let unit = transfer.unit
    guard case .ads(let chip) = memory.units[unit].driver else { return true }
    var word: UInt16
    if let status = transfer.status {
      word = UInt16(bigEndian: status.load(as: UInt16.self))
    } else {
      // Its line was trusted: then there is nothing to ask.
      guard memory.units[unit].lineMistrustedUntil > now else { return true }
      word = try ask(unit, chip)
    }
    var want: UInt32 = 0
    withUnsafeMutableBytes(of: &want) { _ = chip.encodeStart(channel: transfer.channel, into: $0) }
    let expected = withUnsafeBytes(of: want) { UInt16($0[1]) << 8 | UInt16($0[2]) }
    guard word & 0x7FFF == expected & 0x7FFF else {
      throw I2CError(.unexpectedData, address: memory.units[unit].address.value)
    }
    if memory.units[unit].continuous { word |= 0x8000 }
    return word & 0x8000 != 0
  }

  /// The configuration of a chip whose plan does not ask for it.
  private mutating func ask(_ unit: Int, _ chip: ADS1x15) throws(I2CError) -> UInt16 {
    var pointer: UInt8 = 1
    var word: UInt16 = 0
    let bus = memory.units[unit].bus
    try selectChip(unit)
    try withUnsafeBytes(of: &pointer) { (out) throws(I2CError) in
      try withUnsafeMutableBytes(of: &word) { (into) throws(I2CError) in
        try memory.buses[bus].writeRead(chip.address, out, into: into)
      }
    }
    try sendPointer(unit)
    return UInt16(bigEndian: word)
  }

  /// Starts one converter anew, waits by the clock and reads it.
  private mutating func convertAlone<C: HardwareClock>(
    _ planned: Int, _ clock: inout C, _ deadline: UInt64
  ) -> Bool {
    let unit = memory.planned[planned].unit
    if case .ads(let chip) = memory.units[unit].driver, !memory.units[unit].continuous {
      do throws(I2CError) {
        try selectChip(unit)
        try chip.startConversion(on: &memory.buses[memory.units[unit].bus], channel: memory.planned[planned].channel)
      } catch {
        giveUp(unit, error)
        return false
      }
    }
    clock.sleep(until: clock.now() &+ (memory.units[unit].continuous ? 2 : 1) * memory.units[unit].conversionTime)
    return send(planned, nil, &clock, deadline)
  }
}
