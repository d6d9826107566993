import Foundation
import PhysicalNetwork
import TwinFitting

/// Says how a fit goes: a table of what is being fitted on a terminal, plain lines elsewhere, and each finished twin.
final class FitTalk: @unchecked Sendable {
  private let console: Console
  private let nodes: [NodeDescription]
  private let lock = NSLock()
  private var shares: [Double]
  private var running: [Int: FitProgress] = [:]
  private var finished: Int

  /// - Parameter done: nodes that need no fit.
  init(_ console: Console, nodes: [NodeDescription], done: Set<Int>) {
    self.console = console
    self.nodes = nodes
    finished = done.count
    shares = nodes.indices.map { done.contains($0) ? 1 : 0 }
  }

  func note(_ progress: FitProgress) {
    let (lines, share, count) = lock.withLock { () -> ([String], Double, Int) in
      shares[progress.device] = max(shares[progress.device], progress.share)
      running[progress.device] = progress.phase == .done ? nil : progress
      return (table, shares.reduce(0, +) / Double(max(shares.count, 1)), finished)
    }
    console.progress("fit", share, "\(count) of \(nodes.count) twins", table: lines)
  }

  /// One line for a twin that is there.
  func finish(_ device: Int, _ text: String) {
    lock.withLock {
      finished += 1
      shares[device] = 1
      running[device] = nil
    }
    console.say("    \(nodes[device].name): \(text)")
  }

  private var table: [String] {
    let width = running.keys.map { nodes[$0].name.count }.max() ?? 0
    func padded(_ text: String, _ width: Int) -> String {
      String(text.prefix(width)).padding(toLength: width, withPad: " ", startingAt: 0)
    }
    let name = min(max(width, 6), 24)
    return ["    \(padded("device", name))  phase       epoch        loss"]
      + running.keys.sorted().prefix(16).map { device in
        let now = running[device]
        let epochs = "\(now?.epoch ?? 0) of \(now?.epochs ?? 0)"
        let loss = (now?.loss).map { $0.isFinite ? String(format: "%.4f", $0) : "–" } ?? "–"
        return
          "    \(padded(nodes[device].name, name))  \(padded(now?.phase.rawValue ?? "", 10))  \(padded(epochs, 11))  \(loss)"
      }
  }
}

/// What is said of many nodes, each saying once and the nodes it holds for.
struct GroupedLines {
  private var order: [String] = []
  private var nodes: [String: [String]] = [:]

  mutating func add(_ text: String, node: String) {
    if nodes[text] == nil { order.append(text) }
    nodes[text, default: []].append(node)
  }

  /// "n00, n01 and 3 more: text".
  var lines: [String] {
    order.map { text in
      let all = nodes[text] ?? []
      return Self.names(all) + ": " + text
    }
  }

  static func names(_ all: [String], most: Int = 6) -> String {
    all.count <= most + 1
      ? all.joined(separator: ", ") : all.prefix(most).joined(separator: ", ") + " and \(all.count - most) more"
  }
}
