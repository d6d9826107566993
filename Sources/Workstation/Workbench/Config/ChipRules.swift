import PhysicalNetwork

/// What each kind of chip may be set to, from the data sheets.
struct ChipRules {
  static let kinds = ["ad5593r", "mcp4728", "ads1115", "tca9548a"]

  let kind: ChipKind
  let name: String

  init?(_ name: String) {
    switch name {
    case "ad5593r": kind = .ad5593r
    case "mcp4728": kind = .mcp4728
    case "ads1115": kind = .ads1115
    case "tca9548a": kind = .tca9548a
    default: return nil
    }
    self.name = name
  }

  init(_ kind: ChipKind) {
    self.kind = kind
    switch kind {
    case .ad5593r: name = "ad5593r"
    case .mcp4728: name = "mcp4728"
    case .ads1115: name = "ads1115"
    case .tca9548a: name = "tca9548a"
    }
  }

  /// 7-bit addresses the chip's pins or order code allow.
  var addresses: ClosedRange<Int> {
    switch kind {
    case .ad5593r: return 0x10...0x11
    case .mcp4728: return 0x60...0x67
    case .ads1115: return 0x48...0x4B
    case .tca9548a: return 0x70...0x77
    }
  }

  /// Volts at full scale that can be set.
  var fullScales: [Double] {
    switch kind {
    case .ad5593r: return [2.5, 5]
    case .mcp4728: return [2.048, 4.096]
    case .ads1115: return [0.256, 0.512, 1.024, 2.048, 4.096, 6.144]
    case .tca9548a: return []
    }
  }

  /// Conversions a second that can be set; empty where there is no such setting.
  var rates: [Int] { kind == .ads1115 ? [8, 16, 32, 64, 128, 250, 475, 860] : [] }

  /// Channels that can drive.
  var driveChannels: Int {
    switch kind {
    case .ad5593r: return 8
    case .mcp4728: return 4
    case .ads1115, .tca9548a: return 0
    }
  }

  /// Channels that can be read.
  var readChannels: Int {
    switch kind {
    case .ad5593r: return 8
    case .ads1115: return 4
    case .mcp4728, .tca9548a: return 0
    }
  }

  /// Codes are two's complement.
  var signed: Bool { kind == .ads1115 }

  /// Codes between zero and full scale; the largest code is one less.
  var codes: Double { kind == .ads1115 ? 32768 : 4096 }

  /// The code nearest to `volts` at `fullScale` volts.
  func code(volts: Double, fullScale: Double) -> Int {
    let code = (volts / fullScale * codes).rounded()
    return Int(min(max(code, 0), codes - 1))
  }
}
