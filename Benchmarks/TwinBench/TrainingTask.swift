import CTrainingKernels
import Foundation
import TrainingKernels

/// The two training tasks every peer runs: drift and diffusion nets 3→64→64→2 or 3→32→2, 50 steps of 0.02, batch 256.
/// A: mean squared error of sampled paths under fresh noise. B: one-step Gaussian likelihood on the same transitions.
final class TrainingTask: @unchecked Sendable {
  static let batch = 256
  static let steps = 50
  static let timeStep: Float = 0.02

  enum Kind: String { case paths = "A", transitions = "B" }

  let kind: Kind
  let isa: Int32
  private let model: KernelModel
  private let parameters: AlignedBuffer
  private let pool: WorkerPool
  private var tiles: [Tile] = []
  // One a worker: what a tile leaves there is in the cache when the next one writes over it.
  private let scratch: [AlignedBuffer]
  private var optimiser: Adam
  private var round: UInt32 = 0

  /// One tile's data, gradient and scratch.
  private final class Tile: @unchecked Sendable {
    let drives: AlignedBuffer
    let path: AlignedBuffer
    let target: AlignedBuffer
    let noise: AlignedBuffer
    let weights: AlignedBuffer
    let pathGradient: AlignedBuffer
    let gradient: AlignedBuffer
    let auxiliary = AlignedBuffer(floats: 16)
    var loss = 0.0

    init(_ model: KernelModel) {
      let lanes = KernelModel.lanes
      let rows = (1 + TrainingTask.steps) * 2 * lanes
      drives = AlignedBuffer(floats: TrainingTask.steps * lanes)
      path = AlignedBuffer(floats: rows)
      target = AlignedBuffer(floats: rows)
      pathGradient = AlignedBuffer(floats: rows)
      noise = AlignedBuffer(floats: TrainingTask.steps * 2 * lanes)
      weights = AlignedBuffer([Float](repeating: 1, count: TrainingTask.steps * lanes))
      gradient = AlignedBuffer(floats: model.parameterCount)
    }
  }

  /// - Parameter file: float32: x0 [256][2], u [50][256], y [50][256][2], both nets layer by layer (weights [out][in] for
  ///   inputs x0, x1, u, then biases), noise [50][256][2].
  init(kind: Kind, hidden: [Int], file: [Float], threads: Int, isa: Int32) throws {
    self.kind = kind
    self.isa = isa
    var shape = TwinShape()
    shape.observables = 2
    shape.driftWidths = hidden
    shape.diffusionWidths = hidden
    shape.noisyRows = [0, 1]
    model = KernelModel(shape)
    model.setDriftGain([Self.timeStep, Self.timeStep])
    let root = Self.timeStep.squareRoot()
    model.setNoise(gain: [root, root], floor: [0, 0])
    pool = WorkerPool(threads: threads)
    var c = model.c
    let bytes = tk_rollout_scratch(isa, &c, Int32(Self.steps), 0)
    scratch = (0..<pool.threads).map { _ in AlignedBuffer(bytes: bytes) }
    optimiser = Adam(count: model.parameterCount)
    parameters = AlignedBuffer(floats: model.parameterCount)
    let (batch, steps, lanes) = (Self.batch, Self.steps, KernelModel.lanes)
    let heads = batch * 2 + steps * batch + steps * batch * 2
    guard file.count == heads + model.parameterCount + steps * batch * 2 else {
      throw BenchFault("the file holds \(file.count) numbers, not \(heads + model.parameterCount + steps * batch * 2)")
    }
    let weights = Array(file[heads..<(heads + model.parameterCount)])
    Self.turn(weights, hidden[0], model.driftRange.lowerBound, into: parameters, outwards: false)
    Self.turn(weights, hidden[0], model.diffusionRange.lowerBound, into: parameters, outwards: false)
    for tile in 0..<(batch / lanes) {
      let data = Tile(model)
      for lane in 0..<lanes {
        let sample = tile * lanes + lane
        for k in 0..<2 {
          data.path[k * lanes + lane] = file[sample * 2 + k]
          data.target[k * lanes + lane] = file[sample * 2 + k]
        }
        for step in 0..<steps {
          data.drives[step * lanes + lane] = file[batch * 2 + step * batch + sample]
          for k in 0..<2 {
            let place = (step * batch + sample) * 2 + k
            data.target[((step + 1) * 2 + k) * lanes + lane] = file[batch * 2 + steps * batch + place]
            data.noise[(step * 2 + k) * lanes + lane] = file[heads + model.parameterCount + place]
          }
        }
      }
      tiles.append(data)
    }
  }

  // The file's first layers see (x0, x1, u), the kernels' (u, x0, x1).
  private static func turn(_ from: [Float], _ width: Int, _ start: Int, into to: AlignedBuffer, outwards: Bool) {
    let end = start == 0 ? from.count / 2 : from.count
    for index in start..<end { to[index] = from[index] }
    let order = outwards ? [1, 2, 0] : [2, 0, 1]
    for unit in 0..<width { for k in 0..<3 { to[start + 3 * unit + k] = from[start + 3 * unit + order[k]] } }
  }

  /// One training step; the loss. Without `fresh` the file's noise is used and nothing is updated.
  @discardableResult
  func step(fresh: Bool = true) -> Double {
    let (kind, isa, model, parameters, round) = (kind, isa, model, parameters, round)
    let (tiles, scratch) = (tiles, scratch)
    pool.run(tiles.count) { index, worker in
      Self.run(
        tiles[index], index, kind: kind, isa: isa, model: model, parameters: parameters, round: fresh ? round : nil,
        scratch: scratch[worker])
    }
    self.round &+= 1
    // In the order of the tiles, whichever thread ran them.
    let sum = tiles[0].gradient
    var buffers: [UnsafeMutablePointer<Float>?] = tiles.map(\.gradient.floats)
    tk_sum_buffers(isa, &buffers, Int32(tiles.count), 0, Int32(model.parameterCount))
    if fresh { optimiser.step(parameters.floats, gradient: sum.floats, rate: 1e-3) }
    return tiles.reduce(0) { $0 + $1.loss }
  }

  private static func run(
    _ tile: Tile, _ index: Int, kind: Kind, isa: Int32, model: KernelModel, parameters: AlignedBuffer, round: UInt32?,
    scratch: AlignedBuffer
  ) {
    var c = model.c
    let lanes = KernelModel.lanes
    let share = 1 / Double(Self.steps * Self.batch * 2)
    tile.gradient.zero()
    if let round, kind == .paths {
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: lanes) { ids in
        for lane in 0..<lanes { ids[lane] = UInt32(index * lanes + lane) }
        tk_normals(isa, tile.noise.floats, Int32(Self.steps * 2), 17, 29, ids.baseAddress, round)
      }
    }
    var rollout = tk_rollout(
      steps: Int32(Self.steps), drives: UnsafeRawPointer(tile.drives.raw), context: nil,
      path: kind == .paths ? tile.path.raw : tile.target.raw, auxiliary: tile.auxiliary.raw,
      noise: UnsafeRawPointer(tile.noise.raw))
    switch kind {
    case .paths:
      tk_forward(isa, &c, parameters.raw, &rollout, 0, scratch.raw)
      let first = 2 * lanes
      tile.pathGradient.floats.update(repeating: 0, count: first)
      tile.loss = tk_squared_error(
        isa, Int32(Self.steps), 2, tile.path.floats + first, tile.target.floats + first, nil, share,
        tile.pathGradient.floats + first)
      var gradients = tk_gradients(
        path: tile.pathGradient.raw, auxiliary: tile.auxiliary.raw, drives: nil, context: nil,
        parameters: tile.gradient.raw)
      tk_backward(isa, &c, parameters.raw, &rollout, 0, &gradients, scratch.raw)
    case .transitions:
      var asked = tk_transitions(
        weights: UnsafeRawPointer(tile.weights.raw), jitter: 1e-6, residuals: nil, errors: nil, context: nil)
      tile.loss =
        tk_likelihood(isa, &c, parameters.raw, &rollout, &asked, tile.gradient.raw, scratch.raw) * share
      for k in 0..<model.parameterCount { tile.gradient[k] *= Float(share) }
    }
  }

  /// Loss and gradient under the file's noise, the gradient in the file's order.
  func gradient() -> (loss: Double, values: [Float]) {
    let loss = step(fresh: false)
    let sum = tiles[0].gradient
    let out = AlignedBuffer(floats: model.parameterCount)
    let values = sum.array
    let width = model.shape.driftWidths[0]
    Self.turn(values, width, model.driftRange.lowerBound, into: out, outwards: true)
    Self.turn(values, width, model.diffusionRange.lowerBound, into: out, outwards: true)
    return (loss, Array(out.array.prefix(model.parameterCount)))
  }
}

struct BenchFault: Error, CustomStringConvertible {
  let description: String
  init(_ text: String) { description = text }
}
