import ArgumentParser
import Foundation
import Stages
import Workbench

struct Fit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a twin to every node, from the newest characterising run.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(name: .customLong("run"), help: "Fit to this run.")
  var wanted: String?

  @Option(help: "Seed of the fit; network.toml's by default.")
  var seed: UInt64?

  struct Item: Encodable {
    var node: String
    var one_step_error: Double
    var mean_error: Double?
    var sd_error: Double?
    var accepted: Bool
  }

  func run() throws {
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let fitted = try space.fitNewest(try space.board(target.board), run: wanted, seed: seed)
      trouble = fitted.losses
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
    try Common.partial(trouble)
  }

  private static func text(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
}
