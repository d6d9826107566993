import ArgumentParser
import Bundle
import Foundation
import Stages
import Workbench

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Says what a board is doing and what it runs.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let status = try space.status(try space.board(target.board))
      return (status, status.text)
    }
  }
}
