import Drivers
import HardwareInterface
import WireFormat

// Batches, and what is done when they fail.
extension ConverterBank {
  /// Sends a segment; what fails is tried again as long as it can be done by `deadline`.
  ///
  /// - Returns: when it was begun.
  @discardableResult
  mutating func perform<C: HardwareClock>(_ number: Int, _ clock: inout C, _ deadline: UInt64) -> UInt64 {
    if isStale {
      memory.selectActive()
      isStale = false
    }
    let segment = memory.segments[number]
    guard segment.active > 0 else { return clock.now() }
    if segment.firstBehind >= 0, !selectForAll(segment, &clock, deadline) { return clock.now() }
    let began = clock.now()
    let list = UnsafeMutableBufferPointer(start: memory.active + segment.first, count: segment.active)
    let result = memory.buses[segment.bus].batch(list)
    for index in 0..<min(result.completed, segment.active) { completed(memory.activeIndex[segment.first + index]) }
    if let repeated = result.repeated {
      retryCount &+= 1
      put(.retried(ConverterFault(chip: Self.unknownChip, cause: repeated), attempt: 1))
    }
    guard let error = result.error else {
      memory.busState[segment.bus].took(clock.now() &- began, bits: segment.bits)
      memory.busState[segment.bus].troubled = -1
      return began
    }
    // What is left goes one by one; the first of it has had its first try.
    if result.completed > 0 { memory.busState[segment.bus].troubled = -1 }
    for index in result.completed..<segment.active {
      let planned = memory.activeIndex[segment.first + index]
      if memory.units[memory.planned[planned].unit].leftOut { continue }
      send(planned, index == result.completed ? error : nil, &clock, deadline)
    }
    return began
  }

  /// In place of a chip, where one of several is meant and nobody knows which.
  static var unknownChip: UInt8 { 0xFF }

  @inline(__always)
  private func completed(_ planned: Int) {
    let chip = Int(memory.units[memory.planned[planned].unit].chip)
    memory.counters[chip].transfers &+= 1
  }

  /// One transaction, with its retries.
  ///
  /// - Parameter first: what its first try met; nil when it has not been tried.
  /// - Returns: whether it was done; its chip is left out if not.
  @discardableResult
  mutating func send<C: HardwareClock>(
    _ planned: Int, _ first: I2CError?, _ clock: inout C, _ deadline: UInt64
  ) -> Bool {
    let unit = memory.planned[planned].unit
    let bus = memory.units[unit].bus
    var error = first
    var tries: UInt8 = first == nil ? 0 : 1
    while true {
      if let met = error {
        guard mayRetry(unit, met, tries, bits: memory.planned[planned].bits, &clock, deadline) else {
          giveUp(unit, met)
          return false
        }
        tell(unit, met, tries)
      }
      tries += 1
      do throws(I2CError) {
        try selectChip(unit)
        if error != nil { try prepareAgain(planned) }
        try memory.buses[bus].transaction(memory.transfers[planned].address, memory.transfers[planned].operations)
        completed(planned)
        memory.busState[bus].troubled = -1
        return true
      } catch let met {
        error = met
        forgetSelection(unit)
      }
    }
  }

  /// Before a read is repeated: a sequence that was broken off is started anew.
  private func prepareAgain(_ planned: Int) throws(I2CError) {
    let unit = memory.planned[planned].unit
    guard memory.planned[planned].answer != nil else { return }
    if case .ad5593r(let chip) = memory.units[unit].driver {
      let bus = memory.units[unit].bus
      try chip.startSequence(on: &memory.buses[bus], mask: UInt8(truncatingIfNeeded: memory.units[unit].readMask))
    }
    try sendPointer(unit)
  }

  /// For chips whose pointer stays where they are read.
  func sendPointer(_ unit: Int) throws(I2CError) {
    guard memory.units[unit].keepsPointer else { return }
    var byte: UInt8 = 0
    let address = memory.units[unit].address
    let bus = memory.units[unit].bus
    try withUnsafeMutableBytes(of: &byte) { (raw) throws(I2CError) in
      switch memory.units[unit].driver {
      case .ad5593r: _ = AD5593R.encodeReadADCs(into: raw)
      case .tmp117: _ = TMP117.encodePointer(into: raw)
      case .tmp105: _ = TMP105.encodePointer(into: raw)
      default: _ = ADS1x15.encodePointer(into: raw)
      }
      try memory.buses[bus].write(address, UnsafeRawBufferPointer(raw))
    }
  }

  /// Whether another try is allowed and can be done in time; a bus that is held low is freed first.
  mutating func mayRetry<C: HardwareClock>(
    _ unit: Int, _ met: I2CError, _ tries: UInt8, bits: UInt64, _ clock: inout C, _ deadline: UInt64
  ) -> Bool {
    let bus = memory.units[unit].bus
    // A second chip meets the whole bus's trouble with nothing done between: the bus is it.
    if met.kind.concernsWholeBus, memory.busState[bus].troubled >= 0, memory.busState[bus].troubled != unit {
      return false
    }
    guard tries <= policy.retries else { return false }
    if met.kind == .busStuck || met.kind == .timeout { free(bus, clock.now(), always: deadline == .max) }
    guard deadline != .max else { return true }
    return clock.now() &+ memory.busState[bus].planned(bits) <= deadline
  }

  mutating func tell(_ unit: Int, _ met: I2CError, _ attempt: UInt8) {
    let chip = memory.units[unit].chip
    retryCount &+= 1
    memory.counters[Int(chip)].retries &+= 1
    put(.retried(ConverterFault(chip: chip, cause: met), attempt: attempt))
  }

  /// Leaves a chip out; where the bus is at fault, all that are on it.
  mutating func giveUp(_ unit: Int, _ cause: I2CError) {
    leaveOut(unit, cause)
    guard cause.kind.concernsWholeBus else { return }
    let bus = memory.units[unit].bus
    let troubled = memory.busState[bus].troubled
    memory.busState[bus].troubled = unit
    guard troubled >= 0, troubled != unit else { return }
    for other in 0..<memory.unitCount where memory.units[other].bus == bus && !memory.units[other].leftOut {
      leaveOut(other, I2CError(cause.kind, address: memory.units[other].address.value, errno: cause.errno))
    }
  }

  /// Frees a bus that is held low, not more often than ten times a second.
  private mutating func free(_ bus: Int, _ now: UInt64, always: Bool) {
    guard always || now >= memory.busState[bus].nextClear else { return }
    memory.busState[bus].nextClear = now &+ 100_000_000
    guard let freed = memory.buses[bus].recover() else { return }
    clearCount &+= 1
    put(.cleared(bus: UInt8(truncatingIfNeeded: bus), freed: freed))
  }

  // MARK: - Multiplexers

  /// Selects for a segment, with retries; where the multiplexer fails, all chips behind it are left out.
  private mutating func selectForAll<C: HardwareClock>(
    _ segment: PlanSegment, _ clock: inout C, _ deadline: UInt64
  ) -> Bool {
    var tries: UInt8 = 0
    let unit = memory.planned[memory.activeIndex[segment.first + segment.firstBehind]].unit
    while true {
      do throws(I2CError) {
        try select(segment.mux, segment.mask)
        return true
      } catch {
        tries += 1
        guard mayRetry(unit, error, tries, bits: 20, &clock, deadline) else {
          for other in 0..<memory.unitCount where memory.units[other].mux == segment.mux { leaveOut(other, error) }
          sendDirect(segment, &clock, deadline)
          return false
        }
        tell(unit, error, tries)
      }
    }
  }

  /// The chips of a segment that are in front of its multiplexer.
  private mutating func sendDirect<C: HardwareClock>(
    _ segment: PlanSegment, _ clock: inout C, _ deadline: UInt64
  ) {
    for index in segment.first..<segment.first + segment.count {
      let unit = memory.planned[index].unit
      if !memory.units[unit].leftOut, memory.units[unit].mux < 0 { send(index, nil, &clock, deadline) }
    }
  }

  /// Opens the way to a chip; nothing where it sits on its bus directly.
  mutating func selectChip(_ unit: Int) throws(I2CError) {
    if memory.units[unit].mux >= 0 { try select(memory.units[unit].mux, memory.units[unit].muxMask) }
  }

  /// After a failure: what the chip's multiplexer has selected is not known any more.
  func forgetSelection(_ unit: Int) {
    if memory.units[unit].mux >= 0 { memory.muxes[memory.units[unit].mux].selected = ConverterMux.unknown }
  }

  mutating func select(_ mux: Int, _ mask: UInt8) throws(I2CError) {
    guard memory.muxes[mux].selected != UInt16(mask) else { return }
    // Another multiplexer of the bus must not show a second chip with the same address.
    for other in 0..<memory.muxCount
    where other != mux && memory.muxes[other].bus == memory.muxes[mux].bus && memory.muxes[other].selected != 0 {
      try switchOver(other, 0)
    }
    try switchOver(mux, mask)
  }

  private mutating func switchOver(_ mux: Int, _ mask: UInt8) throws(I2CError) {
    memory.muxes[mux].selected = ConverterMux.unknown
    try TCA9548A(address: memory.muxes[mux].address).select(on: &memory.buses[memory.muxes[mux].bus], mask: mask)
    memory.muxes[mux].selected = UInt16(mask)
    memory.counters[Int(memory.muxes[mux].chip)].transfers &+= 1
  }
}
