import Numerics

/// Turns a checked description into tables, and fresh memory into a bench just switched on.
enum BenchBuilder {
  /// The tables and the one allocation they lie in.
  static func build(
    _ description: BenchDescription, state: UnsafeMutableRawPointer, realClock: (@convention(c) () -> UInt64)?,
    sleeper: (@convention(c) (UInt64) -> Void)?
  ) -> (BenchCore, UnsafeMutableRawPointer) {
    let chipCount = description.chips.count
    let deviceCount = description.devices.count
    let busCount = description.busClocks.count
    var layout = ArenaLayout()
    let tablesAt = layout.reserve(BenchTables.self, 1)
    let devicesAt = layout.reserve(DeviceTable.self, deviceCount)
    let readingsAt = layout.reserve(
      ReadingTable.self, description.devices.reduce(0) { $0 + 1 + $1.furtherResponses.count })
    let bitTimesAt = layout.reserve(UInt64.self, busCount)
    let chipsAt = layout.reserve(ChipTable.self, chipCount)
    let routesAt = layout.reserve(Int16.self, busCount * 128)
    let drivenAt = layout.reserve(Int16.self, chipCount * BenchTables.channels)
    let readAt = layout.reserve(Int16.self, chipCount * BenchTables.channels)
    let linesAt = layout.reserve(LineTable.self, description.lines.count)
    let arena = UnsafeMutableRawPointer.allocate(byteCount: layout.size, alignment: 16)

    let chipBlock = state + MemoryLayout<BenchHeader>.stride
    let deviceBlock = chipBlock + chipCount * ChipState.stride
    let lineBlock = deviceBlock + deviceCount * MemoryLayout<DeviceState>.stride
    let memoryBlock = lineBlock + description.lines.count * MemoryLayout<LineState>.stride
    let tables = (arena + tablesAt).bindMemory(to: BenchTables.self, capacity: 1)
    tables.initialize(
      to: BenchTables(
        header: state.bindMemory(to: BenchHeader.self, capacity: 1), chipBlock: chipBlock,
        deviceState: deviceBlock.bindMemory(to: DeviceState.self, capacity: deviceCount),
        lineState: lineBlock.bindMemory(to: LineState.self, capacity: description.lines.count),
        memory: memoryBlock.assumingMemoryBound(to: UInt8.self),
        chips: (arena + chipsAt).bindMemory(to: ChipTable.self, capacity: chipCount),
        devices: (arena + devicesAt).bindMemory(to: DeviceTable.self, capacity: deviceCount),
        readings: (arena + readingsAt).assumingMemoryBound(to: ReadingTable.self),
        routes: (arena + routesAt).bindMemory(to: Int16.self, capacity: busCount * 128),
        bitTimes: (arena + bitTimesAt).bindMemory(to: UInt64.self, capacity: busCount),
        driven: (arena + drivenAt).bindMemory(to: Int16.self, capacity: chipCount * BenchTables.channels),
        read: (arena + readAt).bindMemory(to: Int16.self, capacity: chipCount * BenchTables.channels),
        lines: (arena + linesAt).bindMemory(to: LineTable.self, capacity: description.lines.count),
        lineCount: description.lines.count, ambient: ambient(description), chipCount: chipCount,
        deviceCount: deviceCount, busCount: busCount, quantum: description.quantum,
        longestCatchUp: realClock == nil ? 1 << 20 : 1 << 14, realClock: realClock, sleeper: sleeper))
    tables.pointee.routes.initialize(repeating: -1, count: busCount * 128)
    tables.pointee.driven.initialize(repeating: -1, count: chipCount * BenchTables.channels)
    tables.pointee.read.initialize(repeating: -1, count: chipCount * BenchTables.channels)
    for (index, clock) in description.busClocks.enumerated() {
      tables.pointee.bitTimes[index] = (1_000_000_000 << 16) / UInt64(clock)
    }
    for (index, line) in description.lines.enumerated() {
      (tables.pointee.lines + index).initialize(
        to: LineTable(kind: line.kind, chip: line.kind == .ready ? Int16(line.chip) : -1))
    }
    placeChips(description, tables)
    placeDevices(description, tables)
    return (BenchCore(tables: tables), arena)
  }

  private static func placeChips(_ description: BenchDescription, _ tables: UnsafeMutablePointer<BenchTables>) {
    var memory = 0
    for (index, chip) in description.chips.enumerated() {
      let route = tables.pointee.routes + (Int(chip.bus) * 128 + Int(chip.address))
      let unit = ChipUnit(description, index)
      let table = ChipTable(
        kind: chip.kind, address: chip.address, bus: Int16(chip.bus),
        mux: chip.mux == BenchChip.noMux ? -1 : Int16(chip.mux),
        muxBit: chip.mux == BenchChip.noMux ? 0 : 1 << UInt16(chip.muxChannel), next: route.pointee,
        supplyVolts: chip.supplyVolts, crystalHertz: Double(chip.crystalHertz), periodScale: unit.periodScale,
        offset: unit.offset, memoryBytes: chip.memorySize, memory: memory)
      memory += chip.memorySize
      (tables.pointee.chips + index).initialize(to: table)
      for place in 0..<chip.addressCount { route[place] = Int16(index) }
    }
  }

  private static func placeDevices(_ description: BenchDescription, _ tables: UnsafeMutablePointer<BenchTables>) {
    var readings = 0
    for (index, device) in description.devices.enumerated() {
      let driven = tables.pointee.driven + (Int(device.drive.chip) * BenchTables.channels + Int(device.drive.channel))
      var table = DevicePhysics.table(
        device.kind, seed: description.seed, unit: UInt32(index), spread: description.spread,
        quantum: description.quantum, timePerSecond: device.timePerSecond, parameters: device.parameters,
        ageing: device.ageing, noiseSeed: description.seed)
      table.driveZero = device.drive.voltsAtZero
      table.driveScale = device.drive.voltsPerUnit
      table.firstReading = Int16(readings)
      table.readingCount = Int16(1 + device.furtherResponses.count)
      table.nextDriven = driven.pointee
      (tables.pointee.devices + index).initialize(to: table)
      driven.pointee = Int16(index)
      for (place, wire) in device.responses.enumerated() {
        let slow = description.chips[Int(wire.chip)].kind.convertsSlowly
        (tables.pointee.readings + readings).initialize(
          to: ReadingTable(
            device: Int16(index), index: UInt8(place), slowReader: slow ? Int16(wire.chip) : -1,
            zero: wire.voltsAtZero, scale: wire.voltsPerUnit, noise: wire.noiseVolts))
        tables.pointee.read[Int(wire.chip) * BenchTables.channels + Int(wire.channel)] = Int16(readings)
        readings += 1
      }
    }
  }

  /// Clears the state and switches everything on at time 0; the header's mark is written last.
  static func powerOn(_ core: BenchCore, _ description: BenchDescription, size: Int, digest: UInt64) {
    let header = core.tables.pointee.header
    UnsafeMutableRawPointer(header).initializeMemory(as: UInt8.self, repeating: 0, count: size)
    header.pointee.description = digest
    for chip in 0..<description.chips.count { core.powerOn(chip) }
    for device in 0..<description.devices.count { start(core, device) }
    for chip in 0..<description.chips.count { core.announce(chip) }
    for (index, line) in description.lines.enumerated() {
      core.tables.pointee.lineState[index].level = line.level ? 1 : 0
    }
    header.pointee.magic = BenchHeader.magic
  }

  /// Goes over state that another process left: a device whose values are no numbers starts anew.
  static func mend(_ core: BenchCore) {
    for device in 0..<core.tables.pointee.deviceCount {
      let state = core.tables.pointee.deviceState[device]
      let sum = state.x + state.y + state.z + state.w
      // The drive may be a frequency.
      let sane = sum.magnitude <= 1e6 && state.driveVolts.magnitude <= 1e9
      if !sane { start(core, device) }
    }
    let header = core.tables.pointee.header
    header.pointee.now = min(header.pointee.now, BenchCore.endOfTime)
    // The state may come from virtual time or from before a reboot: the bench's time goes on from where it stood.
    if let clock = core.tables.pointee.realClock {
      let origin = clock() &- header.pointee.now &+ 1
      header.pointee.realOrigin = origin == 0 ? 1 : origin
    }
  }

  private static func ambient(_ description: BenchDescription) -> AmbientTable {
    let words = Philox(seed: description.seed, stream: ChipUnit.ambientStream).block(0, 0, 0, 0)
    return AmbientTable(
      mean: description.ambientCelsius, swing: description.ambientSwing,
      phases: (ChipUnit.uniform(words.0), ChipUnit.uniform(words.1)))
  }

  private static func start(_ core: BenchCore, _ device: Int) {
    let state = core.tables.pointee.deviceState + device
    state.pointee.driveVolts = 0
    DevicePhysics.start(&state.pointee, core.tables.pointee.devices[device])
  }
}

/// Offsets of arrays laid one after another.
private struct ArenaLayout {
  private(set) var size = 0

  mutating func reserve<T>(_ type: T.Type, _ count: Int) -> Int {
    let alignment = MemoryLayout<T>.alignment
    size = (size + alignment - 1) / alignment * alignment
    let start = size
    size += MemoryLayout<T>.stride * count
    return start
  }
}
