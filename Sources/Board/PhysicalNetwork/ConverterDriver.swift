import Drivers
import HardwareInterface

/// The driver of one converter of the plan: the bytes of its drives, its readings' codes, its set-up.
///
/// A new kind of chip gets a case here and its line in each function.
enum ConverterDriver {
  case ad5593r(AD5593R)
  case mcp4728(MCP4728)
  case mcp4725(MCP4725)
  case pca9685(PCA9685)
  case ad5272(AD5272)
  case si5351a(Si5351A, Si5351ASweep)
  case ads(ADS1x15)
  case ina219(INA219)
  case tmp117(TMP117)
  case tmp105(TMP105)
  /// The board's own lines.
  case gpio
  /// Settings the chip does not have: it is left out from the start.
  case unusable

  init(_ chip: ChipDescription, _ address: I2CAddress) {
    self = Self.make(chip, address) ?? .unusable
  }

  private static func make(_ chip: ChipDescription, _ address: I2CAddress) -> ConverterDriver? {
    switch chip.kind {
    case .ad5593r: return .ad5593r(AD5593R(address: address))
    case .mcp4728: return .mcp4728(MCP4728(address: address, doubleGain: chip.fullScaleVolts > 3))
    case .mcp4725: return .mcp4725(MCP4725(address: address))
    case .pca9685: return PCA9685(address: address, pwmHertz: chip.setting(0)).map { .pca9685($0) }
    case .ad5272: return .ad5272(AD5272(address: address))
    case .si5351a:
      guard let driver = Si5351A(address: address, crystalHertz: UInt32(chip.setting(0))),
        let sweep = Si5351ASweep(
          crystalHertz: UInt32(chip.setting(0)), low: UInt64(chip.setting(1)) * 1000,
          high: UInt64(chip.setting(2)) * 1000)
      else { return nil }
      return .si5351a(driver, sweep)
    case .ads1115, .ads1015:
      return ADS1x15(
        chip.kind == .ads1115 ? .ads1115 : .ads1015, address: address, fullScaleVolts: chip.fullScaleVolts,
        samplesPerSecond: chip.samplesPerSecond, mode: chip.conversion == .continuous ? .continuous : .singleShot,
        readyLine: chip.readyLine != BusDescription.noLine
      ).map { .ads($0) }
    case .ina219:
      return INA219(address: address, rangeMillivolts: UInt16(chip.setting(1))).map { .ina219($0) }
    case .tmp117: return .tmp117(TMP117(address: address))
    case .tmp105: return .tmp105(TMP105(address: address))
    case .gpio: return .gpio
    case .tca9548a, .ds1338, .at24c: return nil
    }
  }

  /// The bytes of one write of drives: `codes` are those of the channels from `first` on that stand together in it.
  ///
  /// - Returns: how many bytes; 0 when the buffer is too short.
  @inline(__always)
  func encode(first: UInt8, _ codes: UnsafeBufferPointer<UInt16>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
    switch self {
    case .ad5593r: return AD5593R.encodeDAC(channel: first, code: codes[0], into: bytes)
    case .mcp4728(let chip):
      return MCP4728.encodeChannel(first, code: codes[0], doubleGain: chip.doubleGain, into: bytes)
    case .mcp4725: return MCP4725.encodeFast(code: codes[0], into: bytes)
    case .pca9685: return PCA9685.encodeBurst(first: first, codes: codes, into: bytes)
    case .ad5272: return AD5272.encode(code: codes[0], into: bytes)
    case .si5351a(_, let sweep): return Si5351A.encode(output: first, code: codes[0], sweep: sweep, into: bytes)
    case .ads, .ina219, .tmp117, .tmp105, .gpio, .unusable: return 0
    }
  }

  /// The code of a reading that is one word.
  @inline(__always)
  func decode(channel: UInt8, _ raw: UnsafeRawBufferPointer) throws(I2CError) -> UInt16 {
    switch self {
    case .ads(let chip): return UInt16(bitPattern: try chip.decode(raw))
    case .ina219(let chip): return UInt16(bitPattern: try chip.decode(channel: channel, raw))
    case .tmp117(let chip): return UInt16(bitPattern: try chip.decode(raw))
    case .tmp105(let chip): return UInt16(bitPattern: try chip.decode(raw))
    case .ad5593r, .mcp4728, .mcp4725, .pca9685, .ad5272, .si5351a, .gpio, .unusable:
      throw I2CError(.unsupported, address: 0)
    }
  }

  /// Whether drives may be written before the set-up: then its outputs come up with them.
  var takesCodesFirst: Bool {
    switch self {
    case .ad5593r, .mcp4728, .mcp4725: true
    default: false
    }
  }

  /// Sets the chip up; one that is set up already keeps its outputs.
  func configure<Bus: I2CBus>(
    on bus: inout Bus, driveMask: UInt8, readMask: UInt8, wide: Bool, channel: UInt8
  ) throws(I2CError) {
    switch self {
    case .ad5593r(let chip):
      try chip.configure(on: &bus, dacMask: driveMask, adcMask: readMask, wideRange: wide)
    case .mcp4728(let chip): try chip.configure(on: &bus)
    case .mcp4725(let chip): try chip.configure(on: &bus)
    case .pca9685(let chip): try chip.configure(on: &bus)
    case .ad5272(let chip): try chip.configure(on: &bus)
    case .si5351a(let chip, let sweep): try chip.configure(on: &bus, sweep: sweep, mask: driveMask)
    case .ads(let chip):
      try chip.configure(on: &bus)
      if chip.mode == .continuous { try chip.startConversion(on: &bus, channel: channel) }
    case .ina219(let chip): try chip.configure(on: &bus)
    case .tmp117(let chip): try chip.configure(on: &bus)
    case .tmp105(let chip): try chip.configure(on: &bus)
    case .gpio: return
    case .unusable: throw I2CError(.unsupported, address: 0)
    }
  }
}

extension ChipDescription {
  /// A setting, 0 where there is none.
  func setting(_ index: Int) -> Float { index < settings.count ? settings[index] : 0 }
}
