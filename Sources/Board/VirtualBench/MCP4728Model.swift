/// The simulated MCP4728, with its LDAC pin tied high: outputs follow only commands that say so.
///
/// Each channel has an input register word (reference, power mode, gain and code as they travel on the bus) and the word its
/// output has taken. The EEPROM keeps its factory content; commands that would change it change the registers alone, and are
/// counted.
struct MCP4728Model {
  private static let input = 0
  private static let output = 4
  /// Internal reference, gain 1, on, code 0.
  private static let factory: UInt16 = 0x8000
  /// The supply, which is the reference where the internal one is off, volts.
  private static let supply = 5.0

  private let core: BenchCore
  private let index: Int
  private let state: ChipState

  init(_ core: BenchCore, _ chip: Int) {
    self.core = core
    index = chip
    state = core.chip(chip)
  }

  func powerOn() {
    for channel in 0..<4 {
      state.words[Self.input + channel] = Self.factory
      state.words[Self.output + channel] = Self.factory
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard let command = bytes.first else { return }
    switch command >> 5 {
    case 0, 1: fastWrite(bytes)
    case 2:
      switch (command >> 3) & 3 {
      case 0: multiWrite(bytes, time)
      case 2:
        wear()
        sequentialWrite(bytes, time)
      case 3:
        wear()
        singleWrite(bytes, time)
      default: state.violate()
      }
    // The address bits lie in the EEPROM.
    case 3: wear()
    case 4: setBits(0x8000, shift: 15, bytes)
    case 5: powerDown(bytes)
    case 6: setBits(0x1000, shift: 12, bytes)
    default: state.violate()
    }
  }

  private func wear() {
    state.violate()
    state.wearMemory()
  }

  // Two bytes a channel from A on; reference and gain stay.
  private func fastWrite(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count & 1 != 0 || bytes.count > 8 { state.violate() }
    var offset = 0
    var channel = 0
    while offset + 1 < bytes.count {
      let word = UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
      let kept = state.words[Self.input + channel] & 0x9000
      state.words[Self.input + channel] = kept | (word & 0x3000) << 1 | word & 0x0FFF
      offset += 2
      channel = (channel + 1) & 3
    }
  }

  // Three bytes a channel, each with its own number and update bit.
  private func multiWrite(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    var offset = 0
    while offset + 2 < bytes.count, bytes[offset] >> 3 == 0x08 {
      let channel = Int(bytes[offset] >> 1) & 3
      state.words[Self.input + channel] = UInt16(bytes[offset + 1]) << 8 | UInt16(bytes[offset + 2])
      if bytes[offset] & 1 == 0 { update(channel, time) }
      offset += 3
    }
    if offset != bytes.count { state.violate() }
  }

  // Two bytes a channel from the one named up to D.
  private func sequentialWrite(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    var channel = Int(bytes[0] >> 1) & 3
    var offset = 1
    while offset + 1 < bytes.count, channel < 4 {
      state.words[Self.input + channel] = UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
      if bytes[0] & 1 == 0 { update(channel, time) }
      offset += 2
      channel += 1
    }
  }

  private func singleWrite(_ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    guard bytes.count >= 3 else { return }
    let channel = Int(bytes[0] >> 1) & 3
    state.words[Self.input + channel] = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    if bytes[0] & 1 == 0 { update(channel, time) }
  }

  // One bit a channel, A in bit 3: reference or gain.
  private func setBits(_ mask: UInt16, shift: UInt16, _ bytes: UnsafeRawBufferPointer) {
    if bytes.count != 1 { state.violate() }
    let command = bytes[0]
    for channel in 0..<4 {
      let bit = UInt16(command >> UInt8(3 - channel)) & 1
      state.words[Self.input + channel] = state.words[Self.input + channel] & ~mask | bit << shift
    }
  }

  private func powerDown(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 2 else { return state.violate() }
    let modes = UInt16(bytes[0] & 0x0F) << 4 | UInt16(bytes[1] >> 4)
    for channel in 0..<4 {
      let mode = (modes >> UInt16(6 - 2 * channel)) & 3
      state.words[Self.input + channel] = state.words[Self.input + channel] & ~0x6000 | mode << 13
    }
  }

  private func update(_ channel: Int, _ time: UInt64) {
    state.words[Self.output + channel] = state.words[Self.input + channel]
    core.drive(chip: index, channel: channel, volts: volts(channel), time)
  }

  /// The output of a channel, volts.
  func volts(_ channel: Int) -> Double {
    let word = state.words[Self.output + channel]
    guard word & 0x6000 == 0 else { return 0 }
    let fraction = Double(word & 0x0FFF) * (1.0 / 4096)
    guard word & 0x8000 != 0 else { return fraction * Self.supply }
    return fraction * (word & 0x1000 != 0 ? 4.096 : 2.048)
  }

  /// For each channel three bytes of its input register, then three of its EEPROM; over again after 24.
  func read(_ bytes: UnsafeMutableRawBufferPointer) {
    if bytes.count > 24 { state.violate() }
    for position in 0..<bytes.count {
      let channel = (position / 6) & 3
      let word = position % 6 < 3 ? state.words[Self.input + channel] : Self.factory
      switch position % 3 {
      case 0: bytes[position] = 0xC0 | UInt8(channel) << 4
      case 1: bytes[position] = UInt8(truncatingIfNeeded: word >> 8)
      default: bytes[position] = UInt8(truncatingIfNeeded: word)
      }
    }
  }
}
