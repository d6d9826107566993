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
