import Foundation
import TwinMonitor

/// How a watched node stands with its twin, ready to be printed.
public struct NodeReport: Encodable, Equatable, Sendable {
  public var node: Int
  public var name: String
  /// `warming_up`, `in_range`, `flagged` or `left_out`.
  public var state: String
  /// In this run.
  public var was_flagged: Bool
  /// Standard deviations of the residuals' mean and mean square over the window.
  public var mean_sd: Float
  public var mean_square_sd: Float

  /// The watched nodes among `words`; a node without a name is called by its number.
  static func all(_ words: [UInt32], names: [String]) -> [NodeReport] {
    words.indices.compactMap { node in
      let watch = NodeWatch(word: words[node])
      let state: String
      switch watch.state {
      case .unwatched: return nil
      case .warmingUp: state = "warming_up"
      case .inRange: state = "in_range"
      case .flagged: state = "flagged"
      case .leftOut: state = "left_out"
      }
      return NodeReport(
        node: node, name: names.indices.contains(node) ? names[node] : "\(node)", state: state,
        was_flagged: watch.wasFlagged, mean_sd: watch.mean, mean_square_sd: watch.meanSquare)
    }
  }

  /// For people: the nodes that are not as their twins expect.
  static func lines(_ nodes: [NodeReport]) -> [String] {
    guard !nodes.isEmpty else { return [] }
    let worth = nodes.filter { $0.was_flagged || $0.state == "left_out" }
    return ["\(nodes.count) nodes watched by their twins\(worth.isEmpty ? ", none flagged" : ":")"]
      + worth.map { node in
        let state = node.state == "in_range" || node.state == "warming_up" ? "was flagged" : node.state
        return "  \(node.name): \(state.replacingOccurrences(of: "_", with: " ")), residuals: mean "
          + "\(ResidualText.deviations(node.mean_sd)), mean square \(ResidualText.deviations(node.mean_square_sd))"
      }
  }
}

/// Lists for people that must not run over a screen.
public enum ResidualLines {
  /// The first lines, and how many more there are.
  public static func shortened(_ lines: [String], to most: Int = 20) -> [String] {
    guard lines.count > most else { return lines }
    return Array(lines.prefix(most)) + ["and \(lines.count - most) more"]
  }
}
