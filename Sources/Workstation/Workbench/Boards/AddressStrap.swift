import PhysicalNetwork

/// How a chip's address pins are wired for the address it has.
enum AddressStrap {
  /// Words such as `A0 to GND`; nil for a chip whose address is fixed or set by its order code alone.
  static func text(_ chip: ChipDescription) -> String? {
    let low = Int(chip.address & 7)
    let fourWay = ["GND", "3V3", "SDA", "SCL"]
    switch chip.kind {
    case .ad5593r: return "A0 to \(low & 1 == 0 ? "GND" : "3V3")"
    case .ads1115, .ads1015: return "ADDR to \(fourWay[low & 3])"
    case .tmp117: return "ADD0 to \(fourWay[low & 3])"
    case .mcp4725: return "A0 to \(low & 1 == 0 ? "GND" : "3V3") (A2 A1 by type)"
    case .tca9548a, .at24c, .tmp105: return pins(low, ["A2", "A1", "A0"])
    case .pca9685: return pins(Int(chip.address & 0x3F), ["A5", "A4", "A3", "A2", "A1", "A0"])
    case .ina219: return "A1 to \(fourWay[Int(chip.address >> 2) & 3]), A0 to \(fourWay[low & 3])"
    case .ad5272:
      // The part knows three of its four addresses: low, floating and high.
      return ["ADDR to 3V3", nil, "ADDR open", "ADDR to GND"][low & 3]
    case .mcp4728, .si5351a, .ds1338, .gpio: return nil
    }
  }

  private static func pins(_ value: Int, _ names: [String]) -> String {
    func named(_ level: Int) -> String {
      names.enumerated().filter { (value >> (names.count - 1 - $0.offset)) & 1 == level }.map(\.element)
        .joined(separator: " ")
    }
    let (high, low) = (named(1), named(0))
    if high.isEmpty { return "\(low) to GND" }
    return low.isEmpty ? "\(high) to 3V3" : "\(high) to 3V3, \(low) to GND"
  }
}
