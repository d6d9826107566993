import CBoard
import HardwareInterface
import PhysicalNetwork
import RunRecords
import Runtime
import VirtualBench
import WireFormat

/// One fault of the campaign: what, at which transaction, for how many, and whether a chip is out already.
public struct CampaignCase: Equatable, Sendable, CustomStringConvertible {
  public var kind: BusFaultKind
  public var first: Int
  public var length: Int
  /// What the system reports where `kind` is `systemError`.
  public var errno: Int32 = 5
  /// Another chip is off the bus for a while, so that it is left out, tried again and comes back.
  public var chipOut = false

  public init(kind: BusFaultKind, first: Int, length: Int, errno: Int32 = 5, chipOut: Bool = false) {
    self.kind = kind
    self.first = first
    self.length = length
    self.errno = errno
    self.chipOut = chipOut
  }

  public var description: String {
    "\(kind) at \(first) for \(length == .max ? "ever" : "\(length)")\(kind == .systemError ? ", errno \(errno)" : "")"
      + (chipOut ? ", with a chip out" : "")
  }
}

/// What became of one case.
public struct CampaignResult: Sendable {
  /// Rules that were broken; empty when the loop survived as it should.
  public var broken: [String] = []
  /// Chips that could be reached at the end and do not hold their safe codes.
  public var missedSafeValues = 0
  public var events = 0
  public var hits = 0
  /// The address the fault sat at; 0 where it did not strike.
  public var struck: UInt8 = 0
}

/// Counts of a run without faults: where its parts begin.
public struct CampaignMarks: Sendable {
  public var setUp = 0
  public var run = 0
  public var end = 0
  var soundTransfers: UInt64 = 0
}

/// Runs the loop with things going wrong on one of its buses, and looks at what comes of it.
public enum Campaign {
  public static let steps = 24

  /// Numbers a bus may report, with what they mean.
  public static let systemErrors: [(errno: Int32, kind: I2CErrorKind)] = [
    (1, .permission), (4, .other), (5, .noAcknowledgeData), (6, .noAcknowledgeAddress), (11, .arbitrationLost),
    (12, .other), (16, .busStuck), (19, .noSuchDevice), (22, .unsupported), (71, .unexpectedData), (75, .overrun),
    (95, .unsupported), (110, .timeout), (121, .noAcknowledgeAddress),
  ]

  /// The loop without faults; how many transactions each part makes on the faulty bus.
  public static func marks(chipOut: Bool) throws -> CampaignMarks {
    var marks = CampaignMarks()
    _ = try run(CampaignCase(kind: .slow, first: .max, length: 0, chipOut: chipOut), nil) { marks = $0 }
    return marks
  }

  /// Runs one case.
  ///
  /// - Parameter marks: of the same board without the fault.
  public static func run(_ item: CampaignCase, marks: CampaignMarks) throws -> CampaignResult {
    try run(item, marks) { _ in }
  }

  private static func request() -> RunRequest {
    var codes: [UInt16] = []
    for step in 0..<steps { for drive in 0..<7 { codes.append(UInt16(600 + (step * 131 + drive * 377) % 2800)) } }
    return RunRequest(
      runID: [UInt8](repeating: 1, count: 16), mode: .characterise, label: "campaign", driveCount: 7,
      blocks: [DriveBlock(settleSteps: 0, repeats: 1, steps: UInt32(steps), codes: codes)])
  }

  private static func run(
    _ item: CampaignCase, _ clean: CampaignMarks?, _ note: (CampaignMarks) -> Void
  ) throws -> CampaignResult {
    let campaign = try CampaignBoard()
    let error = systemErrors.first { $0.errno == item.errno }?.kind ?? .other
    let plan = FaultPlan(item.kind, first: item.first, length: item.length, error: (error, item.errno))
    // A chip is off the bus from the fourth step on, for so long that it is left out, tried again, and comes back.
    let background = item.chipOut ? FaultPlan(.unplugged, first: 125, length: 7) : nil
    let buses = [
      FaultyI2CBus(campaign.bench.bus(0), plan, background: background),
      FaultyI2CBus(campaign.bench.bus(1), .none()),
    ]
    let words = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    words.initializeMemory(as: UInt32.self, repeating: 0, count: 16)
    defer { words.deallocate() }
    let ring = SampleRing(capacityLog2: 16)
    var loop = ControlLoop(
      board: campaign.board, network: nil, request: request(),
      bank: ConverterBank(board: campaign.board, buses: buses, lines: campaign.bench.lines),
      clock: campaign.bench.clock, ring: ring, signals: .init(stop: words, journalFailed: words + 4),
      waitsForJournal: false)
    defer { loop.free() }
    var marks = CampaignMarks()
    loop.prepare()
    marks.setUp = plan.transactions
    let period = campaign.board.stepPeriod
    let outcome = loop.run(from: (campaign.bench.clock.now() / period + 1) * period)
    marks.run = plan.transactions
    let failures = loop.finish()
    marks.end = plan.transactions
    marks.soundTransfers = loop.bank.counters(chip: Int(CampaignBoard.Chip.other)).transfers
    note(marks)
    guard let clean else { return CampaignResult() }

    var result = CampaignResult()
    result.hits = plan.hits
    result.struck = plan.address
    var samples = 0
    var leftOut: Set<UInt8> = []
    while let record = ring.next() {
      var reader = ByteReader(Array(record.payload))
      if record.kind == 1 {
        samples += 1
      } else if let event = try RunEvent.decode(&reader).event {
        switch event {
        case .sequenceStart: break
        case .chipFault(let chip, _, _, _):
          leftOut.insert(chip)
          result.events += 1
        default: result.events += 1
        }
      }
      ring.release()
    }
    // The loop goes on: every step was made and logged.
    if outcome != .completed || samples != steps { result.broken.append("\(samples) samples, \(outcome)") }
    // The other bus has not noticed anything.
    if leftOut.contains(CampaignBoard.Chip.other) || marks.soundTransfers != clean.soundTransfers {
      result.broken.append("the sound bus was touched")
    }
    // On its own bus, a chip's fault is that chip's alone, a multiplexer's that of the chips behind it.
    if item.kind.isChips {
      let allowed = chips(plan.address).union(chips(background?.address ?? 0))
      if !leftOut.isSubset(of: allowed) { result.broken.append("left out \(leftOut.sorted())") }
    }
    // Nothing is silent: what a bus reports becomes an event.
    if item.kind.isError, plan.hits > 0, result.events == 0 { result.broken.append("no event") }
    // What can be reached holds its safe code; what cannot is reported.
    let unreachable = plan.isActive ? unreachable(item, plan) : []
    let missing = Set(campaign.unsafeChips())
    let wrong = missing.subtracting(unreachable)
    result.missedSafeValues = wrong.count
    if !wrong.isEmpty { result.broken.append("safe codes missing on \(wrong.sorted())") }
    if !missing.isDisjoint(with: unreachable), failures == 0 {
      result.broken.append("unreachable chips were not reported")
    }
    if !plan.isActive, plan.hits == 0 || marks.end > item.first + 40, failures > 0 {
      result.broken.append("\(failures) chips reported without need")
    }
    return result
  }

  /// The chips that an address stands for.
  private static func chips(_ address: UInt8) -> Set<UInt8> {
    guard let chip = CampaignBoard.addresses.first(where: { $0.address == address })?.chip else { return [] }
    return chip == CampaignBoard.Chip.mux
      ? [chip, CampaignBoard.Chip.behind, CampaignBoard.Chip.single] : [chip]
  }

  private static func unreachable(_ item: CampaignCase, _ plan: FaultPlan) -> Set<UInt8> {
    // A chip whose answers are all wrong takes what it is sent, but cannot be known to be set up.
    guard item.kind.isError || item.kind == .wrongData || item.kind == .shortRead else { return [] }
    return item.kind.isChips ? chips(plan.address) : Set(CampaignBoard.addresses.map(\.chip))
  }
}
