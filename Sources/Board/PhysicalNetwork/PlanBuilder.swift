import Drivers
import HardwareInterface
import WireFormat

/// Works a step out from a description: which transactions there are, what they carry, and in which order they go. What
/// it makes are arrays; `BankMemory` lays them out.
struct PlanBuilder {
  /// A transaction to be laid out.
  struct Draft {
    var unit: Int
    var role: TransferRole
    /// Bytes to write first, 0 for none; then the bytes of a second write and read (the answer after a status).
    var writeBytes = 0
    var readBytes = 0
    /// A status word is read before: pointer, two bytes.
    var status = false
    var prefix: [UInt8] = []
    var groups: [(channel: UInt8, slots: [Int])] = []
    var slots: [Int] = []
    var channel: UInt8 = 0
  }

  struct DraftSegment {
    var bus: Int
    var mux: Int
    var mask: UInt8
    /// Pointers go before reads.
    var points = false
    var drafts: [Draft]
  }

  private(set) var units: [ConverterUnit] = []
  private(set) var muxes: [ConverterMux] = []
  /// For each monitor, its unit.
  private(set) var monitorUnits: [Int] = []
  private(set) var passes: [(role: TransferRole, round: Int, segments: [DraftSegment])] = []
  private(set) var rounds = 0

  /// Lines that drive and that are read: line and place in the codes.
  private(set) var lineDrives: [(line: Int, slot: Int)] = []
  private(set) var lineReads: [(line: Int, slot: Int)] = []
  private(set) var lineChip: UInt8 = 0xFF

  private var drives: [[(channel: UInt8, slot: Int)]] = []
  private var reads: [[(channel: UInt8, slot: Int)]] = []

  /// - Parameter board: a description whose `firstFault()` is nil.
  init(_ board: BoardDescription) {
    makeUnits(board)
    for unit in units.indices where units[unit].conversionTime > 0 { rounds = max(rounds, reads[unit].count) }
    addPass(.drive, 0)
    if rounds > 0 { addPass(.start, 0) }
    addPass(.read, 0)
    for round in 0..<rounds {
      addPass(.collect, round)
      if round + 1 < rounds { addPass(.start, round + 1) }
    }
    route(board.buses.count)
  }

  private mutating func makeUnits(_ board: BoardDescription) {
    var muxOf = [Int](repeating: -1, count: 256)
    for (index, chip) in board.chips.enumerated() where chip.kind == .tca9548a {
      guard let address = I2CAddress(chip.address) else { continue }
      muxOf[index] = muxes.count
      muxes.append(ConverterMux(chip: UInt8(truncatingIfNeeded: index), address: address, bus: Int(chip.bus)))
    }
    let all = board.responses + board.inputs
    monitorUnits = [Int](repeating: -1, count: board.monitors.count)
    for (index, chip) in board.chips.enumerated() where chip.kind != .tca9548a {
      var driven: [(channel: UInt8, slot: Int)] = []
      var read: [(channel: UInt8, slot: Int)] = []
      for (slot, drive) in board.drives.enumerated() where Int(drive.chip) == index {
        driven.append((drive.channel, slot))
      }
      for (slot, channel) in all.enumerated() where Int(channel.chip) == index {
        read.append((channel.channel, slot))
      }
      if chip.kind == .gpio {
        for drive in driven { lineDrives.append((Int(drive.channel), drive.slot)) }
        for channel in read { lineReads.append((Int(channel.channel), channel.slot)) }
        if driven.count + read.count > 0 { lineChip = UInt8(truncatingIfNeeded: index) }
        continue
      }
      var monitored = false
      for (number, monitor) in board.monitors.enumerated() where Int(monitor.chip) == index {
        monitorUnits[number] = units.count
        monitored = true
      }
      guard driven.count + read.count > 0 || monitored, let address = I2CAddress(chip.address) else { continue }
      var unit = ConverterUnit(
        chip, index: index, address: address, mux: chip.mux == ChipDescription.noMux ? -1 : muxOf[Int(chip.mux)])
      driven.heapSort { $0.channel < $1.channel }
      read.heapSort { $0.channel < $1.channel }
      for drive in driven { unit.driveMask |= 1 << UInt16(drive.channel & 15) }
      for channel in read {
        unit.readMask |= 1 << UInt16(channel.channel & 15)
        if channel.slot < board.responses.count { unit.answers = true }
      }
      if let first = read.first { unit.channel = first.channel }
      unit.keepsPointer = Self.keepsPointer(unit, read.count)
      unit.pointsEachStep = Self.pointsEachStep(unit, read.count)
      unit.isSilent = Self.isSilent(unit, read.count)
      units.append(unit)
      drives.append(driven)
      reads.append(read)
    }
  }

  private static func keepsPointer(_ unit: ConverterUnit, _ reads: Int) -> Bool {
    switch unit.driver {
    case .ads: return unit.continuous && unit.readyLine >= 0
    case .tmp117, .tmp105: return true
    // It wants a stop between pointer and answer, so the pointer goes by itself.
    case .ad5593r: return reads > 0
    default: return false
    }
  }

  /// Whether the pointer is moved in each step, by DAC writes; a chip that was reset reads as channel 0 at zero.
  private static func pointsEachStep(_ unit: ConverterUnit, _ reads: Int) -> Bool {
    guard case .ad5593r = unit.driver else { return false }
    return reads > 0 && (unit.driveMask != 0 || unit.readMask == 1)
  }

  private static func isSilent(_ unit: ConverterUnit, _ reads: Int) -> Bool {
    switch unit.driver {
    case .ad5593r: return reads == 0 || unit.readMask == 1
    case .pca9685, .ad5272: return true
    default: return false
    }
  }

  // MARK: - Passes

  private mutating func addPass(_ role: TransferRole, _ round: Int) {
    var segments: [DraftSegment] = []
    for unit in units.indices {
      let (bus, mux, mask) = (units[unit].bus, units[unit].mux, units[unit].muxMask)
      for draft in drafts(of: unit, role, round) {
        let points = draft.role == .point
        var place = 0
        while place < segments.count,
          segments[place].bus != bus || segments[place].mux != mux || segments[place].mask != mask
            || segments[place].points != points
        { place += 1 }
        if place == segments.count {
          segments.append(DraftSegment(bus: bus, mux: mux, mask: mask, points: points, drafts: []))
        }
        segments[place].drafts.append(draft)
      }
    }
    passes.append((role, round, segments))
  }

  /// Puts each bus's segments into the order of the fewest selections. Chips in front of the multiplexers go along with
  /// the first segment behind one: they are heard whatever is selected.
  private mutating func route(_ buses: Int) {
    var routed: [[DraftSegment]] = []
    for _ in passes { routed.append([]) }
    for bus in 0..<buses {
      var stops: [[MuxRoute.Stop]] = []
      for pass in passes {
        var list: [MuxRoute.Stop] = []
        for segment in pass.segments where segment.bus == bus && segment.mux >= 0 {
          let stop = MuxRoute.stop(mux: segment.mux, mask: segment.mask)
          if !list.contains(stop) { list.append(stop) }
        }
        stops.append(list)
      }
      let orders = MuxRoute.plan(stops)
      for index in passes.indices { routed[index] += along(orders[index], passes[index].segments, bus) }
    }
    for index in passes.indices { passes[index].segments = routed[index] }
  }

  /// The segments of one bus in the order of its stops.
  private func along(_ stops: [MuxRoute.Stop], _ segments: [DraftSegment], _ bus: Int) -> [DraftSegment] {
    var pointers: [Draft] = []
    var direct: [Draft] = []
    for segment in segments where segment.bus == bus && segment.mux < 0 {
      if segment.points { pointers += segment.drafts } else { direct += segment.drafts }
    }
    var ordered: [DraftSegment] = []
    for stop in stops {
      let here = segments.filter {
        $0.bus == bus && $0.mux >= 0 && $0.mux == stop >> 8 && $0.mask == UInt8(stop & 0xFF)
      }
      for segment in here where segment.points {
        var joined = segment
        joined.drafts = pointers + segment.drafts
        pointers = []
        ordered.append(joined)
      }
      if !pointers.isEmpty {
        ordered.append(DraftSegment(bus: bus, mux: -1, mask: 0, points: true, drafts: pointers))
        pointers = []
      }
      for segment in here where !segment.points {
        var joined = segment
        joined.drafts = direct + segment.drafts
        direct = []
        ordered.append(joined)
      }
    }
    if !pointers.isEmpty { ordered.append(DraftSegment(bus: bus, mux: -1, mask: 0, points: true, drafts: pointers)) }
    if !direct.isEmpty { ordered.append(DraftSegment(bus: bus, mux: -1, mask: 0, drafts: direct)) }
    return ordered
  }

  // MARK: - Transactions

  private func drafts(of unit: Int, _ role: TransferRole, _ round: Int) -> [Draft] {
    switch role {
    case .drive: return driveDrafts(unit)
    case .start:
      guard units[unit].conversionTime > 0, !units[unit].continuous, round < reads[unit].count else { return [] }
      return [start(unit, reads[unit][round].channel)]
    case .point, .read: return units[unit].conversionTime > 0 ? [] : readDrafts(unit)
    case .collect:
      guard units[unit].conversionTime > 0, round < reads[unit].count else { return [] }
      return [collect(unit, round)]
    }
  }

  private func driveDrafts(_ unit: Int) -> [Draft] {
    let channels = drives[unit]
    guard !channels.isEmpty else { return [] }
    var drafts: [Draft] = []
    switch units[unit].driver {
    case .mcp4728:
      var draft = Draft(unit: unit, role: .drive, writeBytes: 3 * channels.count)
      for drive in channels { draft.groups.append((drive.channel, [drive.slot])) }
      drafts.append(draft)
    case .pca9685:
      for drive in channels {
        if let last = drafts.last, let group = last.groups.first,
          Int(group.channel) + group.slots.count == Int(drive.channel)
        {
          drafts[drafts.count - 1].groups[0].slots.append(drive.slot)
          drafts[drafts.count - 1].writeBytes += 4
        } else {
          drafts.append(Draft(unit: unit, role: .drive, writeBytes: 3, groups: [(drive.channel, [drive.slot])]))
        }
      }
    default:
      for drive in channels {
        drafts.append(
          Draft(
            unit: unit, role: .drive, writeBytes: Self.driveBytes(units[unit].driver),
            groups: [(drive.channel, [drive.slot])]))
      }
    }
    return drafts
  }

  private static func driveBytes(_ driver: ConverterDriver) -> Int {
    switch driver {
    case .mcp4725, .ad5272: 2
    case .si5351a: 9
    default: 3
    }
  }

  private func readDrafts(_ unit: Int) -> [Draft] {
    let channels = reads[unit]
    guard let first = channels.first else { return [] }
    var drafts: [Draft] = []
    switch units[unit].driver {
    case .ad5593r:
      if units[unit].pointsEachStep {
        drafts.append(Draft(unit: unit, role: .point, prefix: pointer { AD5593R.encodeReadADCs(into: $0) }))
      }
      var draft = Draft(unit: unit, role: .read, readBytes: 2 * channels.count)
      for channel in channels { draft.slots.append(channel.slot) }
      draft.channel = first.channel
      drafts.append(draft)
    default:
      for channel in channels {
        var draft = Draft(unit: unit, role: .read, readBytes: 2)
        draft.prefix = units[unit].keepsPointer ? [] : readPointer(unit, channel.channel)
        draft.slots = [channel.slot]
        draft.channel = channel.channel
        drafts.append(draft)
      }
    }
    return drafts
  }

  private func readPointer(_ unit: Int, _ channel: UInt8) -> [UInt8] {
    switch units[unit].driver {
    case .ina219: return pointer { INA219.encodePointer(channel: channel, into: $0) }
    case .tmp117: return pointer { TMP117.encodePointer(into: $0) }
    case .tmp105: return pointer { TMP105.encodePointer(into: $0) }
    default: return pointer { ADS1x15.encodePointer(into: $0) }
    }
  }

  private func start(_ unit: Int, _ channel: UInt8) -> Draft {
    var draft = Draft(unit: unit, role: .start, writeBytes: 3)
    if case .ads(let chip) = units[unit].driver {
      draft.prefix = pointer { chip.encodeStart(channel: channel, into: $0) }
    }
    draft.channel = channel
    return draft
  }

  private func collect(_ unit: Int, _ round: Int) -> Draft {
    var draft = Draft(unit: unit, role: .collect, readBytes: 2)
    draft.prefix = units[unit].keepsPointer ? [] : pointer { ADS1x15.encodePointer(into: $0) }
    // Without a ready line the chip is asked whether it is done, and whether it is still set up.
    draft.status = units[unit].readyLine < 0
    draft.slots = [reads[unit][round].slot]
    draft.channel = reads[unit][round].channel
    return draft
  }

  private func pointer(_ encode: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4)
    let count = bytes.withUnsafeMutableBytes { encode($0) }
    return Array(bytes[0..<count])
  }
}
