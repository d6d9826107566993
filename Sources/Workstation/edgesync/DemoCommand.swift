import ArgumentParser
import Foundation
import Stages

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Walks the whole loop once on a virtual board and writes a report.",
    discussion: """
      Starts a virtual board, characterises its devices, fits twins, trains on the training recordings, pushes, runs \
      every test recording on the board and scores from the pulled traces. A .ts pair is told apart; a .csv series is \
      predicted one step ahead.
      """)

  @Option(help: "Training recordings, a .ts file.")
  var train: String?

  @Option(help: "Test recordings, a .ts file.")
  var test: String?

  @Option(help: "A .csv series to predict, in place of recordings.")
  var series: String?

  @Option(help: "Nodes of the virtual board.")
  var nodes = 32

  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 1

  @Option(help: "Folder for the project and the report; an earlier demo there is replaced.")
  var out = "demo"

  @Option(help: "Epochs of the network's training.")
  var epochs: Int?

  @Option(help: "The board's program; by default the one beside this program.")
  var edged: String?

  @Flag(help: "Print the report as one JSON object.")
  var json = false

  func run() throws {
    try Common.printing(json) {
      let console = Console()
      var options = DemoOptions(task: try task(), edged: try EdgedProgram.find(edged))
      options.nodes = nodes
      options.seed = seed
      options.folder = out
      options.epochs = epochs
      let report = try Demo(options, console: console).run()
      return (report, text(report))
    }
  }

  private func task() throws -> DemoOptions.Task {
    if let series {
      guard train == nil, test == nil else {
        throw StageError("--series goes without --train and --test", code: Stages.ExitCode.usage)
      }
      return .prediction(series: series)
    }
    if let train, test == nil, train.lowercased().hasSuffix(".csv") { return .prediction(series: train) }
    switch (train, test) {
    case (let train?, let test?): return .classification(train: train, test: test)
    case (nil, nil):
      let folder = try SampleData.folder()
      return .classification(
        train: folder + "/JapaneseVowels_TRAIN.ts", test: folder + "/JapaneseVowels_TEST.ts")
    default:
      throw StageError(
        "--train and --test go together: give both, or neither for the vowels", code: Stages.ExitCode.usage)
    }
  }

  private func text(_ report: DemoReport) -> String {
    func line(_ name: String, _ value: Double?, percent: Bool) -> String? {
      guard let value else { return nil }
      let text = percent ? String(format: "%6.2f %%", value * 100) : String(format: "%8.4f", value)
      return "\(name.padding(toLength: 34, withPad: " ", startingAt: 0))\(text)"
    }
    let scores = [
      line("on the board", report.board_accuracy, percent: true),
      line("on the twins", report.twin_accuracy, percent: true),
      line("linear floor, no nodes", report.linear_floor_accuracy, percent: true),
      line("untrained, on the board", report.untrained_board_accuracy, percent: true),
      line("NRMSE on the board", report.board_nrmse, percent: false),
      line("NRMSE on the twins", report.twin_nrmse, percent: false),
      line("linear floor, no nodes", report.linear_floor_nrmse, percent: false),
      line("untrained, on the board", report.untrained_board_nrmse, percent: false),
    ]
    let rest = [
      "\(report.steps_run) control steps, \(report.missed_deadlines) late, \(report.dropped_samples) dropped",
      "report: \(out)/report.html",
    ]
    return (scores.compactMap { $0 } + rest).joined(separator: "\n")
  }
}

/// The recordings that come with the project.
enum SampleData {
  static func folder() throws -> String {
    let manager = FileManager.default
    var places = [manager.currentDirectoryPath]
    var own = EdgedProgram.own
    while own.path != "/" {
      own.deleteLastPathComponent()
      places.append(own.path)
    }
    for place in places where manager.fileExists(atPath: place + "/data/JapaneseVowels_TRAIN.ts") {
      return place + "/data"
    }
    throw StageError("the vowels that come with the project were not found: give --train and --test")
  }
}
