import HardwareInterface
import WireFormat

/// All converters of a board as one array of drive codes to write and one array of response codes to read.
///
/// What a step sends is worked out at load: a step puts its codes into prepared bytes and hands whole batches to the buses
/// (docs/decisions/0013). A transaction that fails is tried again while the step has time for it; then its chip is left
/// out (quarantined), its channels keep their last codes, and it is tried again now and then in the time that steps leave.
/// What happens is told through `takeEvent()`. Nothing is allocated after `init`. Copies share the plan and its state.
public struct ConverterBank<Bus: I2CBus, Lines: LineBank> {
  let memory: BankMemory<Bus>
  var lines: Lines
  let board: BoardDescription
  let policy: FaultPolicy
  /// Outputs that drive, inputs that are read, and all outputs with their levels on every way out.
  let driveMask: UInt64
  let readMask: UInt64
  let outputMask: UInt64
  let safeLevels: UInt64
  let lineDrives: [(line: Int, slot: Int)]
  let lineReads: [(line: Int, slot: Int)]
  let lineChip: UInt8
  let rounds: Int

  var firstEvent = 0
  var eventCount = 0
  /// Something was left out or taken back since the batches were put together.
  var isStale = true
  var linesLeftOut = false
  var nextLineProbe: UInt64 = 0
  /// What the monitors' turn is.
  var nextMonitor = 0
  var startedMonitor = -1
  var monitorReadyAt: UInt64 = 0

  /// Chips left out at the moment.
  public private(set) var quarantinedCount = 0
  /// Chips that were left out at any time.
  public internal(set) var faultCount: UInt32 = 0
  public internal(set) var retryCount: UInt32 = 0
  public internal(set) var recoveryCount: UInt32 = 0
  public internal(set) var clearCount: UInt32 = 0
  /// Events that found no room: the loop takes them every step, so there are none in a run.
  public internal(set) var lostEvents: UInt32 = 0

  /// - Parameters:
  ///   - board: a description whose `firstFault()` is nil.
  ///   - buses: one bus for each of `board.buses`.
  ///   - lines: the lines of `board.lines`, by their index.
  public init(board: BoardDescription, buses: [Bus], lines: Lines) {
    let plan = PlanBuilder(board)
    memory = BankMemory(plan, buses: buses, board: board)
    self.lines = lines
    self.board = board
    policy = board.policy
    lineDrives = plan.lineDrives
    lineReads = plan.lineReads
    lineChip = plan.lineChip
    rounds = plan.rounds
    var (drives, reads, outputs, safe): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (index, line) in board.lines.enumerated() where line.direction == .output {
      outputs |= 1 << UInt64(index)
      if line.safe { safe |= 1 << UInt64(index) }
    }
    for bus in board.buses where bus.clockLine != BusDescription.noLine {
      outputs &= ~(1 << UInt64(bus.clockLine & 63) | 1 << UInt64(bus.dataLine & 63))
    }
    for drive in plan.lineDrives {
      drives |= 1 << UInt64(drive.line)
      let level: UInt64 = board.drives[drive.slot].safeCode != 0 ? 1 : 0
      safe = safe & ~(1 << UInt64(drive.line)) | level << UInt64(drive.line)
    }
    for read in plan.lineReads { reads |= 1 << UInt64(read.line) }
    (driveMask, readMask, outputMask, safeLevels) = (drives, reads, outputs, safe)
  }

  /// Sets lines that are nobody's drives, such as the one that marks steps.
  public mutating func setLines(_ mask: UInt64, _ levels: UInt64) throws(LineError) {
    try lines.set(mask: mask, levels: levels)
  }

  // MARK: - What it tells

  /// The oldest event that was not taken yet.
  public mutating func takeEvent() -> BankEvent? {
    guard eventCount > 0 else { return nil }
    let event = memory.events[firstEvent]
    firstEvent = firstEvent + 1 == memory.eventCapacity ? 0 : firstEvent + 1
    eventCount -= 1
    return event
  }

  /// Retries give way when room gets scarce: what is left out must be told.
  mutating func put(_ event: BankEvent) {
    var room = memory.eventCapacity - eventCount
    if case .retried = event { room -= memory.unitCount + 8 }
    guard room > 0 else {
      lostEvents &+= 1
      return
    }
    memory.events[(firstEvent + eventCount) % memory.eventCapacity] = event
    eventCount += 1
  }

  /// What was counted of a chip of the board.
  public func counters(chip: Int) -> ChipCounters {
    chip >= 0 && chip < memory.chipCount ? memory.counters[chip] : ChipCounters()
  }

  /// The counters of all chips, in the board's order; they are where they are as long as the bank is used.
  public var allCounters: UnsafeBufferPointer<ChipCounters> {
    UnsafeBufferPointer(start: memory.counters, count: memory.chipCount)
  }

  /// Whether a chip of the board is left out at the moment.
  public func isLeftOut(chip: UInt8) -> Bool {
    if chip == lineChip { return linesLeftOut }
    for index in 0..<memory.unitCount where memory.units[index].chip == chip { return memory.units[index].leftOut }
    return false
  }

  /// What a step's transactions take on each bus's wire, as batches joined by repeated starts, without waits: nanoseconds.
  public func wireTime(bus: Int) -> UInt64 {
    var time: UInt64 = 0
    for index in 0..<memory.segmentCount where memory.segments[index].bus == bus {
      time += memory.busState[bus].wire(memory.segments[index].bits)
    }
    return time + memory.busState[bus].wire(20 * UInt64(selections(bus: bus)))
  }

  /// Selections of multiplexers a step makes on a bus.
  public func selections(bus: Int) -> Int {
    var stops: [[MuxRoute.Stop]] = []
    for pass in 0..<memory.passCount {
      var list: [MuxRoute.Stop] = []
      for index in memory.passes[pass].first..<memory.passes[pass].first + memory.passes[pass].count {
        let segment = memory.segments[index]
        if segment.bus == bus, segment.mux >= 0 { list.append(MuxRoute.stop(mux: segment.mux, mask: segment.mask)) }
      }
      stops.append(list)
    }
    return MuxRoute.selections(stops)
  }

  /// Batches a step hands to the buses, at least.
  public var batchCount: Int { memory.segmentCount }

  /// What the conversions of a step take that nothing else is done in meanwhile, at the chips' nominal rates: nanoseconds.
  ///
  /// A converter that runs all the time is met in the middle of a conversion, so what answers to the drives takes one and
  /// a half of them.
  public var conversionTime: UInt64 {
    var total: UInt64 = 0
    var meanwhile: UInt64 = 0
    for number in 0..<memory.passCount {
      let pass = memory.passes[number]
      var longest: UInt64 = 0
      for index in pass.first..<pass.first + pass.count {
        let segment = memory.segments[index]
        if pass.role == .read { meanwhile += memory.busState[segment.bus].wire(segment.bits) }
        guard pass.role == .collect else { continue }
        for transfer in segment.first..<segment.first + segment.count {
          let unit = memory.units[memory.planned[transfer].unit]
          let nominal = 1_000_000_000 / UInt64(max(board.chips[Int(unit.chip)].samplesPerSecond, 1))
          longest = max(longest, unit.continuous && unit.answers ? nominal + nominal / 2 : nominal)
        }
      }
      guard pass.role == .collect else { continue }
      total += longest > meanwhile ? longest - meanwhile : 0
      meanwhile = 0
    }
    return total
  }

  // MARK: - Leaving out

  mutating func leaveOut(_ unit: Int, _ cause: I2CError) {
    guard !memory.units[unit].leftOut else { return }
    memory.units[unit].leftOut = true
    memory.units[unit].probes = 0
    memory.units[unit].leftOutAt = 0
    memory.units[unit].probeBackoff = 0
    memory.units[unit].busFault = cause.kind.concernsWholeBus
    isStale = true
    quarantinedCount += 1
    faultCount &+= 1
    let chip = memory.units[unit].chip
    memory.counters[Int(chip)].faults &+= 1
    put(.leftOut(ConverterFault(chip: chip, cause: cause)))
  }

  mutating func takeBack(_ unit: Int, at time: UInt64) {
    guard memory.units[unit].leftOut else { return }
    memory.units[unit].leftOut = false
    isStale = true
    quarantinedCount -= 1
    recoveryCount &+= 1
    let chip = memory.units[unit].chip
    memory.counters[Int(chip)].recoveries &+= 1
    let since = memory.units[unit].leftOutAt
    put(.recovered(chip: chip, probes: memory.units[unit].probes, after: time > since ? time - since : 0))
  }

  mutating func leaveOutLines(_ error: LineError, at time: UInt64) {
    guard !linesLeftOut else { return }
    linesLeftOut = true
    nextLineProbe = policy.reprobe == 0 ? .max : time &+ policy.reprobe
    quarantinedCount += 1
    faultCount &+= 1
    put(.line(error))
    guard lineChip != 0xFF else { return }
    memory.counters[Int(lineChip)].faults &+= 1
    put(.leftOut(ConverterFault(chip: lineChip, cause: I2CError(.other, address: 0, errno: error.errno))))
  }

  mutating func takeLinesBack() {
    guard linesLeftOut else { return }
    linesLeftOut = false
    quarantinedCount -= 1
    recoveryCount &+= 1
    guard lineChip != 0xFF else { return }
    memory.counters[Int(lineChip)].recoveries &+= 1
    put(.recovered(chip: lineChip, probes: 1, after: 0))
  }
}

extension ConverterBank where Lines == NoLines {
  /// A bank of a board without lines.
  public init(board: BoardDescription, buses: [Bus]) { self.init(board: board, buses: buses, lines: NoLines()) }
}

/// Time that does not pass, for what has no deadline.
struct TimelessClock: HardwareClock {
  func now() -> UInt64 { 0 }
  mutating func sleep(until deadline: UInt64) {}
}
