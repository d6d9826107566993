import Bundle
import CBoard
import PhysicalNetwork
import RunRecords
import SyncProtocol
import TwinMonitor
import WireFormat

/// `edged metrics`: what the board counts, for Prometheus.
enum Metrics {
  /// To standard output, or into a file of node_exporter's textfile collector, which sees the old text or the new one.
  static func run(_ state: BoardState, textfile: String?) throws(CommandError) -> Int32 {
    let text = self.text(state)
    guard let textfile else {
      let bytes = Array(text.utf8)
      let result = bytes.withUnsafeBytes { cboard_write_all(1, $0.baseAddress, $0.count, -1) }
      return result == 0 ? CommandError.Code.ok : CommandError.Code.failed
    }
    let temporary = textfile + ".new"
    let file = cboard_open(temporary, UInt32(CBOARD_WRITE | CBOARD_CREATE | CBOARD_TRUNCATE), 0o644)
    guard file >= 0 else { throw StateFiles.fault("write", temporary, -file) }
    let bytes = Array(text.utf8)
    var result = bytes.withUnsafeBytes { cboard_pwrite(file, $0.baseAddress, $0.count, 0) }
    _ = cboard_close(file)
    if result == 0 { result = cboard_rename(temporary, textfile) }
    guard result == 0 else {
      _ = cboard_unlink(temporary)
      throw StateFiles.fault("write", textfile, -result)
    }
    return CommandError.Code.ok
  }

  private static func text(_ state: BoardState) -> String {
    var out = MetricsText()
    out.family("info", "gauge", "The board and its program.")
    out.sample(1, [("board", Hex.text(state.boardID)), ("name", state.name), ("version", Version.text)])
    bundle(state, &out)
    service(state, &out)
    storage(state, &out)
    if let status = StatusCommand.current(state) { run(state, status, &out) }
    return out.text
  }

  private static func bundle(_ state: BoardState, _ out: inout MetricsText) {
    guard let slots = try? ActiveBundle.look(state) else { return }
    out.family("bundle_counter", "gauge", "Counter of the bundle that runs.")
    out.sample(slots.runningRecord?.counter ?? 0)
    out.family("bundle_highest_counter", "gauge", "The highest counter the board has accepted.")
    out.sample(slots.highestCounter)
    out.family("bundle_phase", "gauge", "Where the board is between an old bundle and a new one.")
    out.states("phase", ["empty", "staged", "probation", "committed"], is: Int(slots.phase.rawValue))
  }

  private static func service(_ state: BoardState, _ out: inout MetricsText) {
    let served = ServiceSocket.isServed(state)
    out.family("daemon_up", "gauge", "A daemon serves the board.")
    out.sample(served ? 1 : 0)
    var standing = 0
    var restarts: UInt64 = 0
    if StandingRun.isKept(state) {
      standing = 3
      if served, let page = try? RunSession.openPage(state, readOnly: true) {
        let running = page.get(StatusPage.Word.standing) == StatusPage.StandingPhase.running.rawValue
        standing = running ? 1 : 2
        restarts = UInt64(page.get(StatusPage.Word.restarts))
        page.unmap()
      }
    }
    out.family("standing_run", "gauge", "What becomes of the run that starts again by itself.")
    out.states("state", ["none", "running", "waiting", "kept"], is: standing)
    out.family("standing_run_restarts_total", "counter", "How often the daemon has started it by itself.")
    out.sample(restarts)
  }

  private static func storage(_ state: BoardState, _ out: inout MetricsText) {
    let files = BoardFiles()
    var runs: UInt64 = 0
    var bytes: UInt64 = 0
    for run in (try? files.list(state.journalDirectory)) ?? [] {
      runs += 1
      let folder = state.journalDirectory + "/" + run
      for segment in (try? files.list(folder)) ?? [] { bytes += (try? files.size(folder + "/" + segment)) ?? 0 }
    }
    out.family("journal_runs", "gauge", "Runs in the journal.")
    out.sample(runs)
    out.family("journal_bytes", "gauge", "Bytes of the journal's segments, reserved ones included.")
    out.sample(bytes)
    var free: UInt64 = 0
    _ = cboard_free_bytes(state.directory, &free)
    out.family("free_bytes", "gauge", "Bytes the journal can still take.")
    out.sample(free)
  }
}
