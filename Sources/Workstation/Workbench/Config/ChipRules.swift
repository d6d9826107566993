import PhysicalNetwork

/// What each kind of chip may be set to, from the data sheets.
struct ChipRules {
  /// Every kind's name in files.
  static let names: [(kind: ChipKind, name: String)] = [
    (.ad5593r, "ad5593r"), (.mcp4728, "mcp4728"), (.ads1115, "ads1115"), (.tca9548a, "tca9548a"),
    (.mcp4725, "mcp4725"), (.pca9685, "pca9685"), (.ad5272, "ad5272"), (.si5351a, "si5351a"), (.ina219, "ina219"),
    (.tmp117, "tmp117"), (.tmp105, "tmp105"), (.ds1338, "ds1338"), (.at24c, "at24c"), (.ads1015, "ads1015"),
    (.gpio, "gpio"),
  ]
  static let kinds = names.map { $0.name }

  let kind: ChipKind
  let name: String

  init?(_ name: String) {
    guard let entry = Self.names.first(where: { $0.name == name }) else { return nil }
    kind = entry.kind
    self.name = name
  }

  init(_ kind: ChipKind) {
    self.kind = kind
    name = Self.names.first { $0.kind == kind }?.name ?? "chip"
  }

  /// 7-bit addresses the chip's pins or order code allow.
  var addresses: ClosedRange<Int> {
    switch kind {
    case .ad5593r: return 0x10...0x11
    case .mcp4728, .mcp4725: return 0x60...0x67
    case .ads1115, .ads1015, .tmp117, .tmp105: return 0x48...(kind == .tmp105 ? 0x4F : 0x4B)
    case .tca9548a: return 0x70...0x77
    case .pca9685: return 0x40...0x77
    case .ad5272: return 0x2C...0x2F
    case .si5351a: return 0x60...0x61
    case .ina219: return 0x40...0x4F
    case .ds1338: return 0x68...0x68
    case .at24c: return 0x50...0x57
    case .gpio: return 0...0
    }
  }

  /// Volts at full scale that can be set.
  var fullScales: [Double] {
    switch kind {
    case .ad5593r: return [2.5, 5]
    case .mcp4728: return [2.048, 4.096]
    case .ads1115, .ads1015: return [0.256, 0.512, 1.024, 2.048, 4.096, 6.144]
    default: return []
    }
  }

  /// Conversions a second that can be set; empty where there is no such setting.
  var rates: [Int] {
    switch kind {
    case .ads1115: return [8, 16, 32, 64, 128, 250, 475, 860]
    case .ads1015: return [128, 250, 490, 920, 1600, 2400, 3300]
    default: return []
    }
  }

  /// Channels that can drive.
  var driveChannels: Int { kind.driveChannels }

  /// Channels that can be read.
  var readChannels: Int { kind.readChannels }
}
