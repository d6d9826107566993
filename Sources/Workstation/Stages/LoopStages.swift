import Datasets
import Foundation
import NetworkTraining
import PhysicalNetwork
import RunRecords
import TwinFitting
import WireFormat
import Workbench

/// The stages as the commands use them: on what is newest in the project.
extension Workspace {
  /// The record of a pulled run by its identifier or the start of one; the newest where none is given.
  public func runRecord(_ prefix: String?, board: BoardEntry? = nil, mode: String? = nil) throws -> RunRecord {
    let boardID = try board.map { try record($0).id }
    let all = try project.catalog.all(RunRecord.self).filter {
      (boardID == nil || $0.board == boardID) && (mode == nil || $0.mode == mode)
    }
    guard let prefix else {
      guard let last = all.last else {
        throw StageError(
          "no \(mode.map { $0 == "characterise" ? "characterising" : $0 } ?? "pulled") run is here: "
            + (mode == "characterise"
              ? "run 'edgesync characterise' and 'edgesync pull' first" : "run 'edgesync pull' first"))
      }
      return last
    }
    let found = all.filter { $0.id.hasPrefix(prefix.lowercased()) }
    guard found.count == 1 else {
      throw StageError(
        found.isEmpty
          ? "no pulled run begins with '\(prefix)': 'edgesync pull' lists them"
          : "\(found.count) runs begin with '\(prefix)': give more of the identifier", code: ExitCode.usage)
    }
    return found[0]
  }

  /// Reads a run of the catalog.
  public func read(_ run: RunRecord) throws -> RecordedRun { try RecordedRun.read(project.root + "/" + run.path) }

  /// Fits twins to a run, the newest characterising one where none is given.
  public func fitNewest(_ board: BoardEntry, run: String?, seed: UInt64?) throws -> Fitted {
    let file = try project.network()
    let options = try TwinFitOptions(file.fitting)
    let record = try runRecord(run, board: board, mode: "characterise")
    let run = try read(record)
    let losses = losses(of: record, run)
    do {
      var fitted = try fit(board, run: run, options: options, seed: seed ?? file.seed)
      fitted.losses = losses
      return fitted
    } catch let error as StageError {
      throw StageError(error.message + (losses.map { "\n" + $0 } ?? ""), code: error.code)
    }
  }

  /// Trains through the newest twins on a `.ts` or `.csv` file.
  public func trainNewest(
    _ board: BoardEntry, data: String, seed: UInt64?, epochs: Int?, noise: Float?, label: String, force: Bool
  ) throws -> StoredNetwork {
    guard ProjectFile.isPlain(label) else {
      throw StageError("--label '\(label)' cannot name a file: letters, digits, '-', '_' and '.'", code: ExitCode.usage)
    }
    try Self.checkEpochs(epochs)
    let (twins, records) = try newestTwins(board)
    let bad = records.filter { !$0.accepted }.map(\.name)
    guard bad.isEmpty || force else {
      throw StageError(
        "the twins of \(bad.joined(separator: ", ")) were not accepted: characterise longer and fit again, "
          + "or --force to train through them all the same")
    }
    let file = try project.network()
    let (set, labels, base) = try Self.trainingData(data)
    if let task = file.task, (task == .classification) != set.isClassification {
      throw StageError(
        "network.toml says task = \"\(set.isClassification ? "regression" : "classification")\", but \(data) is "
          + "\(set.isClassification ? "labelled recordings" : "a series"): change the one or give the other")
    }
    var options = try base.with(file)
    if let noise { options.noise = noise }
    if let epochs { options.epochs = epochs }
    return try train(
      board, twins: twins, origins: records.map { CatalogItem(.twin, $0.id) }, set: set, labels: labels,
      options: options, seed: seed ?? file.seed, label: label)
  }

  /// Throws for a number of epochs that cannot be meant.
  static func checkEpochs(_ epochs: Int?) throws {
    guard let epochs, !(1...1_000_000).contains(epochs) else { return }
    throw StageError("--epochs \(epochs) is out of range: 1 to 1000000", code: ExitCode.usage)
  }

  static func isSeries(_ path: String) -> Bool { path.lowercased().hasSuffix(".csv") }

  private static func trainingData(_ path: String) throws -> (TrainingSet, [String], TrainingOptions) {
    if isSeries(path) {
      let part = try CSVReader.read(path: path).oneStepPrediction(trainShare: Demo.trainShare)
      try part.checkLearnable()
      return (part.trainingSet, [], .prediction)
    }
    let series = try TSReader.read(path: path)
    try series.checkLearnable()
    return (series.trainingSet, series.labels, .classification(cases: series.count))
  }

  /// Runs the active network live for a number of steps.
  public func live(_ board: BoardEntry, steps: UInt64) throws -> RunResult {
    guard steps > 0 else { throw StageError("--live needs at least one step", code: ExitCode.usage) }
    return try perform(
      RunRequest(runID: makeRunID(seed: nil, label: ""), mode: .live, label: "live", maximumSteps: steps), on: board)
  }

  /// What the loop in one command gave.
  public struct Retrained {
    public var network: String
    public var pushed: Pushed
    public var score: FileScore?
  }

  /// Characterises, pulls, fits, trains, pushes, and runs where there is test data.
  public func retrain(
    _ board: BoardEntry, train: String, test: String?, design: DriveDesign, seed: UInt64?, epochs: Int?
  ) throws -> Retrained {
    try Self.checkEpochs(epochs)
    // Bad files must be known before the devices are driven for minutes.
    _ = try Self.trainingData(train)
    if let test {
      guard Self.isSeries(test) == Self.isSeries(train) else {
        throw StageError(
          "--train and --test are of different kinds: give two .ts files, or two .csv files", code: ExitCode.usage)
      }
      if !Self.isSeries(test) { _ = try TSReader.read(path: test).aligned(to: try TSReader.read(path: train)) }
    }
    console.step("Characterising \(board.name)")
    let result = try characterise(board, design: design, seed: seed ?? project.network().seed)
    console.step("Pulling the trace")
    _ = try pull(board, run: result.run)
    console.step("Fitting twins")
    let fitted = try fitNewest(board, run: result.run, seed: seed)
    if let losses = fitted.losses { console.say("    " + losses) }
    console.step("Training through the twins")
    let stored = try trainNewest(
      board, data: train, seed: seed, epochs: epochs, noise: nil, label: "trained-\(result.run.prefix(8))", force: false
    )
    console.step("Pushing")
    let pushed = try push(
      board, network: stored.network.description, origins: [CatalogItem(.network, stored.id)], label: stored.id)
    guard let test else { return Retrained(network: stored.id, pushed: pushed, score: nil) }
    console.step("Running the test recordings on the board")
    return Retrained(network: stored.id, pushed: pushed, score: try evaluateFile(board, data: test).1)
  }

  /// Exports a pulled run as MCAP.
  public func export(run prefix: String, to path: String?) throws -> (
    path: String, summary: MCAPExport.Summary, losses: String?
  ) {
    let record = try runRecord(prefix)
    let run = try read(record)
    let path = path ?? "\(record.id).mcap"
    let summary = try MCAPExport.write(
      folder: project.root + "/" + record.path, board: run.board, to: path,
      facts: [
        "run": record.id, "mode": run.modeName, "label": run.start.label, "outcome": run.outcomeName,
        "bundle_sha256": Hex.text(run.start.bundleHash),
        "program": "edged \(run.start.runtimeVersion)",
      ], events: EventText.events)
    return (path, summary, losses(of: record, run))
  }
}
