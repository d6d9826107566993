import PhysicalNetwork
import RunRecords
import SyncProtocol
import TwinMonitor
import WireFormat

/// The run that goes on, or the last one.
extension Metrics {
  static func run(_ state: BoardState, _ status: LoopStatus, _ out: inout MetricsText) {
    out.family("run_info", "gauge", "The run that goes on, or the last one.")
    out.sample(1, [("run", Hex.text(status.runID)), ("mode", mode(status.mode))])
    out.family("run_phase", "gauge", "Where the run stands.")
    out.states("phase", ["none", "starting", "running", "ended"], is: Int(status.phase.rawValue))
    out.family("run_outcome", "gauge", "How the run ended.")
    out.states("outcome", ["none", "completed", "stopped", "failed"], is: Int(status.outcome))
    out.family("run_steps_total", "counter", "Steps done.")
    out.sample(status.steps)
    out.family("run_planned_steps", "gauge", "Steps in all; 0 for no end.")
    out.sample(status.totalSteps)
    out.family("run_committed_steps_total", "counter", "Steps that are safe on flash.")
    out.sample(status.committedSteps)
    out.family("run_missed_deadlines_total", "counter", "Steps that ended late.")
    out.sample(status.missedDeadlines)
    out.family("run_dropped_samples_total", "counter", "Samples the journal could not take in time.")
    out.sample(status.droppedSamples)
    out.family("run_chips_left_out", "gauge", "Chips that are left out.")
    out.sample(UInt64(status.quarantinedChips))
    out.family("run_safe_value_failures", "gauge", "Chips that did not take their safe values.")
    out.sample(UInt64(status.safeFailures))
    nodes(status, &out)
    let board = (try? ActiveBundle.load(state))?.board
    chips(status, board, &out)
    out.family("run_bus_clears_total", "counter", "How often clocks were sent to free a bus.")
    out.sample(UInt64(status.busClears))
    monitors(status, board, &out)
    out.histogram("step_seconds", "From a step's beginning to its end.", status.times.busy)
    out.histogram("step_lateness_seconds", "From when a step was due to its beginning.", status.times.lateness)
    out.histogram("step_slack_seconds", "What a step left of its period.", status.times.slack)
  }

  private static func mode(_ mode: UInt8) -> String {
    switch RunMode(rawValue: mode) {
    case .characterise: "characterise"
    case .evaluate: "evaluate"
    case .live: "live"
    case nil: "none"
    }
  }

  private static func nodes(_ status: LoopStatus, _ out: inout MetricsText) {
    var counts: [UInt64] = [0, 0, 0]
    for word in status.nodes {
      switch NodeWatch(word: word).state {
      case .unwatched: break
      case .flagged: counts[1] += 1
      case .leftOut: counts[2] += 1
      default: counts[0] += 1
      }
    }
    out.family("nodes", "gauge", "Nodes that are watched by their twins, by how they stand.")
    let names: [StaticString] = ["in_range", "flagged", "left_out"]
    for (index, name) in names.enumerated() { out.sample(counts[index], [("state", name.description)]) }
  }

  private static func chips(_ status: LoopStatus, _ board: BoardDescription?, _ out: inout MetricsText) {
    guard !status.chips.isEmpty else { return }
    let names = (0..<status.chips.count).map { index in
      // Another bundle may have become active since.
      if let board, board.chips.count == status.chips.count { return board.chips[index].name }
      return "\(index)"
    }
    func family(_ name: String, _ help: StaticString, _ value: (ChipTally) -> UInt64) {
      out.family(name, "counter", help)
      for (index, chip) in status.chips.enumerated() { out.sample(value(chip), [("chip", names[index])]) }
    }
    family("chip_transfers_total", "Transactions with a chip.") { $0.transfers }
    family("chip_retries_total", "Transactions that were tried again.") { UInt64($0.retries) }
    family("chip_faults_total", "How often a chip was left out.") { UInt64($0.faults) }
    family("chip_recoveries_total", "How often a chip came back.") { UInt64($0.recoveries) }
  }

  private static func monitors(_ status: LoopStatus, _ board: BoardDescription?, _ out: inout MetricsText) {
    guard !status.monitors.isEmpty, let board else { return }
    out.family("monitor", "gauge", "The last reading of a monitor, in degrees Celsius, volts or amperes.")
    for (index, monitor) in board.monitors.enumerated() where index < status.monitors.count {
      guard let value = status.monitors[index] else { continue }
      out.sample(number: value, [("monitor", monitor.name)])
    }
  }
}
