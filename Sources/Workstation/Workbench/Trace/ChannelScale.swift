import PhysicalNetwork

/// The physical quantity behind a channel's converter codes: value = offset + code · step.
public struct ChannelScale: Equatable, Sendable {
  /// What a channel's values are measured in.
  public enum Unit: String, Equatable, Sendable {
    case volts, hertz, fraction, level, celsius, amps

    /// The symbol beside a number, empty for what has none.
    public var symbol: String {
      switch self {
      case .volts: "V"
      case .hertz: "Hz"
      case .celsius: "°C"
      case .amps: "A"
      case .fraction, .level: ""
      }
    }
  }

  public var unit: Unit
  /// The value of code 0.
  public var offset: Double
  /// By how much a code more changes the value.
  public var step: Double
  /// Codes are two's complement.
  public var signed: Bool
  /// The codes that may be written or expected.
  public var codes: ClosedRange<Int>

  init(_ unit: Unit, offset: Double = 0, step: Double, signed: Bool = false, codes: ClosedRange<Int>) {
    self.unit = unit
    self.offset = offset
    self.step = step
    self.signed = signed
    self.codes = codes
  }

  /// What the codes of a drive channel of `chip` mean; nil for a chip that drives nothing.
  public init?(drive chip: ChipDescription) {
    let codes = 0...Int(chip.kind.largestDriveCode)
    let volts = Double(chip.fullScaleVolts)
    switch chip.kind {
    case .ad5593r, .mcp4728, .mcp4725: self.init(.volts, step: volts / 4096, codes: codes)
    case .pca9685: self.init(.fraction, step: 1 / 4096, codes: codes)
    case .ad5272: self.init(.fraction, step: 1 / 1024, codes: codes)
    case .si5351a:
      guard chip.settings.count == 3 else { return nil }
      let low = Double(chip.settings[1])
      self.init(.hertz, offset: low, step: (Double(chip.settings[2]) - low) / 65535, codes: codes)
    case .gpio: self.init(.level, step: 1, codes: codes)
    case .ads1115, .ads1015, .tca9548a, .ina219, .tmp117, .tmp105, .ds1338, .at24c: return nil
    }
  }

  /// What the codes read from a channel of `chip` mean; nil for a chip that reads nothing.
  ///
  /// Negative volts are not expected of inputs that are measured against ground.
  public init?(reading chip: ChipDescription, channel: UInt8) {
    let volts = Double(chip.fullScaleVolts)
    switch chip.kind {
    case .ad5593r: self.init(.volts, step: volts / 4096, codes: 0...4095)
    case .ads1115, .ads1015: self.init(.volts, step: volts / 32768, signed: true, codes: 0...32767)
    case .ina219:
      guard chip.settings.count == 2, chip.settings[0] > 0 else { return nil }
      if channel == 0 {
        // 10 µV a code over the shunt, up to the range.
        let largest = Int(Double(chip.settings[1]) * 100)
        self.init(.amps, step: 1e-5 / Double(chip.settings[0]), signed: true, codes: (-largest)...largest)
      } else {
        self.init(.volts, step: 0.004, codes: 0...8000)
      }
    case .tmp117: self.init(.celsius, step: 0.0078125, signed: true, codes: -32768...32767)
    case .tmp105: self.init(.celsius, step: 1 / 256, signed: true, codes: -32768...32767)
    case .gpio: self.init(.level, step: 1, codes: 0...1)
    case .mcp4728, .mcp4725, .pca9685, .ad5272, .si5351a, .tca9548a, .ds1338, .at24c: return nil
    }
  }

  /// The value of a code as the journal has it.
  public func value(of code: UInt16) -> Double {
    offset + (signed ? Double(Int16(bitPattern: code)) : Double(code)) * step
  }

  /// The code nearest to a value, cut to `codes`.
  public func code(of value: Double) -> Int {
    let code = ((value - offset) / step).rounded()
    guard code.isFinite else { return codes.lowerBound }
    return Int(min(max(code, Double(codes.lowerBound)), Double(codes.upperBound)))
  }

  /// The values from code to code, with the one past the largest code: a 12-bit DAC's full scale is 4096 codes.
  public var range: ClosedRange<Double> {
    let low = offset + Double(codes.lowerBound) * step
    let past = unit == .volts || unit == .fraction ? 1.0 : 0.0
    let high = offset + (Double(codes.upperBound) + past) * step
    return min(low, high)...max(low, high)
  }
}

extension ChannelScale.Unit {
  /// How the keys of a range and of a safe value end.
  var rangeKey: String {
    switch self {
    case .volts: "range_volts"
    case .hertz: "range_hz"
    case .fraction: "range_fraction"
    case .level: "range_levels"
    case .celsius: "range_celsius"
    case .amps: "range_amps"
    }
  }

  var safeKey: String { self == .level ? "safe_level" : "safe" + rangeKey.dropFirst(5) }

  static let all: [Self] = [.volts, .hertz, .fraction, .level, .celsius, .amps]
}

extension BoardDescription {
  /// What the codes of each drive mean, in the description's order; bare codes where its chip drives nothing.
  public var driveScales: [ChannelScale] {
    drives.map { drive in
      guard Int(drive.chip) < chips.count else { return .bare }
      return ChannelScale(drive: chips[Int(drive.chip)]) ?? .bare
    }
  }

  /// What the codes of each of `reads` mean; bare codes where its chip reads nothing.
  public func scales(of reads: [ReadChannel]) -> [ChannelScale] {
    reads.map { read in
      guard Int(read.chip) < chips.count,
        var scale = ChannelScale(reading: chips[Int(read.chip)], channel: read.channel)
      else { return .bare }
      scale.signed = read.signed
      return scale
    }
  }
}

extension BoardDescription {
  /// A monitor's name, a reading of it in its unit, and the unit's symbol; nil where the board has no such monitor.
  public func reading(ofMonitor index: Int, code: UInt16) -> (name: String, value: Double, unit: String)? {
    guard monitors.indices.contains(index) else { return nil }
    let monitor = monitors[index]
    guard Int(monitor.chip) < chips.count,
      let scale = ChannelScale(reading: chips[Int(monitor.chip)], channel: monitor.channel)
    else { return (monitor.name, Double(code), "") }
    return (monitor.name, scale.value(of: code), scale.unit.symbol)
  }
}

extension ChannelScale {
  static let bare = ChannelScale(.level, step: 1, codes: 0...65535)
}
