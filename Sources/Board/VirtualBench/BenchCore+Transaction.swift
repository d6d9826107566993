import HardwareInterface

extension BenchCore {
  /// What a transaction does; false when nobody acknowledges the address.
  ///
  /// A start, repeated start or stop takes one bit, a byte with its acknowledge nine. A write takes effect at its end, a
  /// converter samples when its bytes are sent, a multiplexer switches at the stop.
  func transact(bus: Int, address: UInt8, _ operations: UnsafeMutableBufferPointer<I2COperation>) -> Bool {
    guard bus >= 0, bus < tables.pointee.busCount else { return false }
    guard !operations.isEmpty else { return true }
    let start = now()
    var bits: UInt64 = 10
    let first = firstVisible(Int(tables.pointee.routes[bus * 128 + Int(address & 0x7F)]))
    guard first >= 0 else {
      advance(to: start &+ duration(bus: bus, bits: bits &+ 1))
      return false
    }
    for index in 0..<operations.count {
      if index > 0 { bits &+= 10 }
      let operation = operations[index]
      let sent = bits
      bits &+= 9 &* UInt64(operation.bytes.count)
      if operation.direction == .write {
        let time = start &+ duration(bus: bus, bits: bits)
        var chip = first
        while chip >= 0 {
          write(chip, UnsafeRawBufferPointer(operation.bytes), time)
          chip = firstVisible(Int(tables.pointee.chips[chip].next))
        }
      } else {
        readAll(first, operation.bytes, bus: bus, start: start, bits: sent)
      }
    }
    advance(to: start &+ duration(bus: bus, bits: bits &+ 1))
    return true
  }

  /// The first chip from `index` on along the chain of one address that hears the bus, or -1.
  @inline(__always)
  private func firstVisible(_ index: Int) -> Int {
    var chip = index
    while chip >= 0 {
      let table = tables.pointee.chips + chip
      let mux = Int(table.pointee.mux)
      if self.chip(chip).words[ChipState.unplugged] == 0 {
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
  private func readAll(_ first: Int, _ bytes: UnsafeMutableRawBufferPointer, bus: Int, start: UInt64, bits: UInt64) {
    read(first, bytes, bus: bus, start: start, bits: bits)
    var chip = firstVisible(Int(tables.pointee.chips[first].next))
    while chip >= 0 {
      withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 1) { other in
        read(chip, other, bus: bus, start: start, bits: bits)
        for index in 0..<bytes.count { bytes[index] &= other[index] }
      }
      chip = firstVisible(Int(tables.pointee.chips[chip].next))
    }
  }

  private func write(_ chip: Int, _ bytes: UnsafeRawBufferPointer, _ time: UInt64) {
    switch tables.pointee.chips[chip].kind {
    case .ad5593r: AD5593RModel(self, chip).write(bytes, time)
    case .mcp4728: MCP4728Model(self, chip).write(bytes, time)
    case .ads1115: ADS1115Model(self, chip).write(bytes, time)
    case .tca9548a: TCA9548AModel(self, chip).write(bytes)
    }
  }

  private func read(_ chip: Int, _ bytes: UnsafeMutableRawBufferPointer, bus: Int, start: UInt64, bits: UInt64) {
    switch tables.pointee.chips[chip].kind {
    case .ad5593r: AD5593RModel(self, chip).read(bytes, bus: bus, start: start, bits: bits)
    case .mcp4728: MCP4728Model(self, chip).read(bytes)
    case .ads1115: ADS1115Model(self, chip).read(bytes, start &+ duration(bus: bus, bits: bits))
    case .tca9548a: TCA9548AModel(self, chip).read(bytes)
    }
  }

  /// Puts a chip into its power-on state; outputs are not told.
  func powerOn(_ chip: Int) {
    switch tables.pointee.chips[chip].kind {
    case .ad5593r: AD5593RModel(self, chip).powerOn()
    case .mcp4728: MCP4728Model(self, chip).powerOn()
    case .ads1115: ADS1115Model(self, chip).powerOn()
    case .tca9548a: TCA9548AModel(self, chip).powerOn()
    }
  }
}
