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

  init(_ result: Workspace.RunResult) {
    run = result.run
    steps = result.steps
    missed_deadlines = result.missedDeadlines
    dropped_samples = result.droppedSamples
    quarantined = result.quarantined
    outcome = result.outcome
    message = result.message
  }

  /// What makes the run a partial one; nil for a whole one.
  var trouble: String? {
    guard quarantined > 0 || dropped_samples > 0 else { return nil }
    return "the run \(run) is partial: \(quarantined) chips were left out, \(dropped_samples) samples were dropped; "
      + "'edgesync pull', then 'edgesync export' shows when; check power and wiring of the chips"
  }

  var text: String {
    "run \(run): \(steps) steps, \(missed_deadlines) late, \(dropped_samples) dropped, \(quarantined) chips left out"
      + (message.isEmpty ? "" : "\n  \(message)")
  }
}
