import CBoard
import HardwareInterface
import PhysicalNetwork
import RunRecords
import WireFormat

/// The process above the loop: starts it, passes a stop on, ends it when it hangs, and writes the safe values when it is
/// gone, however it went.
struct RunSupervisor {
  let session: RunSession
  /// The board's lines, where this process has them already.
  var lines: BoardLines?
  /// How long a loop that was killed may take to go: a call into the kernel may hold it for so long.
  private static let killTime: UInt64 = 5_000_000_000
  /// How often it looks at a loop that goes on; the loop's end it is told of at once.
  private static let lookMilliseconds: Int32 = 40

  /// Runs the session to its end; the exit code of the run.
  func run() -> Int32 {
    _ = cboard_signals_install()
    session.page.update { page in page.set(StatusPage.Word.supervisor, UInt32(bitPattern: cboard_process_id())) }
    do throws(CommandError) {
      let hardware = try BoardHardware.open(
        session.state, session.board, realTime: session.options.realTime, lines: lines)
      try check(hardware)
      return withExtendedLifetime(hardware) { supervise(hardware) }
    } catch {
      return end(error.code, error.message)
    }
  }

  /// Refuses to start where something of the description is not there, unless told to start with what there is.
  private func check(_ hardware: BoardHardware) throws(CommandError) {
    var probe = ChipProbe(session.board, hardware)
    let problems = withExtendedLifetime(hardware) { hardware.problems + probe.problems() }
    guard let first = problems.first else { return }
    for problem in problems { session.options.partial ? Log.warning(problem) : Log.error(problem) }
    guard !session.options.partial else { return }
    throw CommandError(
      CommandError.Code.failed,
      first + (problems.count > 1 ? "; and \(problems.count - 1) more ('edged doctor' names them)" : "")
        + "; nothing was driven; mend it, or start with what there is by --partial")
  }

  private func supervise(_ hardware: BoardHardware) -> Int32 {
    var bank = ConverterBank(board: session.board, buses: hardware.buses, lines: hardware.lines)
    let supervisor = cboard_process_id()
    let child = cboard_fork()
    if child == 0 {
      let process = LoopProcess(
        session: session, bank: bank, clock: hardware.clock, virtualTime: hardware.virtualTime,
        realTimePriority: !hardware.isVirtual || !hardware.virtualTime, supervisor: supervisor)
      cboard_exit_now(process.run())
    }
    guard child > 0 else {
      return end(CommandError.Code.failed, "no process for the loop: " + StateFiles.errorText(-child))
    }
    cboard_store_release_u32(session.page.word(StatusPage.Word.loop), UInt32(bitPattern: child))
    let (code, hung) = wait(for: child)
    cboard_store_release_u32(session.page.word(StatusPage.Word.loop), 0)
    // Whatever the loop did at its end, the values are written again: it may have had none.
    let ownWay = cboard_load_acquire_u32(session.page.word(StatusPage.Word.safeWritten)) != 0
    let failures = bank.writeSafe(session.board)
    session.page.update { page in page.set(StatusPage.Word.safeFailures, UInt32(failures)) }
    if failures > 0 { Log.error(SafeCommand.failed(failures).message) }
    if hung {
      return end(
        CommandError.Code.failed,
        "the loop made no step for \(session.board.hangTime / 1_000_000) ms and was ended; safe values were written by the "
          + "supervisor: look at the kernel's log for a bus that hangs, or raise hang_ms in board.toml")
    }
    if !ownWay, code >= 128 {
      return end(
        CommandError.Code.failed,
        "the loop was ended by signal \(code - 128); safe values were written by the supervisor")
    }
    return end(code, nil)
  }

  /// Looks at the child now and then: a signal that came just before a blocking wait would be slept over.
  private func wait(for child: Int32) -> (code: Int32, hung: Bool) {
    let page = session.page
    var meter = StallMeter(longestLook: 50_000_000)
    var beat: UInt32 = 0
    var killed: UInt64?
    let handle = cboard_process_handle(child)
    defer { _ = cboard_close(handle) }
    while true {
      if cboard_signal_pending() != 0 {
        cboard_signal_clear()
        cboard_store_release_u32(page.word(StatusPage.Word.stop), 1)
        _ = cboard_kill(child, CBOARD_SIGTERM)
      }
      var code: Int32 = 0
      let result = cboard_wait(child, 0, &code)
      if result == child { return (code, killed != nil) }
      if result < 0, result != -CBOARD_EINTR { return (CommandError.Code.failed, killed != nil) }
      let now = cboard_monotonic_ns()
      if let killed {
        if now - killed > Self.killTime { return (128 + CBOARD_SIGKILL, true) }
      } else if meter.look(page.get(StatusPage.Word.beat)) > page.stepLimit(session.board.hangTime) {
        _ = cboard_kill(child, CBOARD_SIGKILL)
        killed = now
      }
      beat &+= 1
      cboard_store_relaxed_u32(page.word(StatusPage.Word.supervisorBeat), beat)
      // Without a handle, as with old kernels, it looks more often.
      if handle < 0 || cboard_poll(handle, UInt32(CBOARD_POLL_IN), Self.lookMilliseconds) < 0 {
        _ = cboard_sleep_until(now + 5_000_000)
      }
    }
  }

  private func end(_ code: Int32, _ text: String?) -> Int32 {
    if let text { Log.error(text) }
    ActiveBundle.noteRunEnd(session.state, code: code)
    session.page.end(code, text)
    return code
  }
}
