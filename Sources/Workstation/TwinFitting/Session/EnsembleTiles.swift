import CTrainingKernels
import Numerics
import TrainingKernels

/// Tiles of simulated runs whose paths stand one after another in one buffer, as the ensemble losses take them.
final class EnsembleTiles {
  let session: FitSession
  let steps: Int
  let tiles: Int
  let path: AlignedBuffer
  let gradient: AlignedBuffer
  private let targets: [WindowTile]
  private let key: Philox
  /// Values from one tile to the next, and those of measured history in front of a tile.
  let stride: Int
  let offset: Int

  /// - Parameter starts: first simulated sample of each run, a whole number of tiles.
  init(_ session: FitSession, starts: [Int], steps: Int) {
    self.session = session
    self.steps = steps
    let shape = session.model.shape
    let lanes = WindowTile.lanes
    tiles = starts.count / lanes
    stride = (shape.responseTaps + steps) * shape.observables * lanes
    offset = shape.responseTaps * shape.observables * lanes
    path = AlignedBuffer(floats: stride * tiles)
    gradient = AlignedBuffer(floats: stride * tiles)
    key = Philox(seed: session.seed, stream: 0xE45)
    targets = (0..<tiles).map { _ in WindowTile(session.model, steps: steps, recompute: true) }
    refill(starts)
  }

  func refill(_ starts: [Int]) {
    for tile in 0..<tiles {
      let lanes = WindowTile.lanes
      targets[tile].fill(session.trace, starts: starts[(tile * lanes)..<((tile + 1) * lanes)])
    }
  }

  /// Simulates every run with the noise of `round`, from where the auxiliaries stand.
  func forward(round: UInt32, filter: (Int, WindowTile) -> Void) {
    var c = session.model.c
    let lanes = WindowTile.lanes
    for tile in 0..<tiles {
      let target = targets[tile]
      filter(tile, target)
      target.draw(
        key0: key.key0, key1: key.key1, ids: (0..<lanes).map { UInt32(tile * lanes + $0) }, round: round)
      var rollout = target.rollout(measured: false, noisy: true)
      tk_forward(session.isa, &c, session.parameters.plain.raw, &rollout, 1, target.scratch.raw)
      (path.floats + tile * stride).update(from: target.path.floats, count: stride)
    }
  }

  /// Carries `gradient`, of every simulated value, to the parameters; after `forward`.
  func backward() {
    var c = session.model.c
    for tile in 0..<tiles {
      let target = targets[tile]
      target.pathGradient.floats.update(from: gradient.floats + tile * stride, count: stride)
      target.auxiliaryGradient.zero()
      var rollout = tk_rollout(
        steps: Int32(steps), drives: target.rollout(measured: true, noisy: true).drives, context: nil,
        path: target.path.raw, auxiliary: target.auxiliary.raw,
        noise: session.model.shape.sources > 0 ? UnsafeRawPointer(target.noise.raw) : nil)
      var gradients = tk_gradients(
        path: target.pathGradient.raw, auxiliary: target.auxiliaryGradient.raw, drives: nil, context: nil,
        parameters: session.parameters.gradient.raw)
      tk_backward(session.isa, &c, session.parameters.plain.raw, &rollout, 1, &gradients, target.scratch.raw)
    }
  }
}
