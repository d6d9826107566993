import Bundle
import CBoard
import PhysicalNetwork
import WireFormat

/// `edged daemon`: the board as a service. It keeps the drives safe while nothing runs, takes runs over from sessions,
/// keeps the standing run going, and tells systemd that all is well for as long as it is.
struct Daemon {
  /// A run of this daemon's.
  struct Run {
    /// Process of the supervisor.
    let process: Int32
    let isStanding: Bool
    let begun: UInt64
    let hang: UInt64
    let label: String
    let id: [UInt8]
    var loopMeter = StallMeter(longestLook: 500_000_000)
    var supervisorMeter = StallMeter(longestLook: 500_000_000)
    /// The loop makes its steps.
    var isMoving = true
    /// It has run well for long enough that nobody doubts it.
    var isProven = false
  }

  /// First and longest wait before a standing run is started again, nanoseconds.
  static let firstPause: UInt64 = 1_000_000_000
  static let longestPause: UInt64 = 60_000_000_000
  /// How long a run may take to end in order.
  static let stopTime: UInt64 = 10_000_000_000

  let state: BoardState
  let options: DaemonOptions
  let page: StatusPage
  let lock: Int32
  let listener: Int32
  var notifier = ServiceNotifier()
  var run: Run?
  var standing: StandingRun?
  var nextStart: UInt64 = 0
  var pause = Daemon.firstPause
  /// The lines of the active bundle's board: who lets an output go leaves its level to the kernel.
  var held: (bundle: [UInt8], lines: BoardLines)?
  /// Why the standing run does not run.
  var trouble = ""

  /// Serves the board until a signal ends it; the exit code.
  static func main(_ state: BoardState, _ options: DaemonOptions) throws(CommandError) -> Int32 {
    _ = cboard_signals_install()
    _ = cboard_adopt_orphans()
    let lock = try ServiceSocket.takeLock(state)
    let page = try RunSession.openPage(state, readOnly: false)
    let listener = cboard_local_listen(state.runDirectory, ServiceSocket.name)
    guard listener >= 0 else { throw StateFiles.fault("listen at", state.runDirectory + "/daemon", -listener) }
    var daemon = Daemon(state: state, options: options, page: page, lock: lock, listener: listener)
    daemon.serve()
    return CommandError.Code.ok
  }

  private mutating func serve() {
    show(.none)
    cboard_store_release_u32(page.word(StatusPage.Word.restarts), 0)
    makeSafe()
    do throws(CommandError) {
      standing = try StandingRun.load(state)
    } catch {
      Log.error(error.message)
      trouble = error.message
    }
    tellStatus()
    notifier.ready()
    Log.info("board \(state.name) is served")
    while cboard_signal_pending() == 0 {
      look()
      if let run {
        if run.isMoving { notifier.alive() }
      } else {
        notifier.alive()
      }
      tellStatus()
      let ready = cboard_poll(listener, UInt32(CBOARD_POLL_IN), waitMilliseconds)
      if ready > 0 { answerAll() }
    }
    finish()
  }

  /// Short while something runs; a signal that comes just before the wait is slept over for so long.
  private var waitMilliseconds: Int32 {
    if run != nil { return 50 }
    guard notifier.watchdogInterval > 0 else { return 250 }
    return Int32(clamping: max(10, min(250, notifier.watchdogInterval / 1_000_000)))
  }

  /// Takes the lines of the board that the active bundle describes, and lets those of another go.
  mutating func holdLines() throws(CommandError) {
    let bundle = try ActiveBundle.load(state)
    guard held?.bundle != bundle.hash else { return }
    held = nil
    var size: Int64 = 0
    // A virtual bench keeps the levels of its lines by itself.
    guard !bundle.board.lines.isEmpty, cboard_path_size(state.benchPath, &size) != 0 else { return }
    var problems: [String] = []
    let lines = BoardLines.open(bundle.board, &problems)
    // A run says what is wrong with them, and takes what there is where it is told to.
    if problems.isEmpty { held = (bundle.hash, lines) }
  }

  /// Writes the safe values; a board that nobody has described yet has none.
  mutating func makeSafe() {
    do throws(CommandError) {
      guard try ActiveBundle.look(state).running != nil else { return }
      try holdLines()
      let failures = try SafeCommand.write(state, lines: held?.lines)
      if failures > 0 { Log.error(SafeCommand.failed(failures).message) }
    } catch {
      Log.error("the safe values could not be written: " + error.message)
    }
  }

  private mutating func finish() {
    Log.info("the service ends: signal \(cboard_signal_pending())")
    notifier.stopping()
    notifier.status("ends")
    if let run {
      _ = cboard_kill(run.process, CBOARD_SIGTERM)
      let deadline = cboard_monotonic_ns() + Self.stopTime
      // The standing run stays in the state folder; it must not be started again now.
      standing = nil
      while self.run != nil, cboard_monotonic_ns() < deadline {
        reap()
        _ = cboard_sleep_until(cboard_monotonic_ns() + 5_000_000)
      }
      if self.run != nil { endByForce("the run did not end in \(Self.stopTime / 1_000_000_000) s") }
    }
    makeSafe()
    show(.none)
    _ = cboard_close(listener)
    _ = cboard_close(lock)
    page.unmap()
  }

  func show(_ phase: StatusPage.StandingPhase) {
    cboard_store_release_u32(page.word(StatusPage.Word.standing), phase.rawValue)
  }

  private mutating func tellStatus() {
    guard notifier.watchdogInterval > 0 || cboard_environment("NOTIFY_SOCKET") != nil else { return }
    notifier.status(statusText)
  }

  private var statusText: String {
    if let run {
      let kind = run.isStanding ? "standing run " : "run "
      return kind + Hex.text(run.id) + (run.isMoving ? " goes on" : " makes no steps")
    }
    if standing != nil { return "the standing run waits to start again: " + trouble }
    if let slots = try? ActiveBundle.look(state), slots.running != nil { return "ready" }
    return "waits for a bundle"
  }
}

/// What `edged daemon` was told on its command line.
struct DaemonOptions {
  /// A virtual bench goes by the clock on the wall.
  var realTime = false
  /// A run that has gone well for so long has proven itself, nanoseconds: its bundle is kept, and the next failure is
  /// answered at once again.
  var provenAfter: UInt64 = 60_000_000_000
}
