import HardwareInterface

/// One call on a bus: when it began, the bits so far, and whether a chip was written that acts at the stop.
struct BusCall {
  let bus: Int
  let start: UInt64
  var bits: UInt64 = 0
  var stopMatters = false
}

extension BenchCore {
  /// A call begins; nil on a bus the bench does not have.
  func begin(bus: Int) -> BusCall? {
    guard bus >= 0, bus < tables.pointee.busCount else { return nil }
    return BusCall(bus: bus, start: now())
  }

  /// The stop: time has passed, multiplexers switch, pulse outputs change.
  func end(_ call: BusCall) {
    let time = call.start &+ duration(bus: call.bus, bits: call.bits &+ 1)
    advance(to: time)
    guard call.stopMatters else { return }
    for chip in 0..<tables.pointee.chipCount where Int(tables.pointee.chips[chip].bus) == call.bus {
      switch tables.pointee.chips[chip].kind {
      case .tca9548a: TCA9548AModel(self, chip).stop()
      case .pca9685: PCA9685Model(self, chip).update(time)
      case .ad5593r: AD5593RModel(self, chip).stop()
      default: break
      }
    }
  }

  /// One transaction of a call; false when nobody acknowledges the address.
  ///
  /// A start, repeated start or stop takes one bit, a byte with its acknowledge nine. A write takes effect at its end, a
  /// converter samples when its bytes are sent.
  func transfer(
    _ call: inout BusCall, address: UInt8, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) -> Bool {
    let place = address & 0x7F
    let route = Int(tables.pointee.routes[call.bus * 128 + Int(place)])
    var first = -1
    for index in 0..<operations.count {
      call.bits &+= 10
      // Each address is acknowledged anew: a chip may have begun to be busy in between.
      first = firstVisible(route, call.start &+ duration(bus: call.bus, bits: call.bits))
      guard first >= 0 else { return false }
      let operation = operations[index]
      let sent = call.bits
      call.bits &+= 9 &* UInt64(operation.bytes.count)
      if operation.direction == .write {
        let time = call.start &+ duration(bus: call.bus, bits: call.bits)
        var chip = first
        while chip >= 0 {
          let kind = tables.pointee.chips[chip].kind
          if kind == .tca9548a || kind == .pca9685 || kind == .ad5593r { call.stopMatters = true }
          write(chip, UnsafeRawBufferPointer(operation.bytes), place, time)
          chip = firstVisible(Int(tables.pointee.chips[chip].next), time)
        }
      } else {
        readAll(first, operation.bytes, call, place, bits: sent)
      }
    }
    return true
  }

  /// The first chip from `index` on along the chain of one address that hears the bus, or -1.
  @inline(__always)
  private func firstVisible(_ index: Int, _ time: UInt64) -> Int {
    var chip = index
    while chip >= 0 {
      let table = tables.pointee.chips + chip
      let mux = Int(table.pointee.mux)
      if self.chip(chip).words[ChipState.unplugged] == 0, !isBusy(chip, time) {
        if mux < 0 { return chip }
        let state = self.chip(mux)
        let open = state.words[TCA9548AModel.control] & table.pointee.muxBit != 0
        if open, state.words[ChipState.unplugged] == 0 { return chip }
      }
      chip = Int(table.pointee.next)
    }
    return -1
  }

  /// Reads from every chip that hears the address; the bus carries the AND of what they send.
  private func readAll(
    _ first: Int, _ bytes: UnsafeMutableRawBufferPointer, _ call: BusCall, _ place: UInt8, bits: UInt64
  ) {
    let time = call.start &+ duration(bus: call.bus, bits: bits)
    read(first, bytes, call, place, bits: bits)
    var chip = firstVisible(Int(tables.pointee.chips[first].next), time)
    while chip >= 0 {
      withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 1) { other in
        read(chip, other, call, place, bits: bits)
        for index in 0..<bytes.count { bytes[index] &= other[index] }
      }
      chip = firstVisible(Int(tables.pointee.chips[chip].next), time)
    }
  }

  private func write(_ chip: Int, _ bytes: UnsafeRawBufferPointer, _ place: UInt8, _ time: UInt64) {
    // An address alone asks whether somebody is there.
    guard !bytes.isEmpty else { return }
    switch tables.pointee.chips[chip].kind {
    case .ad5593r: AD5593RModel(self, chip).write(bytes, time)
    case .mcp4728: MCP4728Model(self, chip).write(bytes, time)
    case .mcp4725: MCP4725Model(self, chip).write(bytes, time)
    case .ads1115, .ads1015: ADS1x15Model(self, chip).write(bytes, time)
    case .tca9548a: TCA9548AModel(self, chip).write(bytes)
    case .pca9685: PCA9685Model(self, chip).write(bytes, time)
    case .ad5272: AD5272Model(self, chip).write(bytes, time)
    case .si5351a: Si5351AModel(self, chip).write(bytes, time)
    case .ina219: INA219Model(self, chip).write(bytes, time)
    case .tmp117: TMP117Model(self, chip).write(bytes, time)
    case .tmp105: TMP105Model(self, chip).write(bytes, time)
    case .ds1338: DS1338Model(self, chip).write(bytes, time)
    case .at24c: AT24CModel(self, chip).write(bytes, place, time)
    }
  }

  private func read(
    _ chip: Int, _ bytes: UnsafeMutableRawBufferPointer, _ call: BusCall, _ place: UInt8, bits: UInt64
  ) {
    let time = call.start &+ duration(bus: call.bus, bits: bits)
    switch tables.pointee.chips[chip].kind {
    case .ad5593r: AD5593RModel(self, chip).read(bytes, bus: call.bus, start: call.start, bits: bits)
    case .mcp4728: MCP4728Model(self, chip).read(bytes)
    case .mcp4725: MCP4725Model(self, chip).read(bytes)
    case .ads1115, .ads1015: ADS1x15Model(self, chip).read(bytes, time)
    case .tca9548a: TCA9548AModel(self, chip).read(bytes)
    case .pca9685: PCA9685Model(self, chip).read(bytes)
    case .ad5272: AD5272Model(self, chip).read(bytes)
    case .si5351a: Si5351AModel(self, chip).read(bytes, time)
    case .ina219: INA219Model(self, chip).read(bytes, time)
    case .tmp117: TMP117Model(self, chip).read(bytes, time)
    case .tmp105: TMP105Model(self, chip).read(bytes, time)
    case .ds1338: DS1338Model(self, chip).read(bytes, time)
    case .at24c: AT24CModel(self, chip).read(bytes, place)
    }
  }
}
