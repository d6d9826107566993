import Drivers
import HardwareInterface
import WireFormat

// One step: drives out, responses in.
extension ConverterBank {
  /// Writes the drive codes, [drive channels]: lines in one call, then each bus's chips in one batch a multiplexer setting.
  ///
  /// Every code is sent in every step, changed or not: a step takes the same time whatever it drives, as twins expect, and
  /// a chip that lost a code has it again a step later.
  ///
  /// - Parameter deadline: no retry is begun that would end later.
  public mutating func write<C: HardwareClock>(
    _ codes: UnsafePointer<UInt16>, clock: inout C, until deadline: UInt64 = .max
  ) {
    patch(codes)
    if driveMask != 0, !linesLeftOut { setLines(driveMask, levels(codes), clock.now()) }
    let pass = memory.passes[0]
    for segment in pass.first..<pass.first + pass.count { perform(segment, &clock, deadline) }
  }

  /// As `write(_:clock:until:)`, for what has all the time it needs.
  public mutating func write(_ codes: UnsafePointer<UInt16>) {
    var clock = TimelessClock()
    write(codes, clock: &clock)
  }

  // `mutating`, though they change what `memory` points to alone: Swift copies the whole bank for a call that is not.

  /// Puts codes into the prepared bytes.
  mutating func patch(_ codes: UnsafePointer<UInt16>) {
    for unit in 0..<memory.unitCount {
      let first = memory.units[unit].firstGroup
      for index in first..<first + memory.units[unit].groupCount {
        let group = memory.groups[index]
        for place in 0..<group.count { memory.scratch[place] = codes[memory.slots[group.firstSlot + place]] }
        _ = memory.units[unit].driver.encode(
          first: group.channel, UnsafeBufferPointer(start: memory.scratch, count: group.count), into: group.bytes)
      }
    }
  }

  mutating func levels(_ codes: UnsafePointer<UInt16>) -> UInt64 {
    var levels: UInt64 = 0
    for index in 0..<lineDrives.count where codes[lineDrives[index].slot] != 0 {
      levels |= 1 << UInt64(lineDrives[index].line)
    }
    return levels
  }

  /// Sets lines, with retries; false when they are left out then.
  @discardableResult
  mutating func setLines(_ mask: UInt64, _ levels: UInt64, _ now: UInt64) -> Bool {
    var tries: UInt8 = 0
    while true {
      do throws(LineError) {
        try lines.set(mask: mask, levels: levels)
        if lineChip != 0xFF { memory.counters[Int(lineChip)].transfers &+= 1 }
        return true
      } catch {
        tries += 1
        guard tries <= policy.retries else {
          leaveOutLines(error, at: now)
          return false
        }
        retryCount &+= 1
        if lineChip != 0xFF { memory.counters[Int(lineChip)].retries &+= 1 }
      }
    }
  }

  /// Reads all responses, then all live inputs: [response channels + input channels]. Channels of chips that are left out
  /// keep what stands there.
  ///
  /// Converters that need their time are started first and collected last; what answers at once is read meanwhile.
  ///
  /// - Parameter deadline: no retry is begun that would end later.
  public mutating func read<C: HardwareClock>(
    into codes: UnsafeMutablePointer<UInt16>, clock: inout C, until deadline: UInt64 = .max
  ) {
    // Drives written before now count for conversions that begin from now on.
    let due = rounds > 0 ? clock.now() : 0
    for number in 1..<memory.passCount {
      let pass = memory.passes[number]
      switch pass.role {
      case .drive, .point: break
      case .start: start(pass, &clock, deadline)
      case .read:
        if readMask != 0, !linesLeftOut { readLines(codes, clock.now()) }
        for segment in pass.first..<pass.first + pass.count {
          perform(segment, &clock, deadline)
          take(segment, codes, &clock, deadline)
        }
      case .collect: collect(pass, codes, due, &clock, deadline)
      }
    }
  }

  private mutating func readLines(_ codes: UnsafeMutablePointer<UInt16>, _ now: UInt64) {
    var tries: UInt8 = 0
    while true {
      do throws(LineError) {
        let levels = try lines.levels(mask: readMask)
        for index in 0..<lineReads.count {
          codes[lineReads[index].slot] = UInt16(truncatingIfNeeded: (levels >> UInt64(lineReads[index].line)) & 1)
        }
        memory.counters[Int(lineChip)].transfers &+= 1
        return
      } catch {
        tries += 1
        guard tries <= policy.retries else { return leaveOutLines(error, at: now) }
        retryCount &+= 1
        memory.counters[Int(lineChip)].retries &+= 1
      }
    }
  }

  /// Takes the answers of a segment into the codes. A chip that answered wrongly is set up again and read once more.
  mutating func take<C: HardwareClock>(
    _ number: Int, _ codes: UnsafeMutablePointer<UInt16>, _ clock: inout C, _ deadline: UInt64
  ) {
    let segment = memory.segments[number]
    for place in 0..<segment.active {
      let planned = memory.activeIndex[segment.first + place]
      let unit = memory.planned[planned].unit
      if memory.units[unit].leftOut { continue }
      var tries: UInt8 = 0
      while true {
        do throws(I2CError) {
          try decode(planned, codes)
          break
        } catch {
          tries += 1
          let bits = memory.units[unit].setUpBits + memory.planned[planned].bits
          guard mayRetry(unit, error, tries, bits: bits, &clock, deadline) else {
            giveUp(unit, error)
            break
          }
          tell(unit, error, tries)
          guard setUpNow(unit, &clock, deadline), send(planned, nil, &clock, deadline) else { break }
        }
      }
    }
  }

  /// The codes of one answer, to their places.
  mutating func decode(_ planned: Int, _ codes: UnsafeMutablePointer<UInt16>) throws(I2CError) {
    let transfer = memory.planned[planned]
    guard let answer = transfer.answer else { return }
    let raw = UnsafeRawBufferPointer(start: answer, count: transfer.answerBytes)
    if case .ad5593r(let chip) = memory.units[transfer.unit].driver {
      let list = UnsafeMutableBufferPointer(start: memory.scratch, count: transfer.slotCount)
      try chip.decodeADCs(raw, mask: UInt8(truncatingIfNeeded: memory.units[transfer.unit].readMask), into: list)
      for index in 0..<transfer.slotCount { codes[memory.slots[transfer.firstSlot + index]] = list[index] }
    } else {
      codes[memory.slots[transfer.firstSlot]] = try memory.units[transfer.unit].driver.decode(
        channel: transfer.channel, raw)
    }
  }
}
