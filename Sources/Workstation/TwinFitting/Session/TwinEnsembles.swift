import CTrainingKernels
import Numerics
import TrainingKernels

/// Runs a session's twin under the held-out inputs, from the measured histories of their repeats.
final class TwinEnsembles: EnsembleSimulator {
  private let session: FitSession
  private let groups: [[Range<Int>]]
  private let before: Int
  private let filter: MemoryFilter

  init(_ session: FitSession) {
    self.session = session
    let before = session.structure.history + session.burnIn
    self.before = before
    groups = session.trace.split.judges.filter { $0.count >= 2 && ($0.first?.count ?? 0) > before + 1 }
    filter = MemoryFilter(session, steps: session.burnIn)
  }

  /// The device's repeats, normalised, from where the twin's runs begin.
  var inputs: [HeldOutInput] {
    let trace = session.trace
    return groups.map { group in
      let steps = (group.first?.count ?? 0) - before
      var values: [Float] = []
      for member in group {
        let first = (member.lowerBound + before) * trace.responseCount
        values += trace.responses[first..<(first + steps * trace.responseCount)]
      }
      let start = ((group.first?.lowerBound ?? 0) + before) * trace.driveCount
      return HeldOutInput(
        drives: Array(trace.drives[start..<(start + steps * trace.driveCount)]), driveCount: trace.driveCount,
        device: RepeatEnsemble(
          repeats: group.count, steps: steps, observables: trace.responseCount, values: values))
    }
  }

  func simulate(input: Int, copies: Int, seed: UInt64) -> RepeatEnsemble {
    let group = groups[input]
    let steps = (group.first?.count ?? 0) - before
    let width = session.trace.responseCount
    let lanes = WindowTile.lanes
    let tile = WindowTile(session.model, steps: steps, recompute: true)
    let key = Philox(seed: seed ^ session.seed, stream: 0xFEE)
    var c = session.model.c
    var values = [Float](repeating: 0, count: copies * steps * width)
    for first in stride(from: 0, to: copies, by: lanes) {
      let starts = (first..<(first + lanes)).map { group[$0 % group.count].lowerBound + before }
      tile.fill(session.trace, starts: starts[...])
      filter.apply(starts[...], to: tile)
      tile.draw(
        key0: key.key0, key1: key.key1, ids: (0..<lanes).map { UInt32(truncatingIfNeeded: first + $0) },
        round: UInt32(truncatingIfNeeded: input))
      var rollout = tile.rollout(measured: false, noisy: true)
      tk_forward(session.isa, &c, session.parameters.plain.raw, &rollout, 1, tile.scratch.raw)
      for lane in 0..<min(lanes, copies - first) {
        for cell in 0..<(steps * width) {
          values[(first + lane) * steps * width + cell] = tile.path[tile.offset + cell * lanes + lane]
        }
      }
    }
    return RepeatEnsemble(repeats: copies, steps: steps, observables: width, values: values)
  }
}
