import Numerics
import TrainingKernels

/// A critic's view of windows of training data and of the twin's runs under the same drives.
final class CriticSource: EnsembleSource {
  private static let steps = 16
  private static let windows = 64
  private let session: FitSession
  private let runs: EnsembleTiles
  private let loss: AdversarialLoss<Float>
  private let filter: MemoryFilter
  private let real: AlignedBuffer
  private let drives: AlignedBuffer
  private let blocks: [Range<Int>]
  private var starts: [Int]
  private var random: RandomStream

  /// Nil if the training data hold too few windows.
  init?(_ session: FitSession, kind: TwinFitOptions.EnsembleLoss) throws {
    self.session = session
    let trace = session.trace
    let burnIn = session.burnIn
    blocks = trace.split.training.map { min($0.lowerBound + burnIn, $0.upperBound)..<$0.upperBound }
    random = RandomStream(seed: session.seed, stream: 0xC417)
    let all = TraceSplit.starts(blocks, horizon: Self.steps, random: &random)
    guard all.count >= Self.windows else { return nil }
    starts = Array(all.prefix(Self.windows))
    runs = EnsembleTiles(session, starts: starts, steps: Self.steps)
    filter = MemoryFilter(session, steps: burnIn)
    let layout = try WindowLayout(
      windows: Self.windows, steps: Self.steps, width: trace.responseCount, lanes: WindowTile.lanes,
      tileStride: runs.stride)
    let driveLayout = try WindowLayout(
      windows: Self.windows, steps: Self.steps, width: trace.driveCount, lanes: WindowTile.lanes)
    loss = try AdversarialLoss(
      layout: layout, drives: driveLayout, generator: kind == .features ? .featureMatching : .wasserstein,
      seed: session.seed)
    real = AlignedBuffer(floats: runs.path.count)
    drives = AlignedBuffer(floats: driveLayout.count)
  }

  private func prepare(_ round: UInt32) {
    let trace = session.trace
    let lanes = WindowTile.lanes
    for (window, start) in starts.enumerated() {
      let tile = window / lanes
      let lane = window % lanes
      for step in 0..<Self.steps {
        for index in 0..<trace.responseCount {
          real[tile * runs.stride + runs.offset + (step * trace.responseCount + index) * lanes + lane] =
            trace.responses[(start + step) * trace.responseCount + index]
        }
        for index in 0..<trace.driveCount {
          drives[(tile * Self.steps * trace.driveCount + step * trace.driveCount + index) * lanes + lane] =
            trace.drives[(start + step) * trace.driveCount + index]
        }
      }
    }
    runs.refill(starts)
    runs.forward(round: round) { tile, target in
      filter.apply(starts[(tile * lanes)..<((tile + 1) * lanes)], to: target)
    }
  }

  private var batch: WindowBatch<Float> {
    let count = runs.path.count - runs.offset
    return WindowBatch(
      fake: UnsafeBufferPointer(start: runs.path.floats + runs.offset, count: count),
      real: UnsafeBufferPointer(start: real.floats + runs.offset, count: count),
      drives: UnsafeBufferPointer(start: drives.floats, count: drives.count))
  }

  func addGradient(round: UInt32) -> Double {
    var all = TraceSplit.starts(blocks, horizon: Self.steps, random: &random)
    if all.count < Self.windows { all = starts }
    starts = Array(all.prefix(Self.windows))
    prepare(round)
    runs.gradient.zero()
    let gradient = UnsafeMutableBufferPointer(
      start: runs.gradient.floats + runs.offset, count: runs.gradient.count - runs.offset)
    do {
      let value = try loss.evaluate(batch, gradient: gradient)
      guard value.loss.isFinite else { return .infinity }
      runs.backward()
      return value.loss
    } catch {
      return .infinity
    }
  }

  /// A critic moves, so its verdict does not compare two twins: this compares windows' moments.
  func loss(round: UInt32) -> Double {
    prepare(round)
    var sum = 0.0
    let lanes = WindowTile.lanes
    let width = session.trace.responseCount
    for step in 0..<Self.steps {
      for index in 0..<width {
        var moments = (fake: 0.0, fakeSquare: 0.0, real: 0.0, realSquare: 0.0)
        for window in starts.indices {
          let place = window / lanes * runs.stride + runs.offset + (step * width + index) * lanes + window % lanes
          let (a, b) = (Double(runs.path[place]), Double(real[place]))
          moments.fake += a
          moments.fakeSquare += a * a
          moments.real += b
          moments.realSquare += b * b
        }
        let n = Double(starts.count)
        let spread = (moments.fakeSquare / n - moments.fake * moments.fake / n / n).magnitude.squareRoot()
        let wanted = (moments.realSquare / n - moments.real * moments.real / n / n).magnitude.squareRoot()
        sum += (moments.fake - moments.real).magnitude / n + (spread - wanted).magnitude
      }
    }
    return sum / Double(Self.steps * width)
  }

  var tolerance: Double { 0.05 }
}
