import Numerics

/// Turns a checked description into tables, and fresh memory into a bench just switched on.
enum BenchBuilder {
  /// Streams of hidden parameters, apart from the devices' noise, which has the device's number.
  private static let parameterStream: UInt32 = 0x8000_0000
  /// Where hidden parameters are cut off, standard deviations.
  private static let farthest = 2.5

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
    let bitTimesAt = layout.reserve(UInt64.self, busCount)
    let chipsAt = layout.reserve(ChipTable.self, chipCount)
    let routesAt = layout.reserve(Int16.self, busCount * 128)
    let drivenAt = layout.reserve(Int16.self, chipCount * 8)
    let readAt = layout.reserve(Int16.self, chipCount * 8)
    let arena = UnsafeMutableRawPointer.allocate(byteCount: layout.size, alignment: 16)

    let chipBlock = state + MemoryLayout<BenchHeader>.stride
    let tables = (arena + tablesAt).bindMemory(to: BenchTables.self, capacity: 1)
    tables.initialize(
      to: BenchTables(
        header: state.bindMemory(to: BenchHeader.self, capacity: 1), chipBlock: chipBlock,
        deviceState: (chipBlock + chipCount * ChipState.stride).bindMemory(
          to: DeviceState.self, capacity: deviceCount),
        chips: (arena + chipsAt).bindMemory(to: ChipTable.self, capacity: chipCount),
        devices: (arena + devicesAt).bindMemory(to: DeviceTable.self, capacity: deviceCount),
        routes: (arena + routesAt).bindMemory(to: Int16.self, capacity: busCount * 128),
        bitTimes: (arena + bitTimesAt).bindMemory(to: UInt64.self, capacity: busCount),
        driven: (arena + drivenAt).bindMemory(to: Int16.self, capacity: chipCount * 8),
        read: (arena + readAt).bindMemory(to: Int16.self, capacity: chipCount * 8), chipCount: chipCount,
        deviceCount: deviceCount, busCount: busCount, quantum: description.quantum,
        longestCatchUp: realClock == nil ? 1 << 20 : 1 << 14, realClock: realClock, sleeper: sleeper))
    tables.pointee.routes.initialize(repeating: -1, count: busCount * 128)
    tables.pointee.driven.initialize(repeating: -1, count: chipCount * 8)
    tables.pointee.read.initialize(repeating: -1, count: chipCount * 8)
    for (index, clock) in description.busClocks.enumerated() {
      tables.pointee.bitTimes[index] = (1_000_000_000 << 16) / UInt64(clock)
    }
    placeChips(description, tables)
    placeDevices(description, tables)
    return (BenchCore(tables: tables), arena)
  }

  private static func placeChips(_ description: BenchDescription, _ tables: UnsafeMutablePointer<BenchTables>) {
    for (index, chip) in description.chips.enumerated() {
      let route = tables.pointee.routes + (Int(chip.bus) * 128 + Int(chip.address))
      let table = ChipTable(
        kind: chip.kind, mux: chip.mux == BenchChip.noMux ? -1 : Int16(chip.mux),
        muxBit: chip.mux == BenchChip.noMux ? 0 : 1 << UInt16(chip.muxChannel), next: route.pointee)
      (tables.pointee.chips + index).initialize(to: table)
      route.pointee = Int16(index)
    }
  }

  private static func placeDevices(_ description: BenchDescription, _ tables: UnsafeMutablePointer<BenchTables>) {
    for (index, device) in description.devices.enumerated() {
      let driven = tables.pointee.driven + (Int(device.drive.chip) * 8 + Int(device.drive.channel))
      let step = Double(description.quantum) * 1e-9 * device.timePerSecond
      let slow = description.chips[Int(device.response.chip)].kind == .ads1115
      var table = DeviceTable(
        kind: device.kind, noise: Philox(seed: description.seed, stream: UInt32(index)), step: step,
        stepRoot: step.squareRoot(), driveZero: device.drive.voltsAtZero, driveScale: device.drive.voltsPerUnit,
        responseZero: device.response.voltsAtZero, responseScale: device.response.voltsPerUnit,
        responseNoise: device.response.noiseVolts, slowReader: slow ? Int16(device.response.chip) : -1,
        nextDriven: driven.pointee, p0: 0, p1: 0, p2: 0, p3: 0, p4: 0, p5: 0, p6: 0, p7: 0)
      let parameters = unitParameters(description, index)
      switch device.kind {
      case .superparamagnetic: Superparamagnetic.prepare(&table, parameters)
      case .duffing: Duffing.prepare(&table, parameters)
      case .leakyIntegrator: LeakyIntegrator.prepare(&table, parameters)
      case .dead: break
      }
      (tables.pointee.devices + index).initialize(to: table)
      driven.pointee = Int16(index)
      tables.pointee.read[Int(device.response.chip) * 8 + Int(device.response.channel)] = Int16(index)
    }
  }

  /// The parameters of one unit: nominal * (1 + spread * N(0, 1)), cut off at 2.5 standard deviations.
  private static func unitParameters(_ description: BenchDescription, _ index: Int) -> [Double] {
    let philox = Philox(seed: description.seed, stream: parameterStream | UInt32(index))
    var values = description.devices[index].parameters
    for position in 0..<values.count {
      let deviate = Normal.deviate(philox.block(UInt32(position), 0, 0, 0).0)
      let bounded = deviate < -farthest ? -farthest : (deviate > farthest ? farthest : deviate)
      values[position] *= 1 + description.spread * bounded
    }
    return values
  }

  /// Clears the state and switches everything on at time 0; the header's mark is written last.
  static func powerOn(_ core: BenchCore, _ description: BenchDescription, size: Int, digest: UInt64) {
    let header = core.tables.pointee.header
    UnsafeMutableRawPointer(header).initializeMemory(as: UInt8.self, repeating: 0, count: size)
    header.pointee.description = digest
    for chip in 0..<description.chips.count { core.powerOn(chip) }
    for device in 0..<description.devices.count { start(core, device) }
    header.pointee.magic = BenchHeader.magic
  }

  /// Goes over state that another process left: a device whose values are no numbers starts anew.
  static func mend(_ core: BenchCore) {
    for device in 0..<core.tables.pointee.deviceCount {
      let state = core.tables.pointee.deviceState[device]
      let sum = state.driveVolts + state.x + state.y + state.z
      if !sum.isFinite || sum.magnitude > 1e6 { start(core, device) }
    }
    let header = core.tables.pointee.header
    header.pointee.now = min(header.pointee.now, BenchCore.endOfTime)
    // The state may come from virtual time or from before a reboot: the bench's time goes on from where it stood.
    if let clock = core.tables.pointee.realClock {
      let origin = clock() &- header.pointee.now &+ 1
      header.pointee.realOrigin = origin == 0 ? 1 : origin
    }
  }

  private static func start(_ core: BenchCore, _ device: Int) {
    let state = core.tables.pointee.deviceState + device
    state.pointee.driveVolts = 0
    state.pointee.x = 0
    state.pointee.y = 0
    state.pointee.z = 0
    let table = core.tables.pointee.devices[device]
    if table.kind == .duffing { Duffing.start(&state.pointee, table) }
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
