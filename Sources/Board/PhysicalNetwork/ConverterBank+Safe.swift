import Drivers
import HardwareInterface
import WireFormat

// The ways out: safe values, written so that nothing that can be reached misses them.
extension ConverterBank {
  /// Tries of the safe values that one chip gets.
  private static var safeTries: UInt8 { 6 }

  /// Writes codes to every chip, quarantined or not, each tried on its own: the way out of a run. Every chip has its codes
  /// first; then it is set up once more, as it may have lost that, has them again, and they are read back. A chip that was
  /// left out stays so, whether it takes them or not.
  ///
  /// - Returns: how many chips could not be written.
  public mutating func writeSafe(_ codes: UnsafePointer<UInt16>) -> Int {
    patch(codes)
    var failures = 0
    if outputMask != 0 { failures += setSafeLines(codes) }
    for mux in 0..<memory.muxCount { memory.muxes[mux].selected = ConverterMux.unknown }
    for bus in 0..<memory.busCount { memory.busState[bus].troubled = -1 }
    for unit in 0..<memory.unitCount where isDriver(unit) { _ = attempt(unit, 2, configures: false) }
    for unit in 0..<memory.unitCount {
      memory.units[unit].isUnsafe = isDriver(unit) && !attempt(unit, Self.safeTries, configures: true)
    }
    // What held the bus up may be over by now.
    for unit in 0..<memory.unitCount where memory.units[unit].isUnsafe {
      if attempt(unit, Self.safeTries, configures: true) {
        memory.units[unit].isUnsafe = false
      } else {
        failures += 1
      }
    }
    return failures
  }

  /// Chips that did not take their safe values when these were last written: indices into `BoardDescription.chips`.
  public var unsafeChips: [UInt8] {
    var chips: [UInt8] = []
    for unit in 0..<memory.unitCount where memory.units[unit].isUnsafe { chips.append(memory.units[unit].chip) }
    return chips
  }

  private func isDriver(_ unit: Int) -> Bool { memory.units[unit].writeCount > 0 }

  private mutating func setSafeLines(_ codes: UnsafePointer<UInt16>) -> Int {
    let levels = safeLevels & ~driveMask | levels(codes)
    for _ in 0..<Self.safeTries {
      do throws(LineError) {
        try lines.set(mask: outputMask, levels: levels)
        return 0
      } catch {
        put(.line(error))
      }
    }
    return 1
  }

  private mutating func attempt(_ unit: Int, _ most: UInt8, configures: Bool) -> Bool {
    let bus = memory.units[unit].bus
    if case .unusable = memory.units[unit].driver { return false }
    defer { memory.progress.pointee.unit = -1 }
    for tries in 1...most {
      do throws(I2CError) {
        if configures {
          memory.progress.pointee.begin(unit)
          var counted = setUpBus(unit, budget: .max)
          try setUp(unit, on: &counted)
          guard try holdsCodes(unit) else {
            throw I2CError(.unexpectedData, address: memory.units[unit].address.value)
          }
        } else {
          try selectChip(unit)
          try sendCodes(unit, on: &memory.buses[bus])
        }
        memory.busState[bus].troubled = -1
        return true
      } catch {
        forgetSelection(unit)
        if !mayRetryEver(unit, error, tries) { return false }
        tell(unit, error, tries)
      }
    }
    return false
  }

  /// On a bus that hangs, each try may take long: a chip has two then, and the bus is freed before each.
  private mutating func mayRetryEver(_ unit: Int, _ met: I2CError, _ tries: UInt8) -> Bool {
    var clock = TimelessClock()
    let hangs = met.kind == .timeout || met.kind == .busStuck
    let bus = memory.units[unit].bus
    if hangs, tries >= 3 { return false }
    if hangs { memory.busState[bus].troubled = unit }
    _ = mayRetry(unit, met, 0, bits: 0, &clock, .max)
    return true
  }

  /// Writes the description's safe codes to every chip and line.
  ///
  /// - Returns: how many chips could not be written.
  public mutating func writeSafe(_ board: BoardDescription) -> Int {
    var codes: [UInt16] = []
    for drive in board.drives { codes.append(drive.safeCode) }
    codes.append(0)
    return codes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      return writeSafe(base)
    }
  }

  /// Whether a chip's drives read back as they were written, and its outputs are on.
  private func holdsCodes(_ unit: Int) throws(I2CError) -> Bool {
    let state = memory.units[unit]
    for index in state.firstGroup..<state.firstGroup + state.groupCount {
      guard try holds(memory.groups[index], state) else { return false }
    }
    // Last, as a chip that was reset in between shows it here.
    return try isSetUp(unit)
  }

  private func holds(_ group: CodeGroup, _ state: ConverterUnit) throws(I2CError) -> Bool {
    let bytes = group.bytes
    let bus = state.bus
    switch state.driver {
    case .ad5593r(let chip):
      return try chip.dacCode(on: &memory.buses[bus], channel: group.channel)
        == UInt16(bytes[1] & 0x0F) << 8 | UInt16(bytes[2])
    case .mcp4728(let chip):
      let status = try chip.status(on: &memory.buses[bus])
      let channel: MCP4728.Channel
      switch group.channel {
      case 0: channel = status.a
      case 1: channel = status.b
      case 2: channel = status.c
      default: channel = status.d
      }
      return channel.powerDown == 0 && channel.code == UInt16(bytes[1] & 0x0F) << 8 | UInt16(bytes[2])
    case .mcp4725(let chip):
      let status = try chip.status(on: &memory.buses[bus])
      return status.powerDown == 0 && status.code == UInt16(bytes[0] & 0x0F) << 8 | UInt16(bytes[1])
    case .pca9685(let chip):
      for place in 0..<group.count {
        let code = UInt16(bytes[4 * place + 2] & 0x0F) << 8 | UInt16(bytes[4 * place + 1])
        let channel = group.channel + UInt8(truncatingIfNeeded: place)
        guard try chip.code(on: &memory.buses[bus], channel: channel) == code else { return false }
      }
      return true
    case .ad5272, .si5351a, .ads, .ina219, .tmp117, .tmp105, .gpio, .unusable: return true
    }
  }
}
