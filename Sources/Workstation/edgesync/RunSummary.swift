import ArgumentParser
import Foundation
import Stages
import Workbench

/// A run's end, ready to be printed.
struct RunSummary: Encodable {
  var run: String
  var steps: Int
  var missed_deadlines: Int
  var dropped_samples: Int
  var quarantined: Int
  var outcome: String
  var message: String
  var flagged_nodes: [String]
  var left_out_nodes: [String]
  var residuals: [String]

  init(_ result: Workspace.RunResult) {
    run = result.run
    steps = result.steps
    missed_deadlines = result.missedDeadlines
    dropped_samples = result.droppedSamples
    quarantined = result.quarantined
    outcome = result.outcome
    message = result.message
    flagged_nodes = result.flagged
    left_out_nodes = result.leftOut
    residuals = result.residuals
  }

  /// What makes the run a partial one; nil for a whole one.
  var trouble: String? {
    guard quarantined > 0 || dropped_samples > 0 || !left_out_nodes.isEmpty else { return nil }
    return "the run \(run) is partial: \(quarantined) chips were left out, \(dropped_samples) samples were dropped"
      + (left_out_nodes.isEmpty
        ? "; " : ", nodes \(left_out_nodes.joined(separator: ", ")) were left out by their residuals; ")
      + "'edgesync pull', then 'edgesync export' shows when; check power and wiring of the chips"
  }

  var text: String {
    var lines = [
      "run \(run): \(steps) steps, \(missed_deadlines) late, \(dropped_samples) dropped, \(quarantined) chips left out"
    ]
    if !residuals.isEmpty {
      lines += ResidualLines.shortened(residuals)
    } else if !flagged_nodes.isEmpty {
      lines.append(
        "no longer as their twins expect: \(flagged_nodes.joined(separator: ", ")); 'edgesync pull' says since when")
    }
    if !message.isEmpty { lines.append(message) }
    return lines.joined(separator: "\n  ")
  }
}
