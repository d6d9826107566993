import CBoard
import Journal
import RunRecords
import WireFormat

/// The journal thread's work: takes records from the ring, gathers samples and events into frames, commits in groups.
///
/// Frames close by count alone where time is virtual, so that the same run gives the same bytes; in real time they also
/// close after `flushInterval`. One recorder lives on one thread.
final class JournalRecorder {
  /// Steps gathered into one samples frame at most.
  static let stepsPerFrame = 256
  /// Bytes of samples that are committed together, and the time after which less is committed too.
  static let commitBytes = 1 << 20
  static let flushInterval: UInt64 = 250_000_000
  /// How long it sleeps when the ring is empty. In real time long enough that its waking costs the loop nothing: the ring
  /// holds seconds. In virtual time the loop waits for it.
  static let realTimeNap: UInt64 = 20_000_000
  static let virtualTimeNap: UInt64 = 100_000

  private let ring: SampleRing
  private let writer: JournalWriter
  private let page: StatusPage
  private let channels: Int
  private let watch: ResidualWatch?
  private let figures: LoopFigures?
  private let byCountOnly: Bool
  /// 32 bits, set by the loop's side when it puts nothing more.
  private let finish: UnsafeMutableRawPointer

  private let codes: UnsafeMutablePointer<UInt16>
  private let stepLimit: Int
  private var frameSteps = 0
  private var frameFirst: UInt64 = 0
  private var frameTime: UInt64 = 0
  private let events: UnsafeMutableRawBufferPointer
  private var eventBytes = 0
  private var uncommitted = 0
  private var lastCommit: UInt64
  private var shownSteps: UInt64 = 0
  // As told by the events that came through here: what a watcher sees while the run goes on.
  private var missedDeadlines: UInt64 = 0
  private var droppedSamples: UInt64 = 0
  private var chipsOut: UInt32 = 0
  private(set) var failure: JournalError?

  init(
    ring: SampleRing, writer: JournalWriter, page: StatusPage, channels: Int, watch: ResidualWatch? = nil,
    figures: LoopFigures? = nil, byCountOnly: Bool, finish: UnsafeMutableRawPointer
  ) {
    self.ring = ring
    self.writer = writer
    self.page = page
    self.channels = channels
    self.watch = watch
    self.figures = figures
    self.byCountOnly = byCountOnly
    self.finish = finish
    let fitting = (writer.maximumPayload - SamplesHeader.size) / max(2 * channels, 1)
    stepLimit = max(1, min(Self.stepsPerFrame, fitting))
    codes = UnsafeMutablePointer<UInt16>.allocate(capacity: stepLimit * max(channels, 1))
    codes.initialize(repeating: 0, count: stepLimit * max(channels, 1))
    events = UnsafeMutableRawBufferPointer.allocate(byteCount: min(writer.maximumPayload, 16 << 10), alignment: 8)
    lastCommit = cboard_monotonic_ns()
  }

  deinit {
    codes.deallocate()
    events.deallocate()
  }

  /// Runs until the loop has finished and the ring is empty, or the journal fails.
  func run() {
    let nap = byCountOnly ? Self.virtualTimeNap : Self.realTimeNap
    do throws(JournalError) {
      while true {
        let finishing = cboard_load_acquire_u32(finish) != 0
        var idle = true
        while let record = ring.next() {
          idle = false
          try take(record.kind, record.payload)
          ring.release()
        }
        if finishing, idle { break }
        try tick()
        if idle { _ = cboard_sleep_until(cboard_monotonic_ns() + nap) }
      }
      try closeFrame()
      try commit()
    } catch {
      failure = error
      cboard_store_release_u32(page.word(StatusPage.Word.journalFailed), 1)
    }
  }

  private func take(_ kind: UInt32, _ payload: UnsafeRawBufferPointer) throws(JournalError) {
    if kind == LoopOutput.sample { return try takeSample(payload) }
    let length = EventEncoder.headerBytes + Int(UInt16(littleEndian: payload.load(fromByteOffset: 2, as: UInt16.self)))
    guard length <= payload.count else { return }
    note(payload)
    if eventBytes + length > events.count { try closeFrame() }
    guard eventBytes + length <= events.count, let base = events.baseAddress, let source = payload.baseAddress else {
      return
    }
    (base + eventBytes).copyMemory(from: source, byteCount: length)
    eventBytes += length
  }

  private func note(_ event: UnsafeRawBufferPointer) {
    switch UInt16(littleEndian: event.load(as: UInt16.self)) {
    case RunEvent.Code.missedDeadline: missedDeadlines += 1
    case RunEvent.Code.chipFault: chipsOut += 1
    case RunEvent.Code.chipRecovered: chipsOut = chipsOut == 0 ? 0 : chipsOut - 1
    case RunEvent.Code.busCleared: _ = cboard_fetch_add_u32(page.word(StatusPage.Word.busClears), 1)
    case RunEvent.Code.monitor:
      let index = event.loadUnaligned(fromByteOffset: EventEncoder.headerBytes, as: UInt16.self)
      let bits = event.loadUnaligned(fromByteOffset: EventEncoder.headerBytes + 4, as: UInt32.self)
      page.show(monitor: Int(UInt16(littleEndian: index)), UInt32(littleEndian: bits))
    case RunEvent.Code.gap:
      droppedSamples += UInt64(
        littleEndian: event.loadUnaligned(fromByteOffset: EventEncoder.headerBytes, as: UInt64.self))
    default: break
    }
  }

  private func takeSample(_ payload: UnsafeRawBufferPointer) throws(JournalError) {
    let step = UInt64(littleEndian: payload.load(as: UInt64.self))
    if frameSteps > 0, step != frameFirst + UInt64(frameSteps) { try closeFrame() }
    if frameSteps == 0 {
      frameFirst = step
      frameTime = UInt64(littleEndian: payload.load(fromByteOffset: 8, as: UInt64.self))
    }
    if let source = payload.baseAddress {
      UnsafeMutableRawPointer(codes + frameSteps * channels).copyMemory(from: source + 16, byteCount: 2 * channels)
    }
    frameSteps += 1
    shownSteps = step + 1
    if frameSteps == stepLimit { try closeFrame() }
  }

  private func closeFrame() throws(JournalError) {
    if frameSteps > 0 {
      try writer.appendSamples(
        firstStep: frameFirst, time: frameTime, steps: frameSteps, channels: channels,
        UnsafeBufferPointer(start: codes, count: frameSteps * channels))
      uncommitted += 2 * frameSteps * channels
      frameSteps = 0
      showProgress()
    }
    if eventBytes > 0 {
      try writer.append(.event, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(events)[0..<eventBytes]))
      uncommitted += eventBytes
      eventBytes = 0
    }
    if uncommitted >= Self.commitBytes { try commit() }
  }

  private func tick() throws(JournalError) {
    let now = cboard_monotonic_ns()
    guard now - lastCommit >= Self.flushInterval else { return }
    if !byCountOnly { try closeFrame() }
    try commit()
    showProgress()
  }

  private func commit() throws(JournalError) {
    try writer.commit()
    uncommitted = 0
    lastCommit = cboard_monotonic_ns()
    let committed = writer.committedStep
    page.update { page in page.set64(StatusPage.Word.committed, committed) }
  }

  private func showProgress() {
    page.update { page in
      page.set64(StatusPage.Word.steps, shownSteps)
      page.set64(StatusPage.Word.missed, missedDeadlines)
      page.set64(StatusPage.Word.dropped, droppedSamples)
      page.set(StatusPage.Word.quarantined, chipsOut)
      page.show(watch)
      page.show(figures)
    }
  }
}
