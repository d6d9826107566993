import Drivers
import HardwareInterface
import PhysicalNetwork
import WireFormat

/// Looks whether the chips of a description are there and are what it says they are.
struct ChipProbe {
  /// Tries a chip gets; the bus is freed before the second where it hangs.
  private static let tries = 3

  let board: BoardDescription
  var buses: [BoardBus]

  init(_ board: BoardDescription, _ hardware: BoardHardware) {
    self.board = board
    buses = hardware.buses
  }

  /// What is wrong with which chip, and what to do: one sentence each.
  mutating func problems() -> [String] {
    var found: [String] = []
    for index in board.chips.indices {
      guard let error = fault(index) else { continue }
      found.append("board.toml, " + board.chipText(index) + ": " + FaultText.reason(error))
    }
    return found
  }

  /// Why a chip does not answer as the one described; nil when it does, or its bus is not there at all.
  mutating func fault(_ index: Int) -> I2CError? {
    let chip = board.chips[index]
    guard chip.kind != .gpio, let address = I2CAddress(chip.address) else { return nil }
    if case .absent = buses[Int(chip.bus)] { return nil }
    var last: I2CError?
    for attempt in 0..<Self.tries {
      do throws(I2CError) {
        try join(chip)
        try identify(chip, address)
        leave(chip)
        return nil
      } catch {
        last = error
        leave(chip)
        if error.kind == .permission || error.kind == .noSuchDevice { break }
        if attempt == 0, error.kind == .busStuck || error.kind == .timeout { _ = buses[Int(chip.bus)].recover() }
      }
    }
    return last
  }

  /// Joins a chip's side of its multiplexer to the bus, and no other's.
  private mutating func join(_ chip: ChipDescription) throws(I2CError) {
    for (index, other) in board.chips.enumerated() where other.kind == .tca9548a && other.bus == chip.bus {
      guard let address = I2CAddress(other.address) else { continue }
      let isOurs = chip.mux != ChipDescription.noMux && Int(chip.mux) == index
      guard isOurs || (chip.mux != ChipDescription.noMux && other.mux == ChipDescription.noMux) else { continue }
      do throws(I2CError) {
        try TCA9548A(address: address).select(on: &buses[Int(chip.bus)], mask: isOurs ? 1 << chip.muxChannel : 0)
      } catch {
        // A multiplexer that is not there joins nothing.
        if isOurs { throw error }
      }
    }
  }

  private mutating func leave(_ chip: ChipDescription) {
    guard chip.mux != ChipDescription.noMux, let address = I2CAddress(board.chips[Int(chip.mux)].address) else {
      return
    }
    try? TCA9548A(address: address).select(on: &buses[Int(chip.bus)], mask: 0)
  }

  private mutating func identify(_ chip: ChipDescription, _ address: I2CAddress) throws(I2CError) {
    let bus = Int(chip.bus)
    switch chip.kind {
    case .ad5593r: try AD5593R(address: address).identify(on: &buses[bus])
    case .mcp4728: try MCP4728(address: address, doubleGain: false).identify(on: &buses[bus])
    case .mcp4725: try MCP4725(address: address).identify(on: &buses[bus])
    case .pca9685: try PCA9685(address: address, pwmHertz: 200)?.identify(on: &buses[bus])
    case .ad5272: try AD5272(address: address).identify(on: &buses[bus])
    case .si5351a: try Si5351A(address: address)?.identify(on: &buses[bus])
    case .ads1115, .ads1015:
      let model = chip.kind == .ads1115 ? ADS1x15.Model.ads1115 : .ads1015
      try ADS1x15(
        model, address: address, fullScaleVolts: chip.fullScaleVolts, samplesPerSecond: chip.samplesPerSecond,
        readyLine: chip.readyLine != BusDescription.noLine)?.identify(on: &buses[bus])
    case .ina219: try INA219(address: address, rangeMillivolts: 320)?.identify(on: &buses[bus])
    case .tmp117: try TMP117(address: address).identify(on: &buses[bus])
    case .tmp105: try TMP105(address: address).identify(on: &buses[bus])
    case .ds1338: try DS1338(address: address).identify(on: &buses[bus])
    case .at24c: try AT24C(address: address, size: 4096, pageSize: 32)?.identify(on: &buses[bus])
    case .tca9548a: try TCA9548A(address: address).identify(on: &buses[bus])
    case .gpio: return
    }
  }
}

extension BoardDescription {
  /// What to call a chip in a message: `[[chip]] dac0, address 0x10 on bus i2c1`.
  func chipText(_ index: Int) -> String {
    let chip = chips[index]
    var text = "[[chip]] \(chip.name), address 0x" + Hex.text([chip.address])
    if Int(chip.bus) < buses.count { text += " on bus " + buses[Int(chip.bus)].name }
    if Int(chip.mux) < chips.count { text += " behind \(chips[Int(chip.mux)].name), channel \(chip.muxChannel)" }
    return text
  }
}
