import ArgumentParser
import Foundation
import Stages
import Workbench

struct Pull: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetches recorded runs; what is here already is not sent again.")

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(name: .customLong("run"), help: "Only this run.")
  var wanted: String?

  struct Item: Encodable {
    var run: String
    var segments: [String]
    var bytes: Int
    var new_bytes: Int
    var lossy: Bool
    var problem: String
    var residuals: [String]
  }

  func run() throws {
    var trouble: String?
    try common.result {
      let space = try common.workspace()
      let pulled = try space.pull(try space.board(target.board), run: wanted)
      let items = pulled.map {
        Item(
          run: $0.run, segments: $0.segments, bytes: $0.bytes, new_bytes: $0.fresh, lossy: $0.lossy,
          problem: $0.problem,
          residuals: $0.residuals
        )
      }
      let unusable = items.filter { !$0.problem.isEmpty }.map { "run \($0.run) cannot be read: \($0.problem)" }
      if !unusable.isEmpty {
        trouble = unusable.joined(separator: "; ")
      } else if let running = pulled.first(where: { $0.lossy && $0.running }) {
        trouble = "run \(running.run) goes on still: pull again when it has ended"
      } else if items.contains(where: { $0.lossy }) {
        trouble = "a run is not whole: it was cut short or damaged on the board; what is good was pulled"
      }
      return (
        items,
        items.flatMap { item in
          ["run \(item.run): \(item.bytes) bytes, \(item.new_bytes) new\(item.lossy ? ", with losses" : "")"]
            + ResidualLines.shortened(item.residuals).map { "  " + $0 }
        }
        .joined(separator: "\n")
      )
    }
    try Common.partial(trouble)
  }
}
