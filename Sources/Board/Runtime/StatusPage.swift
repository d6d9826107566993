import CBoard
import PhysicalNetwork
import RunRecords

/// What a running loop shows to anybody who looks: two pages of shared memory (`run/status`), written by one process at a
/// time under a sequence number, read without locks. Words of 32 bits; 64-bit values are two words, low first.
public struct StatusPage {
  static let byteCount = 8192
  static let magic: UInt32 = 0x5350_5445  // "ETPS"
  static let textCapacity = 480
  /// Nodes whose residuals the page can show.
  static let nodeCapacity = 800
  /// Chips whose counters the page can show, and words of each.
  static let chipCapacity = 128
  static let chipWords = 6
  /// Monitors whose readings the page can show.
  static let monitorCapacity = 60

  enum Word {
    static let sequence = 0
    static let magic = 1
    static let supervisor = 2
    static let phase = 3
    static let mode = 4
    static let outcome = 5
    static let runID = 6
    static let steps = 10
    static let total = 12
    static let committed = 14
    static let missed = 16
    static let dropped = 18
    static let quarantined = 20
    static let safeFailures = 21
    static let exitCode = 22
    static let textLength = 23
    static let text = 24
    static let nodeCount = 144
    /// A word a node, as `NodeWatch` has it.
    static let nodes = 148
    // Single words outside the sequence's protection.
    static let stop = 1000
    static let journalFailed = 1001
    static let safeWritten = 1002
    /// Moves on with every step of the loop, written by the loop itself.
    static let beat = 1003
    /// Moves on while the supervisor looks after the loop.
    static let supervisorBeat = 1004
    /// Process of the loop; 0 when it is gone.
    static let loop = 1005
    /// What the daemon does about a standing run, as `StandingPhase`, and how often it has started it again.
    static let standing = 1006
    static let restarts = 1007
    // Again inside the sequence's protection.
    /// Histograms of busy time, of lateness and of slack, 40 words each as in `RunStop`.
    static let histograms = 1024
    /// What a step's transfers take on the wires, nanoseconds (64 bits).
    static let wireTime = 1144
    /// Chips that words from `chips` on tell of.
    static let chipCount = 1151
    /// Of each chip: transfers (64 bits), retries, times left out, times taken back, 0.
    static let chips = 1152
    /// How often clocks were sent to free a bus. From here on single words again, outside the sequence's protection.
    static let busClears = 1920
    /// Of each monitor: whether it was read, and its last reading (f32).
    static let monitors = 1922
  }

  /// Where a run stands.
  public enum Phase: UInt32 { case none, starting, running, ended }

  /// What the daemon does about the board's standing run.
  enum StandingPhase: UInt32 { case none, running, waiting }

  let memory: UnsafeMutableRawPointer

  /// Maps the page of an open status file of at least `byteCount` bytes; nil when that fails.
  public init?(descriptor: Int32, readOnly: Bool) {
    var address: UnsafeMutableRawPointer?
    guard cboard_map_file(descriptor, Self.byteCount, readOnly ? 1 : 0, &address) == 0, let address else { return nil }
    memory = address
  }

  /// Gives the mapping back.
  public func unmap() { _ = cboard_unmap(memory, Self.byteCount) }

  func word(_ index: Int) -> UnsafeMutableRawPointer { memory + 4 * index }

  func get(_ index: Int) -> UInt32 { cboard_load_relaxed_u32(word(index)) }

  func get64(_ index: Int) -> UInt64 { UInt64(get(index)) | UInt64(get(index + 1)) << 32 }

  func set(_ index: Int, _ value: UInt32) { cboard_store_relaxed_u32(word(index), value) }

  func set64(_ index: Int, _ value: UInt64) {
    set(index, UInt32(truncatingIfNeeded: value))
    set(index + 1, UInt32(truncatingIfNeeded: value >> 32))
  }

  /// Changes several words so that a reader sees all or none of them.
  func update(_ change: (StatusPage) -> Void) {
    let sequence = get(Word.sequence) | 1
    cboard_store_relaxed_u32(word(Word.sequence), sequence)
    cboard_fence_release()
    change(self)
    cboard_store_release_u32(word(Word.sequence), sequence &+ 1)
  }

  func setText(_ text: String) {
    let bytes = Array(text.utf8.prefix(Self.textCapacity))
    set(Word.textLength, UInt32(bytes.count))
    for (index, byte) in bytes.enumerated() {
      (memory + 4 * Word.text + index).storeBytes(of: byte, as: UInt8.self)
    }
  }

  /// Shows that the run has ended: its exit code, and why where there is something to say.
  func end(_ code: Int32, _ text: String?) {
    update { page in
      page.set(Word.phase, Phase.ended.rawValue)
      page.set(Word.exitCode, UInt32(bitPattern: code))
      if page.get(Word.outcome) == 0 { page.set(Word.outcome, UInt32(RunOutcome.failed.rawValue)) }
      if let text { page.setText(text) }
    }
  }

  /// Shows how the nodes stand with their twins.
  func show(_ watch: ResidualWatch?) {
    guard let watch else { return }
    let count = min(watch.nodeCount, Self.nodeCapacity)
    set(Word.nodeCount, UInt32(count))
    for node in 0..<count { set(Word.nodes + node, watch.word(node)) }
  }

  /// Shows a monitor's reading.
  func show(monitor: Int, _ bits: UInt32) {
    guard monitor < Self.monitorCapacity else { return }
    set(Word.monitors + 2 * monitor + 1, bits)
    cboard_store_release_u32(word(Word.monitors + 2 * monitor), 1)
  }

  /// Shows what the loop has counted.
  func show(_ figures: LoopFigures?) {
    guard let figures else { return }
    for index in 0..<3 * RunStop.bucketCount {
      set(Word.histograms + index, cboard_load_relaxed_u32(figures.histograms + index))
    }
    set64(Word.wireTime, figures.wireTime)
    let count = min(figures.chips.count, Self.chipCapacity)
    set(Word.chipCount, UInt32(count))
    for index in 0..<count {
      let chip = figures.chips[index]
      let word = Word.chips + Self.chipWords * index
      set64(word, chip.transfers)
      set(word + 2, chip.retries)
      set(word + 3, chip.faults)
      set(word + 4, chip.recoveries)
    }
  }

  /// A consistent copy; nil when the page is not one or a writer died in the middle of a change.
  public func snapshot() -> LoopStatus? {
    for _ in 0..<1000 {
      let before = cboard_load_acquire_u32(word(Word.sequence))
      guard before & 1 == 0 else { continue }
      let status = LoopStatus(self)
      cboard_fence_acquire()
      if get(Word.sequence) == before { return get(Word.magic) == Self.magic ? status : nil }
    }
    return get(Word.magic) == Self.magic ? LoopStatus(self) : nil
  }
}
