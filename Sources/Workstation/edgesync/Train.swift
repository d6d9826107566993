import ArgumentParser
import Foundation
import Stages
import Workbench

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains the network through the board's newest twins.")

  @OptionGroup var common: Common

  @Argument(
    help: ArgumentHelp(
      "Training recordings, a .ts file, or a series to predict, a .csv file; before it the board's name, which may be "
        + "left out where there is one board.", valueName: "[board] data"))
  var words: [String]

  @Option(help: "Seed of the training; network.toml's by default.")
  var seed: UInt64?

  @Option(help: "Passes through the training data.")
  var epochs: Int?

  @Option(help: "Size of the twins' noise: 1 as fitted, 0 for the noiseless baseline.")
  var noise: Float?

  @Option(help: "The network's name.")
  var label = "trained"

  @Flag(help: "Train through twins that were not accepted, too.")
  var allowUnaccepted = false

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
        label: label, allowUnaccepted: allowUnaccepted)
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
