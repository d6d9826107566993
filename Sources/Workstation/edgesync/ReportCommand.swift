import ArgumentParser
import Foundation
import Stages
import Workbench

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes a page about a pulled run and the twins of its board.")

  @OptionGroup var common: Common

  @Argument(help: ArgumentHelp("The run, or the start of its identifier; the newest by default.", valueName: "run"))
  var wanted: String?

  struct Result: Encodable { var path: String }

  func run() throws {
    var trouble: String?
    try common.result {
      let (path, losses) = try common.workspace().report(run: wanted)
      trouble = losses
      return (Result(path: path), path)
    }
    try Common.partial(trouble)
  }
}
