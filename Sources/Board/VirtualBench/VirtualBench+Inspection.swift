// What a test may ask a bench and do to it besides speaking to its chips. None of it shows a device's hidden parameters.
extension VirtualBench {
  /// How often something was sent to a chip, or asked of it, that its data sheet does not allow: wrong lengths, bits that
  /// are reserved, writes to what can only be read, commands that wear its memory. 0 for unknown numbers.
  public func violations(chip: Int) -> UInt64 { state(chip)?.violations ?? 0 }

  /// How often a command was sent that writes memory which wears: a DAC's EEPROM, one-time cells, an EEPROM.
  public func memoryWrites(chip: Int) -> UInt64 { state(chip)?.memoryWrites ?? 0 }

  /// How many reads of an ADS1x15's conversion register gave a conversion for the first time, and how many one that had
  /// been read (or none yet).
  public func conversions(chip: Int) -> (fresh: UInt64, repeated: UInt64) {
    guard let state = state(chip) else { return (0, 0) }
    return (state.freshReads, state.repeatedReads)
  }

  /// The voltage a device is driven with, in hertz on a clock generator; 0 for unknown numbers.
  public func driveVolts(device: Int) -> Double {
    guard device >= 0, device < core.tables.pointee.deviceCount else { return 0 }
    return core.tables.pointee.deviceState[device].driveVolts
  }

  /// The temperature around the bench now, °C.
  public func ambientCelsius() -> Double { core.ambient(core.now()) }

  /// Sets the level of an input now. Unknown numbers and other lines do nothing.
  public func setInput(line: Int, level: Bool) {
    guard isLine(line, .input) else { return }
    _ = core.lineLevel(line, core.now())
    core.tables.pointee.lineState[line].scheduled = 0
    core.setLine(line, level ? 1 : 0)
  }

  /// Lets an input change to its other level at `time`, in place of what was scheduled before.
  public func scheduleEdge(line: Int, at time: UInt64) {
    guard isLine(line, .input) else { return }
    _ = core.lineLevel(line, core.now())
    core.tables.pointee.lineState[line].scheduled = max(time, 1)
  }

  /// The level of a line, and how often it has changed (0 for ready lines); nil for unknown numbers.
  public func line(_ line: Int) -> (level: Bool, edges: UInt64)? {
    guard line >= 0, line < core.tables.pointee.lineCount else { return nil }
    let level = core.lineLevel(line, core.now()) != 0
    return (level, core.tables.pointee.lineState[line].edges)
  }

  private func isLine(_ line: Int, _ kind: BenchLineKind) -> Bool {
    line >= 0 && line < core.tables.pointee.lineCount && core.tables.pointee.lines[line].kind == kind
  }

  private func state(_ chip: Int) -> ChipState? {
    chip >= 0 && chip < core.tables.pointee.chipCount ? core.chip(chip) : nil
  }
}
