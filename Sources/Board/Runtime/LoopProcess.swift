import CBoard
import HardwareInterface
import Journal
import PhysicalNetwork
import RunRecords
import TwinMonitor
import WireFormat

/// The process that runs the loop: the control loop on its first thread, the journal on a second one.
struct LoopProcess<Bus: I2CBus, Lines: LineBank, Clock: HardwareClock> {
  let session: RunSession
  let bank: ConverterBank<Bus, Lines>
  let clock: Clock
  let virtualTime: Bool
  let realTimePriority: Bool
  /// The process above, whose end ends this one.
  let supervisor: Int32

  /// Runs to the end and returns the exit code; safe values are out and the journal is closed by then.
  func run() -> Int32 {
    let page = session.page
    _ = cboard_signal_at_parent_death(CBOARD_SIGTERM)
    _ = cboard_signals_install()
    // It may have died before the kernel was asked to tell.
    if cboard_parent_id() != supervisor { cboard_signal_raise(CBOARD_SIGTERM) }
    let ring = SampleRing(capacityLog2: ringSize)
    let request = session.request
    guard let runID = Identifier(bytes: request.runID), let boardID = Identifier(bytes: session.state.boardID) else {
      return fail("the run or board identity is not 16 bytes")
    }
    let writer: JournalWriter
    do throws(JournalError) {
      writer = try JournalWriter(
        directory: session.state.journalDirectory, runID: runID, boardID: boardID,
        options: JournalOptions(segmentBytes: 4 << 20, bufferBytes: 128 << 10))
    } catch {
      return fail("no journal for this run: " + error.message)
    }
    var watch: ResidualWatch?
    if let plan = session.residuals, !plan.nodes.isEmpty {
      watch = ResidualWatch(plan, board: session.board, mode: request.mode)
    }
    var loop = ControlLoop(
      board: session.board, network: session.network, request: request, bank: bank, clock: clock, ring: ring,
      signals: .init(
        stop: page.word(StatusPage.Word.stop), journalFailed: page.word(StatusPage.Word.journalFailed),
        beat: page.word(StatusPage.Word.beat)),
      watch: watch, waitsForJournal: virtualTime)
    loop.prepare()
    // Step 0 falls on the next whole period.
    let period = session.board.stepPeriod
    let start = (loop.clock.now() / period + 1) * period
    do throws(JournalError) {
      try writer.append(.runStart, header(start: start).encoded())
      try writer.commit()
    } catch {
      return fail("no journal for this run: " + error.message)
    }
    let finish = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    finish.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    let recorder = JournalRecorder(
      ring: ring, writer: writer, page: page, channels: session.channelCount, watch: watch, figures: loop.figures,
      byCountOnly: virtualTime, finish: finish)
    var thread = cboard_thread()
    let started = cboard_thread_start(
      &thread,
      { context in
        guard let context else { return }
        Unmanaged<JournalRecorder>.fromOpaque(context).takeUnretainedValue().run()
      }, Unmanaged.passUnretained(recorder).toOpaque(), 256 << 10)
    guard started == 0 else { return fail("no thread for the journal: " + StateFiles.errorText(-started)) }
    if realTimePriority { Placement.take(session.board.placement) }
    page.update { page in page.set(StatusPage.Word.phase, StatusPage.Phase.running.rawValue) }
    let outcome = loop.run(from: start)
    let safeFailures = loop.finish()
    cboard_store_release_u32(page.word(StatusPage.Word.safeWritten), 1)
    cboard_store_release_u32(finish, 1)
    _ = cboard_thread_join(thread)
    let stop = RunStop(
      outcome: recorder.failure == nil ? outcome : .failed, steps: loop.statistics.steps,
      missedDeadlines: loop.statistics.missedDeadlines, droppedSamples: loop.statistics.droppedSamples,
      quarantinedChips: UInt16(loop.bank.quarantinedCount), safeFailures: UInt16(safeFailures),
      longestStep: loop.statistics.longestStep, busyTime: loop.statistics.busyTime,
      histogram: loop.statistics.array(.busy), jitter: loop.statistics.array(.jitter),
      slack: loop.statistics.array(.slack),
      chips: loop.bank.allCounters.map {
        ChipTally(transfers: $0.transfers, retries: $0.retries, faults: $0.faults, recoveries: $0.recoveries)
      })
    return withExtendedLifetime(recorder) { close(writer, recorder.failure, stop, watch, loop.figures) }
  }

  /// The ring's size as a power of two: room for the samples of eight seconds, and as much again for events, so that a
  /// slow flash costs no sample; 64 KiB to 1 MiB, since all of it stays resident. In virtual time steps come as fast as
  /// they can.
  private var ringSize: Int {
    guard !virtualTime else { return 20 }
    let stepBytes = UInt64(SampleRing.headerBytes + LoopOutput.sampleBytes(channels: session.channelCount))
    let wanted = 2 * stepBytes * (8_000_000_000 / max(session.board.stepPeriod, 1_000))
    var size = 16
    while size < 20, UInt64(1) << UInt64(size) < wanted { size += 1 }
    return size
  }

  private func header(start: UInt64) -> RunStart {
    RunStart(
      mode: session.request.mode, virtualTime: virtualTime, bundleHash: session.bundleHash,
      requestHash: session.requestHash, wallClock: virtualTime ? 0 : cboard_realtime_ns(), startTime: start,
      label: session.request.label, runtimeVersion: Version.text, board: session.board,
      hold: session.network?.hold ?? 0, settleSteps: session.network?.settleSteps ?? 0)
  }

  private func close(
    _ writer: JournalWriter, _ failure: JournalError?, _ stop: RunStop, _ watch: ResidualWatch?,
    _ figures: LoopFigures
  ) -> Int32 {
    var problem = failure
    if problem == nil {
      do throws(JournalError) {
        try writer.append(.runStop, stop.encoded())
        try writer.commit()
      } catch {
        problem = error
      }
    }
    let summary = writer.close()
    if problem == nil { problem = summary.error }
    let page = session.page
    page.update { page in
      page.set64(StatusPage.Word.missed, stop.missedDeadlines)
      page.set64(StatusPage.Word.dropped, stop.droppedSamples)
      page.set(StatusPage.Word.quarantined, UInt32(stop.quarantinedChips))
      page.set(StatusPage.Word.safeFailures, UInt32(stop.safeFailures))
      page.set64(StatusPage.Word.steps, stop.steps)
      page.set64(StatusPage.Word.committed, summary.step)
      page.show(watch)
      page.show(figures)
      page.set(StatusPage.Word.outcome, UInt32(stop.outcome.rawValue))
    }
    if let problem {
      return fail("the run ended after \(summary.step) steps on flash: " + problem.message)
    }
    let leftOut = watch?.leftOutCount ?? 0
    if stop.quarantinedChips > 0 || stop.droppedSamples > 0 || stop.safeFailures > 0 || leftOut > 0 {
      page.update { page in
        page.setText(
          "\(stop.quarantinedChips) chips left out, \(stop.droppedSamples) samples dropped, "
            + "\(stop.safeFailures) chips without safe values, \(leftOut) nodes left out by their residuals: "
            + "see the journal's events; check power and wiring")
      }
      return CommandError.Code.partial
    }
    return CommandError.Code.ok
  }

  private func fail(_ text: String) -> Int32 {
    Log.error(text)
    session.page.update { page in
      page.set(StatusPage.Word.outcome, UInt32(RunOutcome.failed.rawValue))
      page.setText(text)
    }
    return CommandError.Code.failed
  }
}
