extension BenchCore {
  /// Puts a chip into its power-on state; outputs are not told.
  func powerOn(_ chip: Int) {
    self.chip(chip).clear()
    switch tables.pointee.chips[chip].kind {
    case .ad5593r: AD5593RModel(self, chip).powerOn()
    case .mcp4728: MCP4728Model(self, chip).powerOn()
    case .mcp4725: MCP4725Model(self, chip).powerOn()
    case .ads1115, .ads1015: ADS1x15Model(self, chip).powerOn()
    case .tca9548a: TCA9548AModel(self, chip).powerOn()
    case .pca9685: PCA9685Model(self, chip).powerOn()
    case .ad5272: AD5272Model(self, chip).powerOn()
    case .si5351a: Si5351AModel(self, chip).powerOn()
    case .ina219: INA219Model(self, chip).powerOn()
    case .tmp117: TMP117Model(self, chip).powerOn(0)
    case .tmp105: TMP105Model(self, chip).powerOn()
    case .ds1338: DS1338Model(self, chip).powerOn()
    case .at24c: AT24CModel(self, chip).powerOn()
    }
  }

  /// Tells the devices of a chip just powered on what its outputs are, where that is not 0 V.
  func announce(_ chip: Int) {
    switch tables.pointee.chips[chip].kind {
    case .mcp4725: MCP4725Model(self, chip).update(0)
    case .ad5272: AD5272Model(self, chip).update(0)
    default: break
    }
  }

  /// A chip that does not acknowledge because it writes its memory.
  @inline(__always)
  func isBusy(_ chip: Int, _ time: UInt64) -> Bool {
    switch tables.pointee.chips[chip].kind {
    case .at24c: return AT24CModel(self, chip).isBusy(time)
    case .ad5272: return AD5272Model(self, chip).isBusy(time)
    default: return false
    }
  }

  /// Finishes what conversions of a chip have ended by `time`.
  func settle(_ chip: Int, _ time: UInt64) {
    switch tables.pointee.chips[chip].kind {
    case .ads1115, .ads1015: ADS1x15Model(self, chip).settle(time)
    case .ina219: INA219Model(self, chip).settle(time)
    default: break
    }
  }
}
