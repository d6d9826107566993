import NetworkTraining
import PhysicalNetwork
import RunRecords
import Workbench

/// A read-out fitted to what the devices themselves answered: the twins' remaining error stays out of it.
enum ReadoutRefit {
  /// Penalties that are tried; the one that does best on the last fifth of the frames is taken.
  private static let penalties = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3]

  /// The network with its read-out replaced by ridge regression on the measured responses of `run`.
  ///
  /// - Parameters:
  ///   - run: an evaluating run of `network` on one sequence.
  ///   - targets: [frames, width], what the read-out should say at each frame of that sequence.
  static func refit(_ network: NetworkDescription, run: RecordedRun, targets: [Float], width: Int) throws
    -> NetworkDescription
  {
    let (rows, wanted) = try samples(network, run, targets, width)
    let columns = network.nodeCount + 1
    let count = rows.count / columns
    try checkLength(frames: count, washout: 0, nodes: network.nodeCount)
    let kept = count * 4 / 5
    var best = (penalty: penalties[0], error: Double.infinity)
    for penalty in penalties {
      let weights = RidgeRegression.solve(
        Array(rows[..<(kept * columns)]), Array(wanted[..<(kept * width)]), width: columns, outputs: width,
        penalty: penalty)
      let error = squaredError(weights, rows, wanted, from: kept, to: count, columns, width)
      if error < best.error { best = (penalty, error) }
    }
    let weights = RidgeRegression.solve(rows, wanted, width: columns, outputs: width, penalty: best.penalty)
    var refitted = network
    for output in 0..<width {
      for node in 0..<network.nodeCount {
        refitted.readoutWeights[output * network.nodeCount + node] = Float(weights[output * columns + node])
      }
      refitted.readoutBias[output] = Float(weights[output * columns + columns - 1])
    }
    return refitted
  }

  /// Throws where a series is too short for its read-out.
  static func checkLength(frames: Int, washout: Int, nodes: Int) throws {
    let needed = washout + 5 * (nodes + 1) + 1
    guard frames >= needed else {
      throw StageError(
        "\(frames) values to learn from are too few: a read-out of \(nodes) nodes needs \(needed); give a longer series "
          + "or fewer nodes")
    }
  }

  /// Responses at each frame's last step with a constant, and the targets.
  private static func samples(
    _ network: NetworkDescription, _ run: RecordedRun, _ targets: [Float], _ width: Int
  ) throws -> (rows: [Double], wanted: [Double]) {
    guard let sequence = run.sequences.first else {
      throw StageError("run \(run.trace.run) holds no sequence: the read-out cannot be fitted to it")
    }
    let hold = UInt64(max(network.hold, 1))
    let first = sequence.steps.lowerBound + UInt64(network.settleSteps)
    var rows: [Double] = []
    var wanted: [Double] = []
    for frame in Int(network.washoutFrames)..<max(targets.count / max(width, 1), Int(network.washoutFrames)) {
      guard let row = run.trace.row(ofStep: first + UInt64(frame + 1) * hold - 1) else { continue }
      for node in run.board.nodes {
        let channel = Int(node.firstResponse)
        let code = run.trace.codes[row * run.trace.channels + run.board.drives.count + channel]
        rows.append(Double(run.board.responses[channel].value(of: code)))
      }
      rows.append(1)
      wanted += targets[frame * width..<(frame + 1) * width].map(Double.init)
    }
    return (rows, wanted)
  }

  private static func squaredError(
    _ weights: [Double], _ rows: [Double], _ wanted: [Double], from: Int, to: Int, _ columns: Int, _ width: Int
  ) -> Double {
    var sum = 0.0
    for row in from..<to {
      for output in 0..<width {
        var value = 0.0
        for column in 0..<columns { value += weights[output * columns + column] * rows[row * columns + column] }
        let error = value - wanted[row * width + output]
        sum += error * error
      }
    }
    return sum
  }
}
