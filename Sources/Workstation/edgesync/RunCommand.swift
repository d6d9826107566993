import ArgumentParser
import Foundation
import Stages
import Workbench

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

  @Flag(
    help: "Run live for good: the board starts the run again by itself, after a failure and after a reboot.")
  var standing = false

  @Flag(help: "Start with the chips that answer, where some do not; their nodes are left out.")
  var partial = false

  @Flag(help: "Stop the run that goes on, a standing one for good.")
  var stop = false

  @Flag(help: "Stop any run and put every drive at its safe value.")
  var safe = false

  struct Result: Encodable {
    var run: RunSummary?
    var accuracy: Double?
    var nrmse: Double?
    var missing: Int?
    /// The first run of a standing run.
    var standing: String?
    /// The board's daemon looks after the standing run.
    var served: Bool?
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
      if standing {
        guard data == nil else {
          throw StageError("a standing run is live: leave --data out", code: Stages.ExitCode.usage)
        }
        let started = try space.standing(board, steps: live ?? 0, partial: partial)
        return (Result(standing: started.run, served: started.isServed), Self.text(started))
      }
      if let live {
        let result = try space.live(board, steps: live, partial: partial)
        trouble = RunSummary(result).trouble
        return (Result(run: RunSummary(result)), RunSummary(result).text)
      }
      guard let data else {
        throw StageError(
          "say what to run: --data FILE, --live STEPS, --standing, --stop or --safe", code: Stages.ExitCode.usage)
      }
      let (result, score) = try space.evaluateFile(board, data: data, partial: partial)
      trouble = RunSummary(result).trouble
      return (
        Result(run: RunSummary(result), accuracy: score.accuracy, nrmse: score.nrmse, missing: score.missing),
        RunSummary(result).text + "\n" + score.text
      )
    }
    try Common.partial(trouble)
  }

  private static func text(_ started: Workspace.StandingStart) -> String {
    "the standing run has begun as run \(started.run); 'edgesync run --stop' ends it for good"
      + (started.isServed ? "" : "\n  no edged daemon serves this board: it is started again when one does")
  }
}
