import ArgumentParser
import Foundation
import Stages
import Workbench

struct Characterise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Drives a board's devices with random levels and repeated inputs, and records what they answer.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument
  @OptionGroup var design: DesignOptions

  @Option(help: "Seed of the drive levels.")
  var seed: UInt64 = 1

  func run() throws {
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let summary = RunSummary(
        try space.characterise(try space.board(target.board), design: design.design(), seed: seed))
      trouble = summary.trouble
      return (summary, summary.text)
    }
    try Common.partial(trouble)
  }
}

/// How long and how often devices are driven.
struct DesignOptions: ParsableArguments {
  @Option(help: "Steps of the long random trace.")
  var steps = 12_000

  @Option(help: "Repeats of each repeated input; they show the noise.")
  var repeats = 24

  @Option(help: "Number of repeated inputs.")
  var inputs = 6

  func design() throws -> DriveDesign {
    guard (100...10_000_000).contains(steps), (0...10_000).contains(repeats), (0...1000).contains(inputs) else {
      throw StageError(
        "out of range: --steps 100 to 10000000, --repeats 0 to 10000, --inputs 0 to 1000", code: Stages.ExitCode.usage)
    }
    var design = DriveDesign()
    design.longSteps = steps
    design.repeats = repeats
    design.repeatedInputs = inputs
    return design
  }
}

/// A run's end, ready to be printed.
struct RunSummary: Encodable {
  var run: String
  var steps: Int
  var missed_deadlines: Int
  var dropped_samples: Int
  var quarantined: Int
  var outcome: String
  var message: String

  init(_ result: Workspace.RunResult) {
    run = result.run
    steps = result.steps
    missed_deadlines = result.missedDeadlines
    dropped_samples = result.droppedSamples
    quarantined = result.quarantined
    outcome = result.outcome
    message = result.message
  }

  /// What makes the run a partial one; nil for a whole one.
  var trouble: String? {
    guard quarantined > 0 || dropped_samples > 0 else { return nil }
    return "the run \(run) is partial: \(quarantined) chips were left out, \(dropped_samples) samples were dropped; "
      + "'edgesync pull', then 'edgesync export' shows when; check power and wiring of the chips"
  }

  var text: String {
    "run \(run): \(steps) steps, \(missed_deadlines) late, \(dropped_samples) dropped, \(quarantined) chips left out"
      + (message.isEmpty ? "" : "\n  \(message)")
  }
}

struct Pull: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetches recorded runs; what is here already is not sent again.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(name: .customLong("run"), help: "Only this run.")
  var wanted: String?

  struct Item: Encodable {
    var run: String
    var segments: [String]
    var bytes: Int
    var new_bytes: Int
    var lossy: Bool
    var problem: String
  }

  func run() throws {
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let items = try space.pull(try space.board(target.board), run: wanted).map {
        Item(
          run: $0.run, segments: $0.segments, bytes: $0.bytes, new_bytes: $0.fresh, lossy: $0.lossy, problem: $0.problem
        )
      }
      let unusable = items.filter { !$0.problem.isEmpty }.map { "run \($0.run) cannot be read: \($0.problem)" }
      if !unusable.isEmpty {
        trouble = unusable.joined(separator: "; ")
      } else if items.contains(where: { $0.lossy }) {
        trouble = "a run is not whole: it was cut short or damaged on the board; what is good was pulled"
      }
      return (
        items,
        items.map { "run \($0.run): \($0.bytes) bytes, \($0.new_bytes) new\($0.lossy ? ", with losses" : "")" }
          .joined(separator: "\n")
      )
    }
    try Common.partial(trouble)
  }
}

struct Fit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a twin to every node, from the newest characterising run.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(name: .customLong("run"), help: "Fit to this run.")
  var wanted: String?

  @Option(help: "Seed of the fit.")
  var seed: UInt64 = 1

  struct Item: Encodable {
    var node: String
    var one_step_error: Double
    var mean_error: Double?
    var sd_error: Double?
    var accepted: Bool
  }

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let fitted = try space.fitNewest(try space.board(target.board), run: wanted, seed: seed)
      let items = zip(fitted.records, fitted.reports).map { record, report in
        Item(
          node: record.name, one_step_error: report.oneStepError, mean_error: report.freeRun?.meanError,
          sd_error: report.freeRun?.deviationError, accepted: record.accepted)
      }
      let lines = items.map { item in
        String(
          format: "%@  one-step %.3f  mean %@  sd %@  %@", item.node, item.one_step_error, Self.text(item.mean_error),
          Self.text(item.sd_error), item.accepted ? "accepted" : "NOT accepted")
      }
      return (items, lines.joined(separator: "\n"))
    }
  }

  private static func text(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
}

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains the network through the board's newest twins.")

  @OptionGroup var common: Common

  @Argument(
    help: ArgumentHelp(
      "Training recordings, a .ts file, or a series to predict, a .csv file; before it the board's name, which may be "
        + "left out where there is one board.", valueName: "[board] data"))
  var words: [String]

  @Option(help: "Seed of the training.")
  var seed: UInt64 = 1

  @Option(help: "Passes through the training data.")
  var epochs: Int?

  @Option(help: "Size of the twins' noise: 1 as fitted, 0 for the noiseless baseline.")
  var noise: Float = 1

  @Option(help: "The network's name.")
  var label = "trained"

  @Flag(help: "Train through twins that were not accepted, too.")
  var force = false

  struct Result: Encodable {
    var network: String
    var epochs: Int
    var loss: Double
    var score: Double
    var seconds: Double
  }

  func validate() throws {
    guard words.count <= 2 else {
      throw ValidationError("train takes a board and one data file, not \(words.count) words")
    }
  }

  func run() throws {
    try common.result {
      let data = words[words.count - 1]
      let space = try common.workspace()
      let stored = try space.trainNewest(
        try space.board(words.count > 1 ? words[0] : nil), data: data, seed: seed, epochs: epochs, noise: noise,
        label: label, force: force)
      let last = stored.network.curve.last
      let result = Result(
        network: stored.id, epochs: stored.network.curve.count, loss: last?.loss ?? 0, score: last?.score ?? 0,
        seconds: stored.network.seconds)
      return (
        result,
        String(
          format: "network %@: %d epochs, loss %.3f, score on (noisy) training data %.3f", result.network,
          result.epochs,
          result.loss, result.score)
      )
    }
  }
}

struct Push: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Signs a bundle with the board's description and a trained network, sends it and puts it on probation.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(help: "The network's id; the newest by default.")
  var network: String?

  @Flag(help: "Send the board's description alone.")
  var descriptionOnly = false

  struct Result: Encodable {
    var bundle_sha256: String
    var counter: Int
  }

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let board = try space.board(target.board)
      let pushed: Workspace.Pushed
      if descriptionOnly {
        pushed = try space.push(board, network: nil, label: "board description")
      } else {
        let stored = try space.storedNetwork(board, id: network)
        pushed = try space.push(
          board, network: stored.network, origins: [CatalogItem(.network, stored.id)], label: stored.id)
      }
      return (
        Result(bundle_sha256: pushed.digest, counter: pushed.counter),
        "bundle \(pushed.digest) counter \(pushed.counter): on probation until a run ends well"
      )
    }
  }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs the active network on the board: on recordings, or live from its input channels.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(help: "Recordings (.ts) or a series (.csv) to run through the network; scored after a pull.")
  var data: String?

  @Option(help: "Run live for so many steps.")
  var live: UInt64?

  @Flag(help: "Stop the run that goes on.")
  var stop = false

  @Flag(help: "Stop any run and put every drive at its safe value.")
  var safe = false

  struct Result: Encodable {
    var run: RunSummary?
    var accuracy: Double?
    var nrmse: Double?
    var missing: Int?
  }

  func run() throws {
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let board = try space.board(target.board)
      if stop || safe {
        try space.withConnection(board) { safe ? try $0.safe() : try $0.stopRun() }
        return (Result(), safe ? "safe values written" : "the run was asked to stop")
      }
      if let live {
        let result = try space.live(board, steps: live)
        trouble = RunSummary(result).trouble
        return (Result(run: RunSummary(result)), RunSummary(result).text)
      }
      guard let data else {
        throw StageError("say what to run: --data FILE, --live STEPS, --stop or --safe", code: Stages.ExitCode.usage)
      }
      let (result, score) = try space.evaluateFile(board, data: data)
      trouble = RunSummary(result).trouble
      return (
        Result(run: RunSummary(result), accuracy: score.accuracy, nrmse: score.nrmse, missing: score.missing),
        RunSummary(result).text + "\n" + score.text
      )
    }
    try Common.partial(trouble)
  }
}

struct Retrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The loop in one command: characterise, pull, fit, train, push, and run where --test is given.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument
  @OptionGroup var design: DesignOptions

  @Option(help: "Training recordings, a .ts file, or a .csv series, the last 30 % of which is kept for tests.")
  var train: String

  @Option(help: "Test recordings, a .ts file, or the .csv series.")
  var test: String?

  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 1

  @Option(help: "Passes through the training data.")
  var epochs: Int?

  struct Result: Encodable {
    var network: String
    var bundle_sha256: String
    var accuracy: Double?
    var nrmse: Double?
  }

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let board = try space.board(target.board)
      let outcome = try space.retrain(
        board, train: train, test: test, design: design.design(), seed: seed, epochs: epochs)
      return (
        Result(
          network: outcome.network, bundle_sha256: outcome.pushed.digest, accuracy: outcome.score?.accuracy,
          nrmse: outcome.score?.nrmse),
        "network \(outcome.network), bundle \(outcome.pushed.digest)"
          + (outcome.score.map { "\n" + $0.text } ?? "")
      )
    }
  }
}

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns a pulled run into an MCAP file in physical units.")

  @OptionGroup var common: Common

  @Argument(help: ArgumentHelp("The run, or the start of its identifier.", valueName: "run"))
  var wanted: String

  @Option(name: .shortAndLong, help: "The file; RUN.mcap by default.")
  var output: String?

  struct Result: Encodable {
    var path: String
    var steps: Int
    var events: Int
    var bytes: Int
    var lossy: Bool
  }

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let (path, summary) = try space.export(run: wanted, to: output)
      return (
        Result(
          path: path, steps: summary.steps, events: summary.events, bytes: summary.bytes, lossy: !summary.damage.isEmpty
        ),
        "\(path): \(summary.steps) steps, \(summary.events) events, \(summary.bytes) bytes"
      )
    }
  }
}

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes a page about a pulled run and the twins of its board.")

  @OptionGroup var common: Common

  @Argument(help: ArgumentHelp("The run, or the start of its identifier; the newest by default.", valueName: "run"))
  var wanted: String?

  struct Result: Encodable { var path: String }

  func run() throws {
    try common.result {
      let path = try common.workspace().report(run: wanted)
      return (Result(path: path), path)
    }
  }
}
