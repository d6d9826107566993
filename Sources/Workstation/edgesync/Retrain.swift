import ArgumentParser
import Foundation
import Stages
import Workbench

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

  @Option(help: "Seed of everything random; network.toml's by default.")
  var seed: UInt64?

  @Option(help: "Passes through the training data.")
  var epochs: Int?

  @Flag(help: "Train through twins that were not accepted, too.")
  var allowUnaccepted = false

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
        board, train: train, test: test, design: design.design(stepPeriod: space.description(board).stepPeriod),
        seed: seed, epochs: epochs, allowUnaccepted: allowUnaccepted)
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
