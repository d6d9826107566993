import Foundation
import SyncProtocol
import Transport
import WireFormat
import Workbench

/// What a board says of itself, ready to be printed.
public struct StatusReport: Encodable {
  public struct Run: Encodable {
    public var id: String
    public var steps: UInt64
    public var total: UInt64
    public var committed: UInt64
    public var missed_deadlines: UInt64
    public var dropped_samples: UInt64
    public var quarantined: UInt32
  }

  /// Times, counted in buckets.
  public struct Timing: Encodable {
    public var count: UInt64
    public var median_us: Double
    public var p99_us: Double
    /// An upper bound.
    public var longest_us: Double
    /// Counts of [2^k, 2^(k+1)) nanoseconds.
    public var buckets: [UInt32]

    init(_ times: TimeHistogram) {
      count = times.count
      median_us = Double(times.quantile(thousandths: 500)) / 1000
      p99_us = Double(times.quantile(thousandths: 990)) / 1000
      longest_us = Double(times.longest) / 1000
      buckets = times.buckets
    }

    func text(_ name: String) -> String {
      String(format: "\(name) median %.0f us, 99 %% under %.0f us, all under %.0f us", median_us, p99_us, longest_us)
    }
  }

  public var board: String
  public var id: String
  public var name: String
  public var program: String
  public var bundle: String?
  public var bundle_counter: UInt64
  public var bundle_state: String
  public var run: Run?
  public var last_run: Run?
  public var last_outcome: String
  public var last_error: String
  public var free_bytes: UInt64
  public var runs_on_board: Int
  /// A daemon serves the board.
  public var served: Bool
  /// What becomes of the standing run: none, running, waiting or kept; and how often it was started again.
  public var standing: String
  public var restarts: UInt32
  /// How the steps keep their time; empty before the first run.
  public var step_time: Timing
  public var lateness: Timing
  public var slack: Timing
  /// The nodes that are watched by their twins.
  public var nodes: [NodeReport]

  /// For people.
  public var text: String {
    var lines = [
      "\(board): \(name), \(id), \(program), \(free_bytes >> 20) MiB free, \(runs_on_board) runs in its journal"
    ]
    lines.append(bundle.map { "bundle \($0) counter \(bundle_counter), \(bundle_state)" } ?? "no bundle")
    if let run {
      lines.append(
        "running \(run.id): step \(run.steps)" + (run.total > 0 ? " of \(run.total)" : "") + Self.trouble(run))
    } else if let last = last_run {
      lines.append("idle; last run \(last.id) \(last_outcome) after \(last.steps) steps" + Self.trouble(last))
    } else {
      lines.append("idle")
    }
    if !last_error.isEmpty { lines.append("  " + last_error) }
    for (name, times) in [("step time", step_time), ("lateness", lateness), ("slack", slack)] where times.count > 0 {
      lines.append("  " + times.text(name))
    }
    if standing != "none" {
      let words = ["running": "runs", "waiting": "waits to start again", "kept": "waits for an edged daemon"]
      lines.append("the standing run \(words[standing] ?? standing), started again \(restarts) times")
    }
    lines += NodeReport.lines(nodes)
    return lines.joined(separator: "\n")
  }

  private static func trouble(_ run: Run) -> String {
    ", \(run.committed) on flash, \(run.missed_deadlines) late, \(run.dropped_samples) dropped, "
      + "\(run.quarantined) chips left out"
  }
}

extension Workspace {
  /// Asks a board how it is.
  public func status(_ board: BoardEntry) throws -> StatusReport {
    try withConnection(board) { connection in
      let status = try connection.status()
      func run(_ run: RunStatus) -> StatusReport.Run? {
        guard run.run != .none else { return nil }
        return StatusReport.Run(
          id: run.run.description, steps: run.stepsDone, total: run.stepsTotal, committed: run.committedStep,
          missed_deadlines: run.missedDeadlines, dropped_samples: run.droppedSamples, quarantined: run.quarantinedNodes)
      }
      let states = ["empty", "staged", "on probation", "committed"]
      return StatusReport(
        board: board.name, id: status.board.description, name: status.name, program: status.program,
        bundle: status.bundle.digest == .none ? nil : status.bundle.digest.description,
        bundle_counter: status.bundle.counter,
        bundle_state: states.indices.contains(Int(status.bundle.phase)) ? states[Int(status.bundle.phase)] : "unknown",
        run: run(status.run), last_run: run(status.lastRun), last_outcome: "\(status.lastOutcome)",
        last_error: status.lastError, free_bytes: status.freeBytes, runs_on_board: try connection.runs().count,
        served: status.service.isServed, standing: "\(status.service.standing)", restarts: status.service.restarts,
        step_time: .init(status.times.busy), lateness: .init(status.times.lateness), slack: .init(status.times.slack),
        nodes: NodeReport.all(status.nodes, names: (try? description(board).nodes.map(\.name)) ?? []))
    }
  }
}
