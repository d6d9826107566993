import Bundle
import CBoard
import RunRecords
import SyncProtocol
import TwinMonitor
import WireFormat

/// `edged status`: what the board is doing, for a person on the board.
enum StatusCommand {
  static func run(_ state: BoardState) throws(CommandError) -> Int32 {
    var text = "board \(Hex.text(state.boardID)) \(state.name)\n"
    let slots = try ActiveBundle.look(state)
    if let record = slots.runningRecord {
      let phase = slots.phase == .probation ? "on probation" : "committed"
      text += "bundle \(record.digest.description) counter \(record.counter) \(phase)\n"
    } else {
      text += "bundle none\n"
    }
    if let status = current(state) {
      text += "run \(Hex.text(status.runID)) \(phaseText(status)) step \(status.steps)"
      if status.totalSteps > 0 { text += " of \(status.totalSteps)" }
      text += ", \(status.committedSteps) on flash, \(status.missedDeadlines) late, \(status.droppedSamples) dropped"
      text += status.text.utf8.isEmpty ? "\n" : "\n  " + status.text + "\n"
      text += timing("step time", status.times.busy) + timing("lateness", status.times.lateness)
      text += timing("slack", status.times.slack) + residuals(status)
    } else {
      text += "run none\n"
    }
    text += service(state)
    return Command.put(text)
  }

  /// A line about a histogram; none where nothing was counted.
  private static func timing(_ name: StaticString, _ times: TimeHistogram) -> String {
    guard times.count > 0 else { return "" }
    return "  " + name.description + " median \(duration(times.quantile(thousandths: 500)))"
      + ", 99 % under \(duration(times.quantile(thousandths: 990))), all under \(duration(times.longest))\n"
  }

  /// Nanoseconds in a unit that suits them, three or four digits.
  private static func duration(_ nanoseconds: UInt64) -> String {
    if nanoseconds < 10_000 { return "\(nanoseconds) ns" }
    if nanoseconds < 10_000_000 { return "\(nanoseconds / 1000) us" }
    if nanoseconds < 10_000_000_000 { return "\(nanoseconds / 1_000_000) ms" }
    return "\(nanoseconds / 1_000_000_000) s"
  }

  /// Who looks after the board, and what becomes of its standing run.
  private static func service(_ state: BoardState) -> String {
    let served = ServiceSocket.isServed(state)
    let text = served ? "service running" : "service not running"
    guard StandingRun.isKept(state) else { return text }
    guard served, let page = try? RunSession.openPage(state, readOnly: true) else {
      return text + "; a standing run waits for it"
    }
    defer { page.unmap() }
    let running = page.get(StatusPage.Word.standing) == StatusPage.StandingPhase.running.rawValue
    return text + "; standing run " + (running ? "running" : "waiting to start again")
      + ", started again \(page.get(StatusPage.Word.restarts)) times"
  }

  /// Lines about the watched nodes; empty where there are none.
  private static func residuals(_ status: LoopStatus) -> String {
    var watched = 0
    var lines = ""
    for node in 0..<status.nodes.count {
      let watch = NodeWatch(word: status.nodes[node])
      if watch.state != .unwatched { watched += 1 }
      guard watch.wasFlagged || watch.state == .leftOut else { continue }
      let state = watch.state == .flagged ? "flagged" : watch.state == .leftOut ? "left out" : "was flagged"
      lines += "  node \(node) \(state): mean \(tenths(watch.mean)) sd, mean square \(tenths(watch.meanSquare)) sd\n"
    }
    guard watched > 0 else { return "" }
    return "residuals: \(watched) nodes watched\(lines.utf8.isEmpty ? ", none flagged" : "")\n" + lines
  }

  private static func tenths(_ value: Float) -> String {
    let size = Int((value < 0 ? -value : value) * 10 + 0.5)
    return (value < 0 ? "-" : "") + "\(size / 10).\(size % 10)"
  }

  /// The status page's content; nil when no run was ever made. A run whose processes are gone without a word counts as
  /// ended.
  static func current(_ state: BoardState) -> LoopStatus? {
    guard let page = try? RunSession.openPage(state, readOnly: true) else { return nil }
    defer { page.unmap() }
    guard var status = page.snapshot() else { return nil }
    if status.phase == .starting || status.phase == .running, !isHeld(state) {
      status.phase = .ended
      // The loop's own word counts where it had one; its supervisor is gone all the same.
      if status.outcome == 0 { status.outcome = RunRecords.RunOutcome.failed.rawValue }
      status.exitCode = CommandError.Code.failed
      if status.text.utf8.isEmpty { status.text = "the run's processes ended without a word (power cut, or killed)" }
    }
    return status
  }

  static func isHeld(_ state: BoardState) -> Bool {
    guard let lock = try? RunSession.takeLock(state, patience: 0) else { return true }
    _ = cboard_close(lock)
    return false
  }

  private static func phaseText(_ status: LoopStatus) -> String {
    switch status.phase {
    case .none: return "none"
    case .starting: return "starting"
    case .running: return "running"
    case .ended:
      switch RunRecords.RunOutcome(rawValue: status.outcome) {
      case .completed: return "completed"
      case .stopped: return "stopped"
      default: return "failed"
      }
    }
  }
}
