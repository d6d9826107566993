import CBoard
import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import RunRecords
import VirtualBench

/// The process above the loop: starts it, passes a stop on, and writes the safe values when it is gone, however it went.
struct RunSupervisor {
  let session: RunSession
  /// Runs a virtual bench by the clock on the wall instead of its own.
  let realTime: Bool

  /// Runs the session to its end; the exit code of the run.
  func run() -> Int32 {
    _ = cboard_signals_install()
    session.page.update { page in page.set(StatusPage.Word.supervisor, UInt32(bitPattern: cboard_process_id())) }
    do throws(CommandError) {
      if let bench = try BenchMemory.open(session.state, realTime: realTime) {
        // Buses and clock are bare handles into the bench.
        return withExtendedLifetime(bench) {
          supervise(
            buses: session.board.buses.indices.map { bench.bus($0) }, clock: bench.clock, virtualTime: !realTime,
            realTimePriority: realTime)
        }
      }
      var buses: [LinuxI2CBus] = []
      for bus in session.board.buses { buses.append(try Self.openBus(bus)) }
      return supervise(buses: buses, clock: LinuxClock(), virtualTime: false, realTimePriority: true)
    } catch {
      return end(error.code, error.message)
    }
  }

  static func openBus(_ bus: BusDescription) throws(CommandError) -> LinuxI2CBus {
    do throws(I2CError) {
      return try LinuxI2CBus(device: bus.device)
    } catch {
      throw CommandError(
        CommandError.Code.failed,
        "bus \(bus.name) (\(bus.device)): " + FaultText.text(error) + "; nothing was driven")
    }
  }

  private func supervise<Bus: I2CBus, Clock: HardwareClock>(
    buses: [Bus], clock: Clock, virtualTime: Bool, realTimePriority: Bool
  ) -> Int32 {
    var bank = ConverterBank(board: session.board, buses: buses)
    let supervisor = cboard_process_id()
    let child = cboard_fork()
    if child == 0 {
      let process = LoopProcess(
        session: session, bank: bank, clock: clock, virtualTime: virtualTime, realTimePriority: realTimePriority,
        supervisor: supervisor)
      cboard_exit_now(process.run())
    }
    guard child > 0 else {
      return end(CommandError.Code.failed, "no process for the loop: " + StateFiles.errorText(-child))
    }
    let code = wait(for: child)
    // Whatever the loop did at its end, the values are written again: it may have had none.
    let ownWay = cboard_load_acquire_u32(session.page.word(StatusPage.Word.safeWritten)) != 0
    let failures = bank.writeSafe(session.board)
    session.page.update { page in page.set(StatusPage.Word.safeFailures, UInt32(failures)) }
    if failures > 0 { Log.error("\(failures) chips did not take their safe values: check power and wiring") }
    if !ownWay, code >= 128 {
      return end(
        CommandError.Code.failed,
        "the loop was ended by signal \(code - 128); safe values were written by the supervisor")
    }
    return end(code, nil)
  }

  /// Looks at the child now and then: a signal that came just before a blocking wait would be slept over.
  private func wait(for child: Int32) -> Int32 {
    while true {
      if cboard_signal_pending() != 0 {
        cboard_signal_clear()
        cboard_store_release_u32(session.page.word(StatusPage.Word.stop), 1)
        _ = cboard_kill(child, CBOARD_SIGTERM)
      }
      var code: Int32 = 0
      let result = cboard_wait(child, 0, &code)
      if result == child { return code }
      if result < 0, result != -CBOARD_EINTR { return CommandError.Code.failed }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 5_000_000)
    }
  }

  private func end(_ code: Int32, _ text: String?) -> Int32 {
    if let text { Log.error(text) }
    ActiveBundle.noteRunEnd(session.state, code: code)
    session.page.update { page in
      page.set(StatusPage.Word.phase, StatusPage.Phase.ended.rawValue)
      page.set(StatusPage.Word.exitCode, UInt32(bitPattern: code))
      if page.get(StatusPage.Word.outcome) == 0 {
        page.set(StatusPage.Word.outcome, UInt32(RunOutcome.failed.rawValue))
      }
      if let text { page.setText(text) }
    }
    return code
  }
}
