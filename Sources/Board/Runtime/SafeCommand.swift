import Bundle
import CBoard
import HardwareInterface
import PhysicalNetwork
import WireFormat

/// `edged safe`: the safe values to every drive of the active board description, without a run.
enum SafeCommand {
  static func run(_ state: BoardState, force: Bool) throws(CommandError) -> Int32 {
    if force { try end(state) }
    guard try ActiveBundle.look(state).running != nil else {
      return Command.put("no bundle is active: there are no safe values yet")
    }
    // After the service's death its run ends in order, which takes a moment; one that goes on is refused below.
    _ = awaitFree(state, nanoseconds: 5_000_000_000)
    let failures = try write(state)
    guard failures == 0 else {
      throw failed(failures)
    }
    return Command.put("safe values written")
  }

  /// What to say of so many chips that did not take their safe values.
  static func failed(_ failures: Int) -> CommandError {
    CommandError(
      CommandError.Code.partial, "\(failures) chips did not take their safe values: check power and wiring")
  }

  /// The number of chips that did not take their safe values.
  ///
  /// - Parameter lines: the board's lines, where this process has them already.
  static func write(_ state: BoardState, lines: BoardLines? = nil) throws(CommandError) -> Int {
    let board = try ActiveBundle.load(state).board
    let lock = try RunSession.takeLock(state)
    defer { _ = cboard_close(lock) }
    let hardware = try BoardHardware.open(state, board, realTime: false, lines: lines)
    for problem in hardware.problems { Log.error(problem) }
    var bank = ConverterBank(board: board, buses: hardware.buses, lines: hardware.lines)
    let failures = withExtendedLifetime(hardware) { bank.writeSafe(board) }
    for index in bank.unsafeChips {
      let chip = board.chips[Int(index)]
      Log.error("chip \(chip.name), address 0x\(Hex.text([chip.address])), did not take its safe values")
    }
    return failures
  }

  /// Ends whatever runs, standing or not: by asking, and where that does not help by force.
  private static func end(_ state: BoardState) throws(CommandError) {
    if let reply = try? ServiceSocket.ask(state, .stop, patience: 2_000_000_000) {
      if reply.code != CommandError.Code.ok { Log.warning(reply.message) }
    } else {
      try StandingRun.remove(state)
    }
    guard StatusCommand.isHeld(state), let page = try? RunSession.openPage(state, readOnly: false) else { return }
    defer { page.unmap() }
    cboard_store_release_u32(page.word(StatusPage.Word.stop), 1)
    if awaitFree(state, nanoseconds: 2_000_000_000) { return }
    for word in [StatusPage.Word.loop, StatusPage.Word.supervisor] {
      let process = Int32(bitPattern: page.get(word))
      // The page may be older than the processes that have these numbers now.
      guard process > 1, process != cboard_process_id(), ProcessName.isOurs(process) else { continue }
      Log.warning("process \(process) of the run is killed")
      _ = cboard_kill(process, CBOARD_SIGKILL)
    }
    guard awaitFree(state, nanoseconds: 5_000_000_000) else {
      throw CommandError(
        CommandError.Code.busy,
        "the run's processes cannot be ended: look for a process of edged that hangs in the kernel, or cut the power")
    }
    page.end(CommandError.Code.failed, "the run was ended by 'edged safe --force'")
  }

  /// Whether the board's lock is free, or becomes so in time.
  static func awaitFree(_ state: BoardState, nanoseconds: UInt64) -> Bool {
    let deadline = cboard_monotonic_ns() + nanoseconds
    while StatusCommand.isHeld(state) {
      guard cboard_monotonic_ns() < deadline else { return false }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 5_000_000)
    }
    return true
  }
}

/// The names of programs that processes run.
enum ProcessName {
  /// Whether a process runs the program this one runs.
  static func isOurs(_ process: Int32) -> Bool {
    let own = of(cboard_process_id())
    return !own.isEmpty && of(process) == own
  }

  private static func of(_ process: Int32) -> [CChar] {
    var text = [CChar](repeating: 0, count: 32)
    guard cboard_process_name(process, &text, text.count) == 0 else { return [] }
    return text
  }
}
