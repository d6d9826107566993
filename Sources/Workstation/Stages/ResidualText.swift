import Foundation
import PhysicalNetwork
import RunRecords
import TwinMonitor

/// What the residual monitor has told, in words.
enum ResidualText {
  /// One word for what happened.
  static func change(_ event: ResidualEvent) -> String {
    switch ResidualFinding.Change(rawValue: event.change) {
    case .flagged: "flagged"
    case .cleared: "cleared"
    case .leftOut: "left_out"
    case nil: "change_\(event.change)"
    }
  }

  /// The statistic that was furthest out.
  static func statistic(_ event: ResidualEvent) -> String {
    switch ResidualFinding.Statistic(rawValue: event.statistic) {
    case .mean: "mean"
    case .meanSquare: "mean_square"
    case nil: "statistic_\(event.statistic)"
    }
  }

  /// A line about one event.
  static func line(_ event: ResidualEvent, step: UInt64, board: BoardDescription) -> String {
    let node = Int(event.node)
    let name = board.nodes.indices.contains(node) ? board.nodes[node].name : "\(node)"
    let reading =
      board.nodes.indices.contains(node) && board.nodes[node].responseCount > 1 ? ", reading \(event.observable)" : ""
    let what =
      switch ResidualFinding.Change(rawValue: event.change) {
      case .flagged: "no longer behaves as its twin expects: \(cause(event))"
      case .cleared: "behaves as its twin expects again"
      case .leftOut: "was left out from here on: \(cause(event))"
      case nil: "change \(event.change), which this version does not know"
      }
    return "node \(name), step \(step): \(what) (residuals: mean \(deviations(event.mean)), mean square "
      + "\(deviations(event.meanSquare))\(reading))"
  }

  /// What the statistic that is furthest out usually means.
  private static func cause(_ event: ResidualEvent) -> String {
    switch ResidualFinding.Statistic(rawValue: event.statistic) {
    case .mean: "its level has moved"
    case .meanSquare where event.meanSquare < 0: "its noise has gone; check that it is connected"
    case .meanSquare: "its gain or noise has grown apart from the twin's"
    case nil: "statistic \(event.statistic)"
    }
  }

  static func deviations(_ value: Float) -> String { String(format: "%+.1f sd", value) }
}

extension RecordedRun {
  /// What the residual monitor told in this run, in the order it happened.
  public var residualEvents: [(step: UInt64, event: ResidualEvent)] {
    events.compactMap { step, event in
      guard case .residual(let residual) = event else { return nil }
      return (step, residual)
    }
  }

  /// The same in words, a line each.
  public var residualLines: [String] {
    residualEvents.map { ResidualText.line($0.event, step: $0.step, board: board) }
  }
}
