import Numerics
import TrainingKernels

/// Moments over repeats of the training inputs.
final class RepeatSource: EnsembleSource {
  private let session: FitSession
  private let runs: EnsembleTiles
  private let loss: EnsembleMoments<Float>
  private let filter: MemoryFilter
  private let starts: [Int]

  /// Nil without groups.
  init?(_ session: FitSession, groups: [[Range<Int>]]) throws {
    guard !groups.isEmpty else { return nil }
    self.session = session
    let trace = session.trace
    let before = session.structure.history + session.burnIn
    let steps = groups.reduce(Int.max) { min($0, ($1.first?.count ?? 0) - before) }
    let copies = 64
    var starts: [Int] = []
    var measured: [[Float]] = []
    for group in groups {
      for copy in 0..<copies { starts.append(group[copy % group.count].lowerBound + before) }
      var values: [Float] = []
      for member in group {
        let first = (member.lowerBound + before) * trace.responseCount
        values += trace.responses[first..<(first + steps * trace.responseCount)]
      }
      measured.append(values)
    }
    self.starts = starts
    runs = EnsembleTiles(session, starts: starts, steps: steps)
    filter = MemoryFilter(session, steps: session.burnIn)
    var options = MomentOptions()
    options.lags = [1, 3, 8].filter { $0 < steps }
    let layout = try WindowLayout(
      windows: starts.count, steps: steps, width: trace.responseCount, lanes: WindowTile.lanes,
      tileStride: runs.stride)
    loss = try EnsembleMoments(layout: layout, measured: measured, options: options)
  }

  private func simulate(_ round: UInt32) {
    let lanes = WindowTile.lanes
    runs.forward(round: round) { tile, target in
      filter.apply(starts[(tile * lanes)..<((tile + 1) * lanes)], to: target)
    }
  }

  private func evaluate() -> Double {
    let count = runs.path.count - runs.offset
    let fake = UnsafeBufferPointer(start: runs.path.floats + runs.offset, count: count)
    let gradient = UnsafeMutableBufferPointer(start: runs.gradient.floats + runs.offset, count: count)
    runs.gradient.zero()
    do {
      return try loss.evaluate(fake: fake, gradient: gradient).loss
    } catch {
      return .infinity
    }
  }

  func addGradient(round: UInt32) -> Double {
    simulate(round)
    let value = evaluate()
    guard value.isFinite else { return value }
    runs.backward()
    return value
  }

  func loss(round: UInt32) -> Double {
    simulate(round)
    return evaluate()
  }

  var tolerance: Double { 0 }
}
