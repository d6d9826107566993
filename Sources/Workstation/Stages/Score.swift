import Datasets
import PhysicalNetwork
import RunRecords

/// How well a board did, by what its journal says.
public struct BoardScore: Equatable {
  /// Predicted class of each sequence; -1 where the board logged none.
  public var predictions: [Int]
  public var accuracy: Double
  /// Sequences without a logged read-out.
  public var missing: Int
  /// Sequences whose logged read-out is not, bit for bit, what the network makes of the logged codes.
  public var replayMismatches: Int
}

extension RecordedRun {
  /// Scores the logged read-outs of an evaluating run and replays each of them from the logged converter codes.
  public func score(labels: [Int], network: NetworkDescription) throws -> BoardScore {
    let logged = results
    var predictions = [Int](repeating: -1, count: labels.count)
    for index in labels.indices {
      guard let outputs = logged[index], let best = outputs.indices.max(by: { outputs[$0] < outputs[$1] }) else {
        continue
      }
      predictions[index] = best
    }
    let right = zip(predictions, labels).count { $0 == $1 }
    return BoardScore(
      predictions: predictions, accuracy: labels.isEmpty ? 0 : Double(right) / Double(labels.count),
      missing: predictions.count { $0 < 0 }, replayMismatches: try replayMismatches(network))
  }

  /// Computes every sequence's read-out again from the logged response codes, with the board's own arithmetic.
  func replayMismatches(_ network: NetworkDescription) throws -> Int {
    let engine = NetworkEngine(network)
    let logged = results
    let settle = UInt64(start.settleSteps)
    var mismatches = 0
    for sequence in sequences {
      guard let outputs = logged[sequence.sequence], sequence.steps.count > Int(settle),
        let rows = rows(sequence.steps.lowerBound + settle..<sequence.steps.upperBound)
      else { continue }
      engine.beginSequence()
      for row in rows {
        for (node, description) in board.nodes.enumerated() {
          let channel = Int(description.firstResponse)
          let code = trace.codes[row * trace.channels + board.drives.count + channel]
          engine.responses[node] = board.responses[channel].value(of: code)
        }
        engine.observe(counted: true)
      }
      if network.task == .classification { engine.averageOutputs() }
      let same = outputs.indices.allSatisfy { outputs[$0].bitPattern == engine.outputs[$0].bitPattern }
      if !same || outputs.count != engine.outputCount { mismatches += 1 }
    }
    return mismatches
  }
}
