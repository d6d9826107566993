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

  @Flag(help: "Start with the chips that answer, where some do not; their nodes are left out.")
  var partial = false

  func run() throws {
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let board = try space.board(target.board)
      let design = try design.design(stepPeriod: space.description(board).stepPeriod)
      if let advice = try space.recordingAdvice(board) { space.console.say("    " + advice) }
      let summary = RunSummary(try space.characterise(board, design: design, seed: seed, partial: partial))
      trouble = summary.trouble
      return (summary, summary.text)
    }
    try Common.partial(trouble)
  }
}
