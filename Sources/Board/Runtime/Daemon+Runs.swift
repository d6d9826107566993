import Bundle
import CBoard
import PhysicalNetwork
import RunRecords
import WireFormat

/// Starting runs, watching them, and what follows when they end.
extension Daemon {
  /// Hands a prepared run to a supervisor of its own process.
  mutating func launch(_ session: RunSession, isStanding: Bool, client: Int32 = -1) throws(CommandError) {
    if held?.bundle != session.bundleHash { held = nil }
    let parent = cboard_process_id()
    let child = cboard_fork()
    if child == 0 {
      // The daemon's own: held here, they would outlive it.
      for descriptor in [listener, lock, client] where descriptor >= 0 { _ = cboard_close(descriptor) }
      _ = cboard_signal_at_parent_death(CBOARD_SIGTERM)
      if cboard_parent_id() != parent { cboard_signal_raise(CBOARD_SIGTERM) }
      cboard_exit_now(RunSupervisor(session: session, lines: held?.lines).run())
    }
    guard child > 0 else {
      let error = CommandError(
        CommandError.Code.failed, "no process for the run: \(StateFiles.errorText(-child)); try again")
      session.abandon(error)
      throw error
    }
    run = Run(
      process: child, isStanding: isStanding, begun: cboard_monotonic_ns(), hang: session.board.hangTime,
      label: session.request.label, id: session.request.runID)
    if isStanding { show(.running) }
    Log.info((isStanding ? "standing run " : "run ") + Hex.text(session.request.runID) + " started")
    session.release()
  }

  /// One look at everything that goes on.
  mutating func look() {
    reap()
    watch()
    if run == nil, standing != nil, cboard_monotonic_ns() >= nextStart { startStanding() }
  }

  /// Takes note of a run that has ended.
  mutating func reap() {
    guard let run else { return }
    var code: Int32 = 0
    let result = cboard_wait(run.process, 0, &code)
    guard result == run.process || (result < 0 && result != -CBOARD_EINTR) else { return }
    if result < 0 || code >= 128 || page.get(StatusPage.Word.phase) != StatusPage.Phase.ended.rawValue {
      clearUp("the run's supervisor was ended by signal \(code - 128)")
    }
    ended()
  }

  private mutating func watch() {
    guard var run else { return }
    let limit = page.stepLimit(run.hang)
    let still = run.loopMeter.look(page.get(StatusPage.Word.beat))
    let silent = run.supervisorMeter.look(page.get(StatusPage.Word.supervisorBeat))
    run.isMoving = still < limit + 1_000_000_000
    // Without its loop the supervisor writes the safe values, which a bus that hangs can make a long business.
    let isAlone = page.get(StatusPage.Word.loop) == 0
    let supervisorLimit = isAlone ? 60_000_000_000 + run.hang : 2 * run.hang + 3_000_000_000
    if !isAlone, still > limit + run.hang + 2_000_000_000 {
      return endByForce("the loop made no step for \(still / 1_000_000) ms and nobody ended it")
    }
    if silent > supervisorLimit { return endByForce("the run's supervisor hangs") }
    if !run.isProven, cboard_monotonic_ns() - run.begun >= options.provenAfter,
      page.get(StatusPage.Word.phase) == StatusPage.Phase.running.rawValue
    {
      run.isProven = true
      pause = Self.firstPause
      // A run that has left chips out has proven nothing.
      if page.get(StatusPage.Word.quarantined) == 0 {
        ActiveBundle.noteRunEnd(state, code: CommandError.Code.ok)
      }
    }
    self.run = run
  }

  /// Kills the run's processes and does what its supervisor would have done.
  mutating func endByForce(_ reason: String) {
    guard let run else { return }
    kill(run)
    var code: Int32 = 0
    _ = cboard_wait(run.process, 1, &code)
    clearUp(reason)
    ended()
  }

  private func kill(_ run: Run) {
    let loop = Int32(bitPattern: page.get(StatusPage.Word.loop))
    if loop > 1 { _ = cboard_kill(loop, CBOARD_SIGKILL) }
    _ = cboard_kill(run.process, CBOARD_SIGKILL)
  }

  /// After a supervisor that could not end its run: the loop away, safe values out, the run's end told.
  private mutating func clearUp(_ reason: String) {
    // It heard of its supervisor's death and ends in order; where it does not, it is made to.
    let loop = Int32(bitPattern: page.get(StatusPage.Word.loop))
    if loop > 1, !awaitGone(loop, nanoseconds: 3_000_000_000) {
      _ = cboard_kill(loop, CBOARD_SIGKILL)
      _ = awaitGone(loop, nanoseconds: 5_000_000_000)
    }
    cboard_store_release_u32(page.word(StatusPage.Word.loop), 0)
    _ = SafeCommand.awaitFree(state, nanoseconds: 1_000_000_000)
    makeSafe()
    let text = reason + "; safe values were written by the service"
    Log.error(text)
    ActiveBundle.noteRunEnd(state, code: CommandError.Code.failed)
    page.end(CommandError.Code.failed, text)
  }

  /// Orphans are this process's children, so that it can wait for them.
  private func awaitGone(_ process: Int32, nanoseconds: UInt64) -> Bool {
    let deadline = cboard_monotonic_ns() + nanoseconds
    while true {
      var code: Int32 = 0
      let result = cboard_wait(process, 0, &code)
      if result == process || (result < 0 && cboard_kill(process, 0) != 0) { return true }
      guard cboard_monotonic_ns() < deadline else { return false }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 5_000_000)
    }
  }

  /// What follows from a run's end for the standing run.
  private mutating func ended() {
    guard let run else { return }
    self.run = nil
    do throws(CommandError) { try holdLines() } catch { Log.warning(error.message) }
    let status = page.snapshot()
    let completed = status?.outcome == RunOutcome.completed.rawValue
    Log.info("run " + Hex.text(run.id) + (completed ? " completed" : " ended"))
    guard standing != nil else { return show(.none) }
    guard run.isStanding else {
      nextStart = cboard_monotonic_ns()
      return
    }
    if completed {
      standing = nil
      show(.none)
      Log.info("the standing run has come to its own end")
      do throws(CommandError) { try StandingRun.remove(state) } catch { Log.error(error.message) }
      return
    }
    wait(because: status?.text ?? "")
  }

  private mutating func wait(because reason: String) {
    trouble = reason.utf8.isEmpty ? "it was ended from outside" : reason
    Log.warning("the standing run starts again in \(pause / 1_000_000_000) s: " + trouble)
    nextStart = cboard_monotonic_ns() + pause
    pause = min(2 * pause, Self.longestPause)
    show(.waiting)
  }

  private mutating func startStanding() {
    guard let standing else { return }
    let request = standing.renewed()
    do throws(CommandError) {
      let session = try RunSession.prepare(
        state: state, request, Digest.sha256(request.encoded()).bytes, effective(standing.options))
      try launch(session, isStanding: true)
      _ = cboard_fetch_add_u32(page.word(StatusPage.Word.restarts), 1)
    } catch {
      wait(because: error.message)
    }
  }
}
