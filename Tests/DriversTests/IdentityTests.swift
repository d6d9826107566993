import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// Which driver takes which chip for its own.
@Suite struct IdentityTests {
  private static func identify(_ kind: BenchChipKind, _ place: I2CAddress, _ bus: inout VirtualI2CBus) throws {
    switch kind {
    case .ad5593r: try AD5593R(address: place).identify(on: &bus)
    case .mcp4728: try MCP4728(address: place, doubleGain: true).identify(on: &bus)
    case .mcp4725: try MCP4725(address: place).identify(on: &bus)
    case .tca9548a: try TCA9548A(address: place).identify(on: &bus)
    case .ad5272: try AD5272(address: place).identify(on: &bus)
    case .tmp117: try TMP117(address: place).identify(on: &bus)
    case .tmp105: try TMP105(address: place).identify(on: &bus)
    case .ds1338: try DS1338(address: place).identify(on: &bus)
    case .ads1115:
      try #require(ADS1x15(address: place, fullScaleVolts: 4.096, samplesPerSecond: 860)).identify(on: &bus)
    case .ads1015:
      try #require(ADS1x15(.ads1015, address: place, fullScaleVolts: 4.096, samplesPerSecond: 920)).identify(on: &bus)
    case .pca9685: try #require(PCA9685(address: place, pwmHertz: 500)).identify(on: &bus)
    case .si5351a: try #require(Si5351A(address: place)).identify(on: &bus)
    case .ina219: try #require(INA219(address: place, rangeMillivolts: 40)).identify(on: &bus)
    case .at24c: try #require(AT24C(address: place, size: 256, pageSize: 8)).identify(on: &bus)
    }
  }

  @Test(arguments: BenchChipKind.allCases)
  func knowsItsOwn(kind: BenchChipKind) throws {
    let place = kind.addresses.lowerBound
    var one = try OneChip(BenchChip(kind: kind, address: place, bus: 0))
    try Self.identify(kind, try address(place), &one.bus)
    #expect(one.bench.violations(chip: 0) == 0 && one.bench.memoryWrites(chip: 0) == 0)
  }

  /// At every address two kinds share, the wrong driver says so, and wears no memory trying.
  @Test(arguments: BenchChipKind.allCases)
  func tellsOthersApart(kind: BenchChipKind) throws {
    // An EEPROM has no identity: whatever lets itself be read passes.
    guard kind != .at24c else { return }
    // Nothing distinguishes these registers.
    let twins: [(BenchChipKind, BenchChipKind)] = [(.ads1115, .ads1015), (.ads1015, .ads1115)]
    for other in BenchChipKind.allCases where other != kind {
      guard !twins.contains(where: { $0 == (kind, other) }) else { continue }
      for place in other.addresses where kind.addresses.contains(place) {
        guard place != 0x70 || (kind != .pca9685 && other != .pca9685) else { continue }
        var one = try OneChip(BenchChip(kind: other, address: place, bus: 0))
        let target = try address(place)
        #expect(throws: I2CError.self, "\(kind) at \(place) is \(other)") {
          try Self.identify(kind, target, &one.bus)
        }
        #expect(one.bench.memoryWrites(chip: 0) == 0, "\(kind) at \(place) wore \(other)")
      }
    }
  }

  @Test func noChipNoIdentity() throws {
    var one = try OneChip(BenchChip(kind: .ds1338, address: 0x68, bus: 0))
    for kind in BenchChipKind.allCases where kind != .ds1338 {
      let place = try address(kind.addresses.lowerBound)
      #expect(throws: I2CError(.noAcknowledgeAddress, address: place.value)) {
        try Self.identify(kind, place, &one.bus)
      }
    }
  }
}
