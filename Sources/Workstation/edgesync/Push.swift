import ArgumentParser
import Foundation
import Stages
import Workbench

struct Push: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Signs a bundle with the board's description and a trained network, sends it and puts it on probation.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(help: "The network's id; the newest by default.")
  var network: String?

  @Flag(help: "Send the board's description alone.")
  var descriptionOnly = false

  @Flag(help: "Watch nodes by twins that were not accepted all the same.")
  var allowUnaccepted = false

  struct Result: Encodable {
    var bundle_sha256: String
    var counter: Int
    var watched_nodes: Int
  }

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let board = try space.board(target.board)
      let pushed: Workspace.Pushed
      if descriptionOnly {
        pushed = try space.push(board, network: nil, label: "board description", allowUnaccepted: allowUnaccepted)
      } else {
        let stored = try space.storedNetwork(board, id: network)
        pushed = try space.push(
          board, network: stored.network, origins: [CatalogItem(.network, stored.id)], label: stored.id,
          allowUnaccepted: allowUnaccepted)
      }
      return (
        Result(bundle_sha256: pushed.digest, counter: pushed.counter, watched_nodes: pushed.watched),
        "bundle \(pushed.digest) counter \(pushed.counter): on probation until a run ends well"
          + (pushed.watched > 0 ? "; \(pushed.watched) nodes are watched by their twins" : "")
      )
    }
  }
}
