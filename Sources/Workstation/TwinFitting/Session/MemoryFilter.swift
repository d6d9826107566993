import CTrainingKernels
import TrainingKernels

/// Finds where a twin's auxiliaries stand at the start of a run, from the measured samples before it.
final class MemoryFilter {
  private let session: FitSession
  private let tile: WindowTile?

  /// - Parameter steps: measured samples looked at; the starts have at least as many before them, history not counted.
  init(_ session: FitSession, steps: Int) {
    self.session = session
    tile = session.model.shape.auxiliaries > 0 && steps > 0 ? WindowTile(session.model, steps: steps) : nil
  }

  /// Sets the auxiliaries of `target`, whose runs begin at `starts`.
  func apply(_ starts: ArraySlice<Int>, to target: WindowTile) {
    guard let tile else { return }
    tile.fill(session.trace, starts: ArraySlice(starts.map { $0 - tile.steps }))
    _ = session.transitions(tile, gradient: nil)
    let count = session.model.shape.auxiliaries * WindowTile.lanes
    target.auxiliary.floats.update(from: tile.auxiliary.floats + tile.steps * count, count: count)
  }
}
