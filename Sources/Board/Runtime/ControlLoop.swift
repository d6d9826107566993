import CBoard
import HardwareInterface
import PhysicalNetwork
import RunRecords
import TwinMonitor
import WireFormat

/// The fixed-step loop: encode → clamp → write drives → wait → read responses → read-out → twins → ring; then, in what is
/// left of the step, monitors and chips that were left out.
///
/// Everything it needs is made in `init`. From the first step to the last it allocates nothing, locks nothing and touches
/// no file; faults and late steps become events.
public struct ControlLoop<Bus: I2CBus, Lines: LineBank, Clock: HardwareClock> {
  /// What a caller may look at and change from outside while the loop runs: 32-bit words, atomic.
  public struct Signals {
    /// Non-zero asks the loop to stop.
    public let stop: UnsafeMutableRawPointer
    /// Non-zero once the journal can write no more.
    public let journalFailed: UnsafeMutableRawPointer
    /// Moves on with every step, and while the loop waits for the journal: whoever watches sees that it lives.
    public let beat: UnsafeMutableRawPointer?

    public init(
      stop: UnsafeMutableRawPointer, journalFailed: UnsafeMutableRawPointer, beat: UnsafeMutableRawPointer? = nil
    ) {
      self.stop = stop
      self.journalFailed = journalFailed
      self.beat = beat
    }
  }

  public internal(set) var bank: ConverterBank<Bus, Lines>
  var clock: Clock
  public private(set) var statistics = LoopStatistics()

  private let board: BoardDescription
  private let request: RunRequest
  private let network: NetworkDescription?
  private let engine: NetworkEngine?
  private let watch: ResidualWatch?
  private var output: LoopOutput
  private var timing: StepTiming
  private let signals: Signals
  private let driveCodes: UnsafeMutablePointer<UInt16>
  private let readCodes: UnsafeMutablePointer<UInt16>
  private let liveInputs: UnsafeMutablePointer<Float>
  // [nodes]: how many of the chips a node's channels sit on are left out.
  private let missingChips: UnsafeMutablePointer<UInt8>
  private var missing = 0
  private var stepMask: UInt64
  private let driveCount: Int
  private let readCount: Int

  /// - Parameters:
  ///   - board, network, request: checked by the caller against one another (`RunCheck`).
  ///   - watch: the twins that are stepped beside the devices, for this board and mode.
  ///   - waitsForJournal: true in virtual time.
  public init(
    board: BoardDescription, network: NetworkDescription?, request: RunRequest, bank: ConverterBank<Bus, Lines>,
    clock: Clock, ring: SampleRing, signals: Signals, watch: ResidualWatch? = nil, waitsForJournal: Bool
  ) {
    self.board = board
    self.network = network
    self.request = request
    self.bank = bank
    self.clock = clock
    self.signals = signals
    self.watch = watch
    if let network, request.mode != .characterise { engine = NetworkEngine(network) } else { engine = nil }
    timing = StepTiming(period: board.stepPeriod)
    stepMask = board.placement.stepLine == BusDescription.noLine ? 0 : 1 << UInt64(board.placement.stepLine & 63)
    missingChips = UnsafeMutablePointer<UInt8>.allocate(capacity: board.nodes.count + 1)
    missingChips.initialize(repeating: 0, count: board.nodes.count + 1)
    output = LoopOutput(
      ring: ring, waits: waitsForJournal, journalFailed: signals.journalFailed, beat: signals.beat)
    driveCount = board.drives.count
    readCount = board.responses.count + board.inputs.count
    driveCodes = UnsafeMutablePointer<UInt16>.allocate(capacity: driveCount + 1)
    driveCodes.initialize(repeating: 0, count: driveCount + 1)
    readCodes = UnsafeMutablePointer<UInt16>.allocate(capacity: readCount + 1)
    readCodes.initialize(repeating: 0, count: readCount + 1)
    liveInputs = UnsafeMutablePointer<Float>.allocate(capacity: board.inputs.count + 1)
    liveInputs.initialize(repeating: 0, count: board.inputs.count + 1)
  }

  /// Releases what `init` took.
  public func free() {
    driveCodes.deallocate()
    readCodes.deallocate()
    liveInputs.deallocate()
    missingChips.deallocate()
    statistics.free()
  }

  /// Puts the safe codes out and takes a first reading, so that step 0 starts from known values.
  public mutating func prepare() {
    setSafeCodes()
    bank.prepare(driveCodes)
    bank.configure(clock: &clock)
    bank.write(driveCodes, clock: &clock)
    bank.read(into: readCodes, clock: &clock)
    takeResponses()
  }

  /// Runs to the end of the request, a stop, or a failed journal.
  public mutating func run(from start: UInt64) -> RunOutcome {
    let outcome = steps(from: start)
    statistics.droppedSamples = output.dropped
    return outcome
  }

  /// Where what it counts stands, for another thread to show.
  var figures: LoopFigures {
    var wire: UInt64 = 0
    for bus in board.buses.indices { wire += bank.wireTime(bus: bus) }
    return LoopFigures(histograms: statistics.histograms, chips: bank.allCounters, wireTime: wire)
  }

  /// The safe codes to every chip; what that meets becomes events of the last step.
  ///
  /// - Returns: how many chips did not take them.
  public mutating func finish() -> Int {
    let failures = bank.writeSafe(board)
    reportEvents(step: statistics.steps == 0 ? 0 : statistics.steps - 1)
    return failures
  }

  private mutating func steps(from start: UInt64) -> RunOutcome {
    var cursor = StepCursor(request, network: network)
    var deadline = start
    reportEvents(step: 0)
    while let order = cursor.next(request) {
      if cboard_load_relaxed_u32(signals.stop) != 0 || cboard_signal_pending() != 0 { return .stopped }
      if output.failed { return .failed }
      clock.sleep(until: deadline)
      let begun = clock.now()
      step(order, time: deadline)
      let ended = clock.now()
      output.beat()
      let late = begun > deadline ? begun - deadline : 0
      statistics.count(late: late, busy: ended - begun, period: board.stepPeriod)
      deadline += board.stepPeriod
      if ended > deadline {
        missed(lateness: ended - deadline, deadline: &deadline)
      } else {
        bank.useSlack(clock: &clock, until: deadline)
      }
    }
    return output.failed ? .failed : .completed
  }

  // What is called in every step is `mutating` even where it changes nothing: Swift copies the whole loop for a call that
  // is not.

  @inline(__always)
  private mutating func step(_ order: StepOrder, time: UInt64) {
    let number = statistics.steps
    let end = time + board.stepPeriod
    if order.opensSequence {
      output.putSequenceStart(step: number, sequence: order.sequence, repetition: order.repetition)
      engine?.beginSequence()
    }
    setDrives(order)
    if stepMask != 0 { mark(stepMask) }
    bank.write(driveCodes, clock: &clock, until: end)
    if board.responseDelay > 0 { clock.sleep(until: clock.now() + board.responseDelay) }
    bank.read(into: readCodes, clock: &clock, until: end)
    let isOff = watch != nil && timing.isOff(clock.now() - time)
    if stepMask != 0 { mark(0) }
    reportEvents(step: number)
    takeResponses()
    output.putSample(
      step: number, time: time, drives: driveCodes, driveCount: driveCount, reads: readCodes, readCount: readCount)
    readOut(order, step: number)
    compareWithTwins(step: number, isOff: isOff)
  }

  /// The line that is high while a step is under way. One that fails is not tried again.
  private mutating func mark(_ level: UInt64) {
    do throws(LineError) {
      try bank.setLines(stepMask, level)
    } catch {
      stepMask = 0
      output.put(.line(error), step: statistics.steps)
    }
  }

  private mutating func setDrives(_ order: StepOrder) {
    chooseDrives(order)
    watch?.keepSafe(driveCodes)
    guard missing > 0, engine != nil else { return }
    // A node of which a chip is left out is out of the network with all it has.
    for node in board.nodes.indices where missingChips[node] > 0 {
      let first = Int(board.nodes[node].firstDrive)
      for channel in first..<first + Int(board.nodes[node].driveCount) {
        driveCodes[channel] = board.drives[channel].safeCode
      }
    }
  }

  private mutating func chooseDrives(_ order: StepOrder) {
    switch order.action {
    case .codes:
      let codes = request.blocks[order.sequence].codes
      for channel in 0..<driveCount { driveCodes[channel] = codes[order.row * driveCount + channel] }
      return
    case .settle:
      guard let engine else { return setSafeCodes() }
      engine.settle()
    case .frame:
      let width = Int(request.inputCount)
      request.sequences[order.sequence].values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        engine?.drive(from: base + order.row * width)
      }
    case .live:
      for index in board.inputs.indices {
        liveInputs[index] = board.inputs[index].value(of: readCodes[board.responses.count + index])
      }
      engine?.drive(from: liveInputs)
    }
    guard let engine else { return }
    for node in board.nodes.indices {
      let first = Int(board.nodes[node].firstDrive)
      driveCodes[first] = board.drives[first].code(of: engine.drives[node])
    }
  }

  private mutating func setSafeCodes() {
    for channel in 0..<driveCount { driveCodes[channel] = board.drives[channel].safeCode }
  }

  private mutating func takeResponses() {
    guard let engine else { return }
    for node in board.nodes.indices {
      if isLeftOut(node) {
        if board.policy.leftOutValue == .neutral { engine.responses[node] = 0 }
        continue
      }
      let first = Int(board.nodes[node].firstResponse)
      engine.responses[node] = board.responses[first].value(of: readCodes[first])
    }
  }

  private mutating func compareWithTwins(step number: UInt64, isOff: Bool) {
    guard let watch else { return }
    if isOff { watch.monitor.gap() }
    for index in 0..<watch.monitor.count {
      if let event = watch.observe(index, driveCodes: driveCodes, readCodes: readCodes) {
        output.putResidual(step: number, event)
      }
    }
    // What comes next starts from a reading that was taken late.
    if isOff { watch.monitor.gap() }
    watch.showNext()
  }

  private mutating func readOut(_ order: StepOrder, step number: UInt64) {
    guard let engine, let network, order.action == .frame || order.action == .live else { return }
    engine.observe(counted: true)
    if network.task == .classification, order.closesSequence || (order.action == .live && order.closesFrame) {
      engine.averageOutputs()
      output.putResult(
        step: number, sequence: order.sequence, frame: order.row, outputs: engine.outputs, count: engine.outputCount)
      if order.action == .live { engine.beginSequence() }
    } else if network.task == .regression, order.closesFrame {
      output.putResult(
        step: number, sequence: order.sequence, frame: order.row, outputs: engine.outputs, count: engine.outputCount)
    }
  }

  private mutating func missed(lateness: UInt64, deadline: inout UInt64) {
    statistics.missedDeadlines += 1
    let skipped = lateness / board.stepPeriod
    deadline += skipped * board.stepPeriod
    // The devices have had more time than a step, and their twins do not know it.
    watch?.monitor.gap()
    output.putMissedDeadline(step: statistics.steps - 1, lateness: lateness, skipped: skipped)
  }

  @inline(__always)
  private func isLeftOut(_ node: Int) -> Bool {
    if missing > 0, missingChips[node] > 0 { return true }
    guard let watch else { return false }
    return watch.isLeftOut(node)
  }

  private mutating func reportEvents(step number: UInt64) {
    while let event = bank.takeEvent() {
      output.put(event, step: number)
      switch event {
      case .leftOut(let fault):
        watch?.leaveOut(chip: fault.chip)
        count(fault.chip, 1)
      case .recovered(let chip, _, _):
        count(chip, -1)
        watch?.takeBack(chip: chip) { missingChips[$0] > 0 }
      case .none, .retried, .cleared, .line, .reading: break
      }
    }
  }

  /// A chip is left out or back: so are the nodes that have channels on it.
  private mutating func count(_ chip: UInt8, _ change: Int) {
    for node in board.nodes.indices where board.uses(chip, node) {
      let value = Int(missingChips[node]) + change
      missingChips[node] = UInt8(clamping: value)
      missing += change
    }
    if missing < 0 { missing = 0 }
  }
}

extension BoardDescription {
  /// Whether a node has a channel on a chip.
  func uses(_ chip: UInt8, _ node: Int) -> Bool {
    let channels = nodes[node]
    for index in Int(channels.firstDrive)..<Int(channels.firstDrive) + Int(channels.driveCount)
    where drives[index].chip == chip { return true }
    for index in Int(channels.firstResponse)..<Int(channels.firstResponse) + Int(channels.responseCount)
    where responses[index].chip == chip { return true }
    return false
  }
}
