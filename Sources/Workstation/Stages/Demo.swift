import CBoard
import Datasets
import Foundation
import NetworkTraining
import PhysicalNetwork
import RunRecords
import TwinFitting
import TwinModel
import VirtualBench
import WireFormat
import Workbench

/// What a demo is made with.
public struct DemoOptions {
  /// What it learns.
  public enum Task {
    /// Labelled recordings to learn from and to be tested with.
    case classification(train: String, test: String)
    /// A series whose next value is to be told.
    case prediction(series: String)
  }

  public var task: Task
  public var nodes = 32
  public var seed: UInt64 = 1
  /// Folder of everything it makes; an earlier demo there is replaced.
  public var folder = "demo"
  /// The board's program.
  public var edged: String
  /// Epochs of the network's training; nil for the default.
  public var epochs: Int?

  public init(task: Task, edged: String) {
    self.task = task
    self.edged = edged
  }
}

/// The whole loop once, on a virtual board: characterise, pull, fit, train, push, run, pull, score.
public final class Demo {
  static let boardName = "virtual"
  /// A fixed date, so that the same seed signs the same bundle.
  static let date = Date(timeIntervalSince1970: 1_767_225_600)

  let options: DemoOptions
  let console: Console
  let space: Workspace
  let board: BoardEntry
  var seconds: [String: Double] = [:]

  /// Seeds of the stages, all from the demo's one.
  func seed(_ stage: UInt64) -> UInt64 { options.seed &* 1000 &+ stage }

  /// Makes the project and the virtual board.
  public init(_ options: DemoOptions, console: Console) throws {
    self.options = options
    self.console = console
    guard (1...VirtualBoardGenerator.largest).contains(options.nodes) else {
      throw StageError(
        "--nodes \(options.nodes) is out of range: a virtual board has 1 to \(VirtualBoardGenerator.largest) nodes",
        code: ExitCode.usage)
    }
    try Workspace.checkEpochs(options.epochs)
    try DemoFolder.clear(options.folder)
    // First of all, so that a demo broken off anywhere can be replaced by the next.
    try Project.makeFolder(options.folder)
    try DemoFolder.mark(options.folder)
    let project = try Project.create(at: options.folder, name: "demo")
    space = Workspace(project: project, console: console, now: { Self.date })
    try DemoFolder.makeKeys(project, seed: options.seed)
    board = try VirtualBoard.add(
      to: space, name: Self.boardName, nodes: options.nodes, benchSeed: options.seed, edged: options.edged,
      identity: Workspace.identity(seed: options.seed))
  }

  /// Runs one stage and notes its time.
  func stage<T>(_ name: String, _ title: String, _ body: () throws -> T) throws -> T {
    try Interrupt.check()
    console.step(title)
    let start = cboard_monotonic_ns()
    let result = try body()
    seconds[name, default: 0] += (Double(cboard_monotonic_ns() - start) / 1e9 * 1000).rounded() / 1000
    return result
  }

  func runID(_ label: String) -> [UInt8] { space.makeRunID(seed: options.seed, label: label) }

  /// Characterises, pulls and fits: the same for every task.
  func learnDevices() throws -> (characterised: RecordedRun, fitted: Workspace.Fitted) {
    try stage("enroll", "Enrolling the virtual board (\(options.nodes) nodes)") { _ = try space.enroll(board) }
    let result = try stage("characterise", "Characterising its devices") {
      try space.characterise(board, design: DriveDesign(), seed: seed(1), runID: runID("characterise"))
    }
    let run = try stage("pull", "Pulling the trace") { try fetch(result.run) }
    let fitted = try stage("fit", "Fitting \(options.nodes) twins, from the trace alone") {
      let fitted = try space.fit(board, run: run, options: TwinFitOptions(), seed: seed(2)).whole()
      let refused = fitted.refused
      if !refused.isEmpty {
        console.say("    \(refused.count) of \(options.nodes) twins are not accepted and are used all the same:")
        for (node, why) in refused { console.say("      \(node): \(why)") }
      }
      return fitted
    }
    return (run, fitted)
  }

  /// Pulls a run and reads it.
  func fetch(_ run: String, origins: [CatalogItem] = []) throws -> RecordedRun {
    let pulled = try space.pull(board, run: run, origins: origins)
    let recorded = try RecordedRun.read(space.project.tracePath(board: board.name, run: run))
    let bytes = pulled.reduce(0) { $0 + $1.bytes }
    console.say("    \(recorded.trace.steps) steps, \(bytes / 1024) KiB\(recorded.trace.lossy ? ", with losses" : "")")
    return recorded
  }

  /// Pushes a network, runs sequences through it on the board and pulls what the board logged.
  func tryOnBoard(
    _ network: NetworkDescription, _ name: String, title: String, inputs: [[Float]], channels: Int,
    origins: [CatalogItem], what: String = "test recordings"
  ) throws -> (pushed: Workspace.Pushed, run: RecordedRun) {
    let pushed = try stage("push", "Pushing the \(title) network, signed") {
      try space.push(board, network: network, origins: origins, label: name)
    }
    let result = try stage("run", "Running the \(what) on the board (\(title) network)") {
      try space.evaluate(board, inputs: inputs, channels: channels, label: name, runID: runID(name))
    }
    let run = try stage("pull", "Pulling the trace") {
      try fetch(result.run, origins: [CatalogItem(.bundle, pushed.digest)])
    }
    return (pushed, run)
  }

  /// Runs the demo; the report's facts. Both report files stand in the folder then.
  public func run() throws -> DemoReport {
    var report: DemoReport
    switch options.task {
    case .classification(let train, let test): report = try classify(train: train, test: test)
    case .prediction(let series): report = try predict(series)
    }
    report.seconds = seconds
    return report
  }
}
