import ArgumentParser
import Foundation
import Stages
import Workbench

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
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let (path, summary, losses) = try space.export(run: wanted, to: output)
      trouble = losses
      return (
        Result(
          path: path, steps: summary.steps, events: summary.events, bytes: summary.bytes, lossy: !summary.damage.isEmpty
        ),
        "\(path): \(summary.steps) steps, \(summary.events) events, \(summary.bytes) bytes"
      )
    }
    try Common.partial(trouble)
  }
}
