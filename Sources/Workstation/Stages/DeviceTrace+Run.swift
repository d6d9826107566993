import PhysicalNetwork
import RunRecords
import TwinFitting
import Workbench

extension Workspace {
  /// A node's trace as the fitter takes it: segments without gaps, and, of a characterising run, which repeat one input.
  ///
  /// A network's own runs drive a node by what others answered, so no two of them are alike.
  public static func deviceTrace(_ run: RecordedRun, node: Int) throws -> DeviceTrace {
    let board = run.board
    let recording = try run.trace.node(node, board)
    guard recording.driveChannels >= 1, recording.responseChannels >= 1 else {
      throw StageError(
        "node \(board.nodes[node].name) has no drive or no response, so there is nothing to fit a twin to")
    }
    var segments: [Range<Int>] = []
    var groups: [Int: [Int]] = [:]
    for sequence in run.sequences {
      guard let rows = run.rows(sequence.steps) else { continue }
      groups[sequence.sequence, default: []].append(segments.count)
      segments.append(rows)
    }
    if run.sequences.isEmpty { segments = run.contiguousRows }
    let repeats = groups.keys.sorted().compactMap { groups[$0] }.filter { $0.count > 1 }
    return DeviceTrace(
      drives: recording.drive, responses: recording.response, driveCount: recording.driveChannels,
      responseCount: recording.responseChannels, segments: segments,
      repeats: run.start.mode == .characterise ? repeats : [], samplePeriod: Double(board.stepPeriod) / 1e9)
  }
}

extension RecordedRun {
  /// Rows of the trace between which no step is missing.
  var contiguousRows: [Range<Int>] {
    var all: [Range<Int>] = []
    for chunk in trace.chunks {
      let rows = chunk.row..<chunk.row + chunk.steps
      if let last = all.last, last.upperBound == rows.lowerBound,
        let before = trace.step(ofRow: last.upperBound - 1), before + 1 == chunk.firstStep
      {
        all[all.count - 1] = last.lowerBound..<rows.upperBound
      } else {
        all.append(rows)
      }
    }
    return all
  }
}
