import Foundation
import PhysicalNetwork
import RunRecords
import TwinFitting
import TwinModel
import Workbench

/// From a run to one twin a node.
extension Workspace {
  /// Standard deviation of a response, with half its range as the unit, below which a node answers nothing: some codes of
  /// a 12-bit converter, where a device in use moves by hundreds.
  static let leastResponse = 0.005

  /// What a fit gave.
  public struct Fitted {
    /// Names the fit in the catalog and its folder.
    public var id: String
    /// The twins, in the order of the nodes that have one.
    public var devices: [StoredTwin]
    public var records: [TwinRecord]
    /// Nodes without a twin, and why.
    public var failures: [(node: String, why: String)]
    /// What the trace lacks; nil when it is whole.
    public var losses: String?
    /// The acceptance page.
    public var page = ""

    public var twins: [TwinParameters] { devices.map(\.parameters) }
    /// Twins that may not be used, and why.
    public var refused: [(node: String, why: String)] {
      devices.filter { !$0.sidecar.isUsable }.map { ($0.sidecar.node, $0.sidecar.complaint) }
    }

    /// Throws where a node has no twin: a network needs them all.
    public func whole() throws -> Fitted {
      guard failures.isEmpty else {
        throw StageError(
          failures.map { "node \($0.node): \($0.why)" }.joined(separator: "\n")
            + "\n\(failures.count) of \(failures.count + devices.count) nodes have no twin; "
            + "\(devices.count) twins are stored", code: devices.isEmpty ? ExitCode.failed : ExitCode.partial)
      }
      return self
    }
  }

  /// Fits a twin to every node of the board a run was recorded on, or, by `kind`, makes each node's last twin follow it, or
  /// has devices of a kind share one.
  ///
  /// Twins are stored as they are finished; a fit that was broken off goes on where the same is asked for again, but for
  /// shared twins that were not yet whole.
  /// - Parameter only: names of nodes to be added to the kept shared twins of their kinds, for `shared` fits.
  /// - Throws: `StageError` where it was interrupted, or no node gives a twin.
  public func fit(
    _ board: BoardEntry, run: RecordedRun, options: TwinFitOptions, seed: UInt64, kind: TwinSidecar.Kind = .fit,
    anew: Bool = false, only: [String] = [], cancelled: @escaping @Sendable () -> Bool = { Interrupt.raised }
  ) throws -> Fitted {
    // Names in a trace are the board's word; they become names of files.
    for node in run.board.nodes where !ProjectFile.isPlain(node.name) {
      throw StageError("the trace names a node '\(node.name)', which cannot name a file: rename it in board.toml")
    }
    let job = try FitJob(self, board, run: run, options: options, seed: seed, kind: kind, anew: anew, only: only)
    let outcome = try job.perform(cancelled: cancelled)
    let nodes = run.board.nodes
    if outcome.interrupted {
      let broken = outcome.twins.values.filter { $0.sidecar.state == .interrupted }.count
      if kind == .shared {
        throw StageError(
          "interrupted: \(outcome.twins.count) of \(job.wanted.count) twins are finished; a shared fit does not go on where "
            + "it was broken off: 'edgesync fit --shared' with the same run, seed and options keeps finished twins and "
            + "whole shared ones, and fits the others from the start", code: ExitCode.interrupted)
      }
      throw StageError(
        "interrupted: \(outcome.twins.count - broken) of \(nodes.count) twins are finished, \(broken) are kept as far as "
          + "they came; 'edgesync fit' with the same run, seed and options goes on from there",
        code: ExitCode.interrupted)
    }
    var fitted = Fitted(
      id: job.folder.name, devices: [], records: [],
      failures: outcome.failures.sorted { $0.key < $1.key }.map { (nodes[$0.key].name, $0.value) })
    for node in nodes.indices {
      guard let twin = outcome.twins[node],
        let record = try project.catalog.find("\(job.folder.name)/\(nodes[node].name)", TwinRecord.self)
      else { continue }
      fitted.devices.append(twin)
      fitted.records.append(record)
    }
    if fitted.devices.isEmpty { return try fitted.whole() }
    sayFindings(fitted)
    let page = project.reportPath("fit-\(fitted.id).html")
    try FitPage(fitted, board: run.board).html.write(to: page)
    fitted.page = page
    return fitted
  }

  /// Says what was chosen for the user and what was found in the traces.
  private func sayFindings(_ fitted: Fitted) {
    var choices = GroupedLines()
    var findings = GroupedLines()
    for device in fitted.devices {
      for text in device.sidecar.choices { choices.add(text, node: device.sidecar.node) }
      for finding in device.sidecar.findings.list {
        findings.add((finding.severity == .warning ? "warning: " : "") + finding.text, node: device.sidecar.node)
      }
    }
    if !choices.lines.isEmpty { console.say("    chosen:") }
    for line in choices.lines { console.say("      " + line) }
    if !findings.lines.isEmpty { console.say("    found in the traces:") }
    for line in findings.lines { console.say("      " + line) }
    for device in fitted.devices {
      guard let change = device.sidecar.history.last?.change else { continue }
      console.say(
        "    \(device.sidecar.node): "
          + String(
            format: "mean moved by %.4f, sd by %.4f of the response's sd; log-likelihood %+.3f a sample", change.mean,
            change.sd, change.gain)
          + (change.stillExplained ? "; the earlier twin still explains it" : ""))
    }
  }
}
