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

  /// What `edgesync fit` may be asked for.
  public struct FitWishes {
    /// The run, by the start of its identifier; nil for the newest.
    public var run: String?
    public var seed: UInt64?
    /// Follow the devices from their last twins instead of fitting anew.
    public var update = false
    /// Fit again what was fitted already.
    public var anew = false
    /// Devices of a kind share one drift and one diffusion; also where network.toml says so.
    public var shared = false
    /// Nodes to be added to the kept shared twins of their kinds.
    public var only: [String] = []
    /// Fit to growing parts of the recording too.
    public var curve = false
    /// Nodes of the curve.
    public var nodes: [String] = []

    public init(run: String? = nil, seed: UInt64? = nil) {
      self.run = run
      self.seed = seed
    }
  }

  /// Fits twins to a run, the newest characterising one where none is given; an update takes the newest of any kind.
  public func fitNewest(_ board: BoardEntry, _ wishes: FitWishes) throws -> Fitted {
    let file = try project.network()
    var options = try TwinFitOptions(file.fitting)
    options.shared = options.shared || wishes.shared
    let seed = wishes.seed ?? file.seed
    let kind: TwinSidecar.Kind = wishes.update ? .update : options.shared ? .shared : .fit
    try checkShared(wishes, kind, options)
    let record = try runRecord(wishes.run, board: board, mode: wishes.update ? nil : "characterise")
    if wishes.update { try checkUpdate(board, record) }
    let run = try read(record)
    let losses = losses(of: record, run)
    do {
      var fitted = try fit(
        board, run: run, options: options, seed: seed, kind: kind, anew: wishes.anew, only: wishes.only)
      if wishes.curve {
        console.step("Fitting to parts of the recording")
        fitted = try sampleSizeCurves(fitted, run: run, options: options, seed: seed, nodes: wishes.nodes)
      }
      fitted.losses = losses
      if losses != nil { try FitPage(fitted, board: run.board).html.write(to: fitted.page) }
      return fitted
    } catch let error as StageError {
      throw StageError(error.message + (losses.map { "\n" + $0 } ?? ""), code: error.code)
    }
  }

  /// Throws for wishes that do not go with a shared fit, and says what it does not hold for.
  private func checkShared(_ wishes: FitWishes, _ kind: TwinSidecar.Kind, _ options: TwinFitOptions) throws {
    func refuse(_ why: String) -> StageError { StageError(why, code: ExitCode.usage) }
    if wishes.update, wishes.shared {
      throw refuse("--update follows each device by itself: leave out --shared, or --update")
    }
    if !wishes.only.isEmpty, kind != .shared {
      throw refuse("--only names nodes to be added to a shared twin: give --shared, and not --update")
    }
    if kind == .shared {
      if wishes.curve {
        throw refuse("--curve fits each device alone: leave out --shared, or 'shared' in network.toml")
      }
      _ = try Self.sharedFitter(options)
    } else if options.shared {
      console.say("    'shared' in network.toml holds for first fits: each device's twin is followed by itself")
    }
  }

  /// Throws where there is nothing to follow from, or nothing new to follow.
  private func checkUpdate(_ board: BoardEntry, _ record: RunRecord) throws {
    let nodes = try description(board).nodes.count
    let id = FitJob.id(board: board.name, run: record.id, kind: .update)
    let earlier = try FitJob.earlier(self, boardID: try self.record(board).id, nodes: nodes, not: id).compactMap { $0 }
    guard !earlier.isEmpty else {
      throw StageError("board '\(board.name)' has no twins to update: run 'edgesync fit' first")
    }
    if earlier.allSatisfy({ $0.twin.sidecar.run == record.id }) {
      throw StageError(
        "the twins were fitted to the newest run, \(record.id.prefix(8)), already: run 'edgesync characterise' or "
          + "'edgesync run', then 'edgesync pull', or name another run with --run")
    }
  }

  /// Trains through the newest twins on a `.ts` or `.csv` file.
  public func trainNewest(
    _ board: BoardEntry, data: String, seed: UInt64?, epochs: Int?, noise: Float?, label: String,
    allowUnaccepted: Bool
  ) throws -> StoredNetwork {
    guard ProjectFile.isPlain(label) else {
      throw StageError("--label '\(label)' cannot name a file: letters, digits, '-', '_' and '.'", code: ExitCode.usage)
    }
    try Self.checkEpochs(epochs)
    let (twins, records) = try newestTwins(board)
    try Self.checkTrainable(twins, records)
    try checkUsable(records, allowUnaccepted: allowUnaccepted)
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
  public func live(_ board: BoardEntry, steps: UInt64, partial: Bool = false) throws -> RunResult {
    guard steps > 0 else { throw StageError("--live needs at least one step", code: ExitCode.usage) }
    return try perform(liveRequest(steps), on: board, partial: partial)
  }

  /// Starts the network live, for good: the board starts it again by itself after failures and reboots.
  ///
  /// - Parameter steps: after which the run has come to its own end; 0 for none.
  public func standing(_ board: BoardEntry, steps: UInt64, partial: Bool) throws -> StandingStart {
    try performStanding(liveRequest(steps), on: board, partial: partial)
  }

  private func liveRequest(_ steps: UInt64) -> RunRequest {
    RunRequest(runID: makeRunID(seed: nil, label: ""), mode: .live, label: "live", maximumSteps: steps)
  }

  /// What the loop in one command gave.
  public struct Retrained {
    public var network: String
    public var pushed: Pushed
    public var score: FileScore?
  }

  /// Characterises, pulls, fits, trains, pushes, and runs where there is test data.
  public func retrain(
    _ board: BoardEntry, train: String, test: String?, design: DriveDesign, seed: UInt64?, epochs: Int?,
    allowUnaccepted: Bool = false
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
    let fitted = try fitNewest(board, FitWishes(run: result.run, seed: seed)).whole()
    console.say("    acceptance page: \(fitted.page)")
    if let losses = fitted.losses { console.say("    " + losses) }
    console.step("Training through the twins")
    let stored = try trainNewest(
      board, data: train, seed: seed, epochs: epochs, noise: nil, label: "trained-\(result.run.prefix(8))",
      allowUnaccepted: allowUnaccepted)
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
      ], events: { EventText.events($0, of: run.board) })
    return (path, summary, losses(of: record, run))
  }
}
