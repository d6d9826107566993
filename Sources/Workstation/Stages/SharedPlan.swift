import PhysicalNetwork
import TwinFitting
import Workbench

/// Which nodes share a twin, and which are left to themselves.
struct SharedPlan {
  struct Group {
    var kind: String
    var nodes: [Int]
  }

  var groups: [Group] = []
  /// Nodes that share nothing, and why.
  var alone: [(node: Int, why: String)] = []

  /// Devices of one kind with as many drives and responses share a twin; of several such sets of a kind the largest.
  init(_ nodes: [NodeDescription], _ traces: [DeviceTrace]) {
    var kinds: [String] = []
    for node in nodes where !kinds.contains(node.device) { kinds.append(node.device) }
    for kind in kinds {
      var sets: [TraceWidth: [Int]] = [:]
      for node in nodes.indices where nodes[node].device == kind {
        if traces[node].answersNothing {
          alone.append((node, "it hardly answers"))
        } else {
          sets[TraceWidth(traces[node]), default: []].append(node)
        }
      }
      guard let largest = sets.values.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }) else { continue }
      for set in sets.values where set != largest {
        for node in set { alone.append((node, "its drives or responses are not as many as those of other '\(kind)'")) }
      }
      if !ProjectFile.isPlain(kind) {
        for node in largest {
          alone.append((node, "its kind '\(kind)' cannot name a file: rename it in board.toml"))
        }
      } else if largest.count < 2 {
        alone.append((largest[0], "it is the only '\(kind)'"))
      } else {
        groups.append(Group(kind: kind, nodes: largest))
      }
    }
    alone.sort { $0.node < $1.node }
  }
}

/// Drives and responses of a device.
private struct TraceWidth: Hashable {
  var drives: Int
  var responses: Int

  init(_ trace: DeviceTrace) {
    drives = trace.driveCount
    responses = trace.responseCount
  }
}

extension DeviceTrace {
  /// Whether no response moves more than a node in use does, whose like a fit refuses.
  fileprivate var answersNothing: Bool {
    (0..<responseCount).allSatisfy { index in
      var (count, sum, square) = (0.0, 0.0, 0.0)
      for place in stride(from: index, to: responses.count, by: max(1, responseCount)) where responses[place].isFinite {
        let value = Double(responses[place])
        count += 1
        sum += value
        square += value * value
      }
      let mean = sum / max(1, count)
      return (max(0, square / max(1, count) - mean * mean)).squareRoot() < Workspace.leastResponse
    }
  }
}
