/// The simulated MCP4725: a register that is the output, and an EEPROM it comes up from, half scale as sold.
struct MCP4725Model {
  private static let code = 0
  private static let powerDown = 1
  private static let storedCode = 2
  private static let storedPowerDown = 3
  private static let channel = 0

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    state.words[Self.code] = 0x0800
    state.words[Self.storedCode] = 0x0800
  }

  /// Commands one after another: a fast write is two bytes, the others are three.
  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    var offset = 0
    while offset < bytes.count {
      let size = bytes[offset] >> 6 == 0 ? 2 : 3
      guard offset + size <= bytes.count else { return state.violate() }
      if size == 2 {
        state.words[Self.code] = UInt16(bytes[offset] & 0x0F) << 8 | UInt16(bytes[offset + 1])
        state.words[Self.powerDown] = UInt16(bytes[offset] >> 4) & 3
      } else {
        long(bytes[offset], UInt16(bytes[offset + 1]) << 4 | UInt16(bytes[offset + 2]) >> 4)
      }
      update(time)
      offset += size
    }
  }

  private func long(_ command: UInt8, _ code: UInt16) {
    guard command >> 5 == 2 || command >> 5 == 3 else { return state.violate() }
    state.words[Self.code] = code
    state.words[Self.powerDown] = UInt16(command >> 1) & 3
    guard command >> 5 == 3 else { return }
    state.violate()
    state.wearMemory()
    state.words[Self.storedCode] = state.words[Self.code]
    state.words[Self.storedPowerDown] = state.words[Self.powerDown]
  }

  /// Tells the device what the output is.
  func update(_ time: UInt64) {
    let supply = core.tables.pointee.chips[index].supplyVolts
    let on = state.words[Self.powerDown] & 3 == 0
    let volts = on ? Double(state.words[Self.code] & 0x0FFF) * (1.0 / 4096) * supply : 0
    core.drive(chip: index, channel: Self.channel, volts: volts, time)
  }

  /// Ready and powered, then the register, then the EEPROM; over again after 5.
  func read(_ bytes: UnsafeMutableRawBufferPointer) {
    if bytes.count > 5 { state.violate() }
    let code = state.words[Self.code]
    let stored = state.words[Self.storedCode]
    for position in 0..<bytes.count {
      switch position % 5 {
      case 0: bytes[position] = 0xC0 | UInt8(truncatingIfNeeded: state.words[Self.powerDown] & 3) << 1
      case 1: bytes[position] = UInt8(truncatingIfNeeded: code >> 4)
      case 2: bytes[position] = UInt8(truncatingIfNeeded: code << 4)
      case 3:
        bytes[position] = UInt8(truncatingIfNeeded: (state.words[Self.storedPowerDown] & 3) << 5 | (stored >> 8) & 0x0F)
      default: bytes[position] = UInt8(truncatingIfNeeded: stored)
      }
    }
  }
}
