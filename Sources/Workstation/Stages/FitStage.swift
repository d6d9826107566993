import Foundation
import PhysicalNetwork
import RunRecords
import TwinFitting
import TwinModel
import WireFormat
import Workbench

/// From a characterising run to one twin a node.
extension Workspace {
  /// A node's trace as the fitter takes it: segments without gaps, and which of them repeat one input.
  public static func deviceTrace(_ run: RecordedRun, node: Int) throws -> DeviceTrace {
    let board = run.board
    guard board.nodes[node].driveCount == 1, board.nodes[node].responseCount == 1 else {
      throw StageError("node \(board.nodes[node].name) has several drives or responses, which twins cannot have yet")
    }
    let recording = try run.trace.node(node, board)
    var segments: [Range<Int>] = []
    var groups: [Int: [Int]] = [:]
    for sequence in run.sequences {
      guard let rows = run.rows(sequence.steps) else { continue }
      groups[sequence.sequence, default: []].append(segments.count)
      segments.append(rows)
    }
    return DeviceTrace(
      drives: recording.drive, responses: recording.response, segments: segments,
      repeats: groups.keys.sorted().compactMap { groups[$0] }.filter { $0.count > 1 })
  }

  /// Standard deviation of a response, with half its range as the unit, below which a node answers nothing: some codes of
  /// a 12-bit converter, where a device in use moves by hundreds.
  static let leastResponse = 0.005

  /// What a fit gave: the twins, in the order of the nodes.
  public struct Fitted {
    /// Names the fit in the catalog and its folder.
    public var id: String
    public var twins: [TwinParameters]
    public var reports: [TwinFitReport]
    public var records: [TwinRecord]
    /// What the trace lacks; nil when it is whole.
    public var losses: String?
  }

  /// Fits a twin to every node of the board a run was recorded on.
  ///
  /// - Throws: `StageError` when a node gives no usable trace; the twins of the others are stored all the same.
  public func fit(
    _ board: BoardEntry, run: RecordedRun, options: TwinFitOptions, seed: UInt64,
    cancelled: @escaping @Sendable () -> Bool = { Interrupt.raised }
  ) throws -> Fitted {
    let count = run.board.nodes.count
    // Names in a trace are the board's word; they become names of files.
    for node in run.board.nodes where !ProjectFile.isPlain(node.name) {
      throw StageError("the trace names a node '\(node.name)', which cannot name a file: rename it in board.toml")
    }
    let traces = try (0..<count).map { try Self.deviceTrace(run, node: $0) }
    let console = self.console
    let meter = FitMeter(devices: count)
    let results = TwinFitter().fitAll(
      traces, options: options, seed: seed,
      progress: { progress in
        let (share, done) = meter.note(progress)
        console.progress("fit", share, "\(done) of \(count) twins")
      }, cancelled: cancelled)
    console.done()
    try Interrupt.check()
    let runID = run.trace.run.description
    let id = "\(board.name)-\(String(runID.prefix(8)))"
    try Project.makeFolder(project.twinsPath(id))
    var twins: [TwinParameters] = []
    var reports: [TwinFitReport] = []
    var records: [TwinRecord] = []
    var failures: [String] = []
    for (node, result) in results.enumerated() {
      let name = run.board.nodes[node].name
      switch result {
      case .success(let fit) where fit.report.responseDeviation.allSatisfy { $0 < Self.leastResponse }:
        failures.append(
          "node \(name): answers nothing: whatever the drive, its response stays within the converter's noise "
            + "(\(String(format: "%.2g", fit.report.responseDeviation.max() ?? 0)) of its range); check its power and its wiring")
      case .success(let fit):
        records.append(try store(fit, node: node, name: name, folder: id, board: board, runID: runID))
        twins.append(fit.parameters)
        reports.append(fit.report)
      case .failure(let error):
        failures.append("node \(name): \(Self.text(error))")
      }
    }
    guard failures.isEmpty else {
      throw StageError(
        failures.joined(separator: "\n") + "\n\(failures.count) of \(count) nodes have no twin; "
          + "\(twins.count) twins are stored", code: twins.isEmpty ? ExitCode.failed : ExitCode.partial)
    }
    return Fitted(id: id, twins: twins, reports: reports, records: records)
  }

  /// The error in words; the node is named by the caller.
  private static func text(_ error: TwinFitError) -> String {
    let text = error.description
    guard let colon = text.range(of: ": "), text.hasPrefix("device ") else { return text }
    return String(text[colon.upperBound...])
  }

  private func store(
    _ fit: TwinFit, node: Int, name: String, folder: String, board: BoardEntry, runID: String
  ) throws -> TwinRecord {
    let path = "twins/\(folder)/\(name).twin"
    try AtomicFile.write(fit.parameters.encoded(), to: project.root + "/" + path)
    let sidecar = TwinSidecar(fit.report)
    try JSONReport.write(sidecar, to: project.root + "/twins/\(folder)/\(name).json")
    let record = TwinRecord(
      id: "\(folder)/\(name)", board: try self.record(board).id, node: node, name: name, path: path,
      score: fit.report.oneStepError, accepted: sidecar.accepted, added: now())
    try project.catalog.save(record, from: [CatalogItem(.run, runID)])
    return record
  }

  /// The newest twins of a board, one a node.
  public func newestTwins(_ board: BoardEntry) throws -> (twins: [TwinParameters], records: [TwinRecord]) {
    let records = try project.catalog.newestTwins(of: try record(board).id)
    let nodes = try description(board).nodes
    guard records.count == nodes.count else {
      throw StageError(
        "board '\(board.name)' has \(nodes.count) nodes and \(records.count) twins: run 'edgesync fit' first")
    }
    let twins = try records.map { record in
      guard let data = FileManager.default.contents(atPath: project.root + "/" + record.path) else {
        throw StageError("\(record.path) is missing: run 'edgesync fit' again")
      }
      do {
        return try TwinParameters(decoding: [UInt8](data))
      } catch {
        throw StageError("\(record.path) is damaged (\(error)): run 'edgesync fit' again")
      }
    }
    return (twins, records)
  }
}

/// What stands beside a twin's file, for people and other programs.
struct TwinSidecar: Codable {
  var one_step_error: Double
  var persistence_error: Double
  var residual_mean: Double
  var residual_sd: Double
  var saturated_fraction: Double
  var response_sd: Double
  var training_samples: Int
  var held_out_samples: Int
  var mean_error: Double?
  var sd_error: Double?
  var autocovariance_error: Double?

  init(_ report: TwinFitReport) {
    one_step_error = report.oneStepError
    persistence_error = report.persistenceError
    residual_mean = report.residualMean
    residual_sd = report.residualDeviation
    saturated_fraction = report.saturatedFraction
    response_sd = report.responseDeviation.first ?? 0
    training_samples = report.trainingSamples
    held_out_samples = report.heldOutSamples
    mean_error = report.freeRun?.meanError
    sd_error = report.freeRun?.deviationError
    autocovariance_error = report.freeRun?.autocovarianceError
  }

  /// Better than guessing that nothing changes, residuals about standard, free runs near the device's mean.
  var accepted: Bool {
    one_step_error < persistence_error && abs(residual_mean) < 0.2 && residual_sd > 0.7 && residual_sd < 1.4
      && (mean_error ?? 0) < 0.2
  }
}

/// How far all fits together are.
private final class FitMeter: @unchecked Sendable {
  private let lock = NSLock()
  private var shares: [Double]
  private var finished = 0

  init(devices: Int) { shares = [Double](repeating: 0, count: devices) }

  func note(_ progress: FitProgress) -> (share: Double, done: Int) {
    lock.withLock {
      shares[progress.device] = max(shares[progress.device], progress.share)
      if progress.phase == .done { finished += 1 }
      return (shares.reduce(0, +) / Double(max(shares.count, 1)), finished)
    }
  }
}
