import CBoard
import RunRecords
import SyncProtocol

/// A copy of the status page.
public struct LoopStatus {
  public var supervisor: Int32
  public var phase: StatusPage.Phase
  public var mode: UInt8
  /// 0 while running; a `RunOutcome` after.
  public var outcome: UInt8
  public var runID: [UInt8]
  public var steps: UInt64
  public var totalSteps: UInt64
  /// Steps that are safe on flash.
  public var committedSteps: UInt64
  public var missedDeadlines: UInt64
  public var droppedSamples: UInt64
  public var quarantinedChips: UInt32
  public var safeFailures: UInt32
  public var exitCode: Int32
  public var text: String
  /// How each node stands with its twin, as `NodeWatch` words; empty when none is watched.
  public var nodes: [UInt32]
  /// Steps by busy time, by how late they began and by the slack they left.
  public var times: StepTimes
  /// What a step's transfers take on the wires, nanoseconds.
  public var wireTime: UInt64
  /// Counters of each chip of the board.
  public var chips: [ChipTally]
  /// How often clocks were sent to free a bus.
  public var busClears: UInt32
  /// Last readings of the board's monitors, as far as the page can show them; nil before the first.
  public var monitors: [Float?]

  init(_ page: StatusPage) {
    typealias Word = StatusPage.Word
    supervisor = Int32(bitPattern: page.get(Word.supervisor))
    phase = StatusPage.Phase(rawValue: page.get(Word.phase)) ?? .none
    mode = UInt8(truncatingIfNeeded: page.get(Word.mode))
    outcome = UInt8(truncatingIfNeeded: page.get(Word.outcome))
    runID = (0..<16).map { (page.memory + 4 * Word.runID + $0).load(as: UInt8.self) }
    steps = page.get64(Word.steps)
    totalSteps = page.get64(Word.total)
    committedSteps = page.get64(Word.committed)
    missedDeadlines = page.get64(Word.missed)
    droppedSamples = page.get64(Word.dropped)
    quarantinedChips = page.get(Word.quarantined)
    safeFailures = page.get(Word.safeFailures)
    exitCode = Int32(bitPattern: page.get(Word.exitCode))
    let length = min(Int(page.get(Word.textLength)), StatusPage.textCapacity)
    let bytes = (0..<length).map { (page.memory + 4 * Word.text + $0).load(as: UInt8.self) }
    text = String(decoding: bytes, as: UTF8.self)
    let watched = min(Int(page.get(StatusPage.Word.nodeCount)), StatusPage.nodeCapacity)
    nodes = (0..<watched).map { page.get(StatusPage.Word.nodes + $0) }
    times = StepTimes(busy: page.histogram(0), lateness: page.histogram(1), slack: page.histogram(2))
    wireTime = page.get64(Word.wireTime)
    chips = page.chips()
    busClears = page.get(Word.busClears)
    monitors = page.monitors()
  }
}

extension StatusPage {
  /// Histogram 0 of busy time, 1 of lateness, 2 of slack.
  func histogram(_ number: Int) -> TimeHistogram {
    TimeHistogram((0..<RunStop.bucketCount).map { get(Word.histograms + number * RunStop.bucketCount + $0) })
  }

  func monitors() -> [Float?] {
    (0..<Self.monitorCapacity).map { index in
      let word = Word.monitors + 2 * index
      guard cboard_load_acquire_u32(self.word(word)) != 0 else { return nil }
      return Float(bitPattern: get(word + 1))
    }
  }

  func chips() -> [ChipTally] {
    (0..<min(Int(get(Word.chipCount)), Self.chipCapacity)).map { index in
      let word = Word.chips + Self.chipWords * index
      return ChipTally(
        transfers: get64(word), retries: get(word + 2), faults: get(word + 3), recoveries: get(word + 4))
    }
  }
}
