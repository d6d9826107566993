import Drivers
import HardwareInterface
import WireFormat

// What is done in the time a step leaves: trying chips that were left out, reading monitors, looking after chips whose
// reset nothing in a step would show. One thing a step, and only what fits.
extension ConverterBank {
  /// Left of a step's slack in any case, nanoseconds: the wake-up and what surrounds a transfer.
  private static var reserve: UInt64 { 100_000 }

  /// Uses what is left until `deadline`, when the next step begins.
  public mutating func useSlack<C: HardwareClock>(clock: inout C, until deadline: UInt64) {
    let now = clock.now()
    guard deadline > now &+ Self.reserve else { return }
    let budget = deadline - now - Self.reserve
    if quarantinedCount > 0, policy.reprobe > 0, probe(now, budget, &clock) { return }
    if memory.monitorCount > 0, monitor(now, budget, &clock) { return }
    if policy.reprobe > 0 { check(now, budget, &clock) }
  }

  // MARK: - Chips that were left out

  /// - Returns: whether something was done.
  private mutating func probe<C: HardwareClock>(_ now: UInt64, _ budget: UInt64, _ clock: inout C) -> Bool {
    if linesLeftOut, now >= nextLineProbe {
      probeLines(now)
      return true
    }
    // One that has begun goes on; else the next that is due.
    var chosen = memory.progress.pointee.unit
    if chosen < 0 || !memory.units[chosen].leftOut { chosen = nextDue(now) }
    guard chosen >= 0 else { return false }
    return probe(chosen, budget, &clock)
  }

  private func nextDue(_ now: UInt64) -> Int {
    var earliest = UInt64.max
    var chosen = -1
    for unit in 0..<memory.unitCount where memory.units[unit].leftOut {
      if case .unusable = memory.units[unit].driver { continue }
      // Left out since this step: its time runs from now.
      if memory.units[unit].leftOutAt == 0 {
        memory.units[unit].leftOutAt = max(now, 1)
        memory.units[unit].nextProbe = now &+ policy.reprobe
      }
      if memory.units[unit].nextProbe <= now, memory.units[unit].nextProbe < earliest {
        earliest = memory.units[unit].nextProbe
        chosen = unit
      }
    }
    return chosen
  }

  private mutating func probe<C: HardwareClock>(_ unit: Int, _ budget: UInt64, _ clock: inout C) -> Bool {
    let bus = memory.units[unit].bus
    let selection = memory.busState[bus].planned(memory.units[unit].mux >= 0 ? 40 : 0)
    guard budget > selection else { return false }
    if memory.progress.pointee.unit != unit {
      memory.progress.pointee.begin(unit)
      memory.units[unit].probes &+= 1
    }
    let before = memory.progress.pointee.done
    var counted = setUpBus(unit, budget: budget - selection)
    do throws(I2CError) {
      try setUp(unit, on: &counted)
      memory.units[unit].setUpBits = max(memory.progress.pointee.bits, 40)
      memory.progress.pointee.unit = -1
      memory.busState[bus].troubled = -1
      takeBack(unit, at: clock.now())
    } catch {
      if counted.paused {
        // A single transaction that no slack is long enough for would be waited for for ever.
        if memory.progress.pointee.done == before { return false }
        return true
      }
      forgetSelection(unit)
      memory.progress.pointee.unit = -1
      if error.kind.concernsWholeBus { freeInSlack(bus, clock.now()) }
      // A bus that hangs holds the loop up each time: it is tried more and more seldom.
      if error.kind.concernsWholeBus, memory.units[unit].probeBackoff < 4 { memory.units[unit].probeBackoff += 1 }
      memory.units[unit].nextProbe = clock.now() &+ policy.reprobe << UInt64(memory.units[unit].probeBackoff)
    }
    return true
  }

  private mutating func freeInSlack(_ bus: Int, _ now: UInt64) {
    guard now >= memory.busState[bus].nextClear else { return }
    memory.busState[bus].nextClear = now &+ 100_000_000
    guard let freed = memory.buses[bus].recover() else { return }
    clearCount &+= 1
    put(.cleared(bus: UInt8(truncatingIfNeeded: bus), freed: freed))
  }

  private mutating func probeLines(_ now: UInt64) {
    nextLineProbe = now &+ policy.reprobe
    do throws(LineError) {
      if driveMask != 0 { try lines.set(mask: driveMask, levels: safeLevels & driveMask) }
      if readMask != 0 { _ = try lines.levels(mask: readMask) }
      takeLinesBack()
    } catch {
      return
    }
  }

  // MARK: - Monitors

  private mutating func monitor<C: HardwareClock>(_ now: UInt64, _ budget: UInt64, _ clock: inout C) -> Bool {
    if startedMonitor >= 0 {
      guard now >= monitorReadyAt else { return false }
      return read(startedMonitor, budget, &clock)
    }
    for offset in 0..<memory.monitorCount {
      let index = (nextMonitor + offset) % memory.monitorCount
      guard memory.monitorDue[index] <= now else { continue }
      let unit = memory.monitorUnits[index]
      if unit >= 0, memory.units[unit].leftOut { continue }
      nextMonitor = (index + 1) % memory.monitorCount
      if unit >= 0, memory.units[unit].conversionTime > 0 { return begin(index, budget, &clock) }
      return read(index, budget, &clock)
    }
    return false
  }

  /// A converter that takes its time is started in one step's slack and read in a later one's.
  private mutating func begin<C: HardwareClock>(_ index: Int, _ budget: UInt64, _ clock: inout C) -> Bool {
    let unit = memory.monitorUnits[index]
    guard case .ads(let chip) = memory.units[unit].driver, fits(unit, 80, budget) else { return false }
    do throws(I2CError) {
      try selectChip(unit)
      try chip.startConversion(on: &memory.buses[memory.units[unit].bus], channel: board.monitors[index].channel)
      startedMonitor = index
      monitorReadyAt = clock.now() &+ memory.units[unit].conversionTime
    } catch {
      failed(index, error, clock.now())
    }
    return true
  }

  private func fits(_ unit: Int, _ bits: UInt64, _ budget: UInt64) -> Bool {
    memory.busState[memory.units[unit].bus].planned(bits + (memory.units[unit].mux >= 0 ? 40 : 0)) <= budget
  }

  private mutating func read<C: HardwareClock>(_ index: Int, _ budget: UInt64, _ clock: inout C) -> Bool {
    let channel = board.monitors[index].channel
    let unit = memory.monitorUnits[index]
    var code: UInt16 = 0
    if unit < 0 {
      do throws(LineError) {
        code = UInt16(truncatingIfNeeded: try lines.levels(mask: 1 << UInt64(channel)) >> UInt64(channel))
      } catch {
        put(.line(error))
      }
    } else {
      guard fits(unit, 120, budget) else { return false }
      do throws(I2CError) {
        try selectChip(unit)
        code = try reading(unit, channel)
        memory.counters[Int(memory.units[unit].chip)].transfers &+= 1
      } catch {
        startedMonitor = -1
        failed(index, error, clock.now())
        return true
      }
    }
    startedMonitor = -1
    memory.monitorDue[index] = clock.now() &+ board.monitors[index].period
    let kind = board.chips[Int(board.monitors[index].chip)]
    put(.reading(monitor: UInt16(truncatingIfNeeded: index), code: code, value: kind.quantity(channel, code)))
    return true
  }

  private func reading(_ unit: Int, _ channel: UInt8) throws(I2CError) -> UInt16 {
    let bus = memory.units[unit].bus
    switch memory.units[unit].driver {
    case .ads(let chip): return UInt16(bitPattern: try chip.readConversion(on: &memory.buses[bus]))
    case .ina219(let chip): return UInt16(bitPattern: try chip.read(on: &memory.buses[bus], channel: channel))
    case .tmp117(let chip): return UInt16(bitPattern: try chip.read(on: &memory.buses[bus]))
    case .tmp105(let chip): return UInt16(bitPattern: try chip.read(on: &memory.buses[bus]))
    case .ad5593r(let chip):
      try chip.startSequence(on: &memory.buses[bus], mask: 1 << (channel & 7))
      let list = UnsafeMutableBufferPointer(start: memory.scratch, count: 1)
      try chip.readADCs(on: &memory.buses[bus], mask: 1 << (channel & 7), into: list)
      return memory.scratch[0]
    case .mcp4728, .mcp4725, .pca9685, .ad5272, .si5351a, .gpio, .unusable:
      throw I2CError(.unsupported, address: memory.units[unit].address.value)
    }
  }

  /// A monitor is tried once more in its next turn, then its chip is left out.
  private mutating func failed(_ index: Int, _ error: I2CError, _ now: UInt64) {
    let unit = memory.monitorUnits[index]
    forgetSelection(unit)
    memory.units[unit].probeBackoff = min(memory.units[unit].probeBackoff + 1, 4)
    if memory.units[unit].probeBackoff > policy.retries {
      leaveOut(unit, error)
    } else {
      tell(unit, error, memory.units[unit].probeBackoff)
    }
  }

  // MARK: - Chips whose reset nothing shows

  private mutating func check<C: HardwareClock>(_ now: UInt64, _ budget: UInt64, _ clock: inout C) {
    for unit in 0..<memory.unitCount
    where memory.units[unit].isSilent && memory.units[unit].nextCheck <= now && !memory.units[unit].leftOut {
      guard fits(unit, 120, budget) else { return }
      memory.units[unit].nextCheck = now &+ policy.reprobe
      do throws(I2CError) {
        try selectChip(unit)
        guard try !isSetUp(unit) else { return }
        // It was reset: as any chip that answers wrongly, and it is set up again in the slack to come.
        leaveOut(unit, I2CError(.unexpectedData, address: memory.units[unit].address.value))
        memory.units[unit].leftOutAt = max(now, 1)
        memory.units[unit].nextProbe = now
      } catch {
        // The next step's own transfers will tell more.
        tell(unit, error, 1)
        forgetSelection(unit)
      }
      return
    }
  }

  /// Whether the chip is still set up; what a step writes says nothing, as a chip that was reset takes it too.
  func isSetUp(_ unit: Int) throws(I2CError) -> Bool {
    let state = memory.units[unit]
    let bus = state.bus
    switch state.driver {
    case .ad5593r(let chip):
      return try chip.isConfigured(
        on: &memory.buses[bus], dacMask: UInt8(truncatingIfNeeded: state.driveMask),
        adcMask: UInt8(truncatingIfNeeded: state.readMask))
    case .pca9685(let chip): return try chip.isConfigured(on: &memory.buses[bus])
    case .ad5272(let chip):
      // Locked, it keeps its position whatever is written.
      guard state.groupCount > 0 else { return true }
      let bytes = memory.groups[state.firstGroup].bytes
      return try chip.code(on: &memory.buses[bus]) == UInt16(bytes[0] & 0x03) << 8 | UInt16(bytes[1])
    default: return true
    }
  }
}

extension ChipDescription {
  /// What a read code of the chip means: °C, volts, amperes, or the code itself where it has no unit.
  public func quantity(_ channel: UInt8, _ code: UInt16) -> Float {
    let signed = Float(Int16(bitPattern: code))
    switch kind {
    case .ad5593r: return Float(code) * (fullScaleVolts / 4096)
    case .ads1115, .ads1015: return signed * (fullScaleVolts / 32768)
    case .ina219:
      if channel & 1 != 0 { return signed * INA219.busVoltsPerCode }
      return signed * INA219.shuntVoltsPerCode / setting(0)
    case .tmp117: return signed * 0.0078125
    case .tmp105: return signed * 0.00390625
    case .mcp4728, .mcp4725, .pca9685, .ad5272, .si5351a, .tca9548a, .ds1338, .at24c, .gpio: return Float(code)
    }
  }
}
