import CTrainingKernels
import TrainingKernels

/// Windows of a trace laid out for the kernels, and the scratch they need.
final class WindowTile {
  static let lanes = KernelModel.lanes
  let steps: Int
  private let model: KernelModel
  private let drives: AlignedBuffer
  let path: AlignedBuffer
  let target: AlignedBuffer
  let auxiliary: AlignedBuffer
  /// [steps][lanes]
  let weights: AlignedBuffer
  let pathGradient: AlignedBuffer
  let auxiliaryGradient: AlignedBuffer
  let noise: AlignedBuffer
  let residuals: AlignedBuffer
  let errors: AlignedBuffer
  /// [context][lanes], and the gradient by it.
  let context: AlignedBuffer
  let contextGradient: AlignedBuffer
  let scratch: AlignedBuffer

  /// - Parameter recompute: keep few activations and run forward again on the way back.
  init(_ model: KernelModel, steps: Int, recompute: Bool = false) {
    self.model = model
    self.steps = steps
    let shape = model.shape
    let lanes = Self.lanes
    drives = AlignedBuffer(floats: (shape.driveTaps - 1 + steps) * shape.drives * lanes)
    let rows = (shape.responseTaps + steps) * shape.observables * lanes
    path = AlignedBuffer(floats: rows)
    target = AlignedBuffer(floats: rows)
    pathGradient = AlignedBuffer(floats: rows)
    auxiliary = AlignedBuffer(floats: (steps + 1) * shape.auxiliaries * lanes)
    auxiliaryGradient = AlignedBuffer(floats: (steps + 1) * shape.auxiliaries * lanes)
    weights = AlignedBuffer(floats: steps * lanes)
    noise = AlignedBuffer(floats: (steps * shape.noisesPerStep + 3) / 4 * 4 * lanes)
    residuals = AlignedBuffer(floats: steps * shape.observables * lanes)
    errors = AlignedBuffer(floats: steps * shape.observables * lanes)
    context = AlignedBuffer(floats: shape.context * lanes)
    contextGradient = AlignedBuffer(floats: shape.context * lanes)
    var c = model.c
    scratch = AlignedBuffer(
      bytes: tk_rollout_scratch(InstructionSet.best.rawValue, &c, Int32(steps), recompute ? 1 : 0))
  }

  /// Lays out windows whose first targets are `starts`, `counts` samples long each; missing lanes repeat the first and
  /// weigh nothing, as do the first `burnIn` samples.
  func fill(_ trace: PreparedTrace, starts: ArraySlice<Int>, counts: ArraySlice<Int>? = nil, burnIn: Int = 0) {
    guard let first = starts.first else { return }
    let lanes = Self.lanes
    for lane in 0..<lanes {
      let used = lane < starts.count
      let start = used ? starts[starts.startIndex + lane] : first
      let count = counts.map { $0[$0.startIndex + (used ? lane : 0)] } ?? steps
      fillLane(lane, trace, start: start, count: used ? count : 0, reach: count, burnIn: burnIn)
    }
    clearMemory()
  }

  /// Lays out one window: `count` samples from `start` that weigh something, of the `reach` that exist.
  func fillLane(_ lane: Int, _ trace: PreparedTrace, start: Int, count: Int, reach: Int, burnIn: Int) {
    let shape = model.shape
    let lanes = Self.lanes
    for row in 0..<(shape.driveTaps - 1 + steps) {
      let sample = start - (shape.driveTaps - 1) + min(row, shape.driveTaps - 2 + reach)
      for index in 0..<shape.drives {
        drives[(row * shape.drives + index) * lanes + lane] = trace.drives[sample * shape.drives + index]
      }
    }
    for row in 0..<(shape.responseTaps + steps) {
      let sample = start - shape.responseTaps + min(row, shape.responseTaps - 1 + reach)
      for index in 0..<shape.observables {
        target[(row * shape.observables + index) * lanes + lane] =
          trace.responses[sample * shape.observables + index]
      }
    }
    for step in 0..<steps { weights[step * lanes + lane] = step >= burnIn && step < count ? 1 : 0 }
  }

  /// Auxiliaries start at nothing.
  func clearMemory() {
    for index in 0..<(model.shape.auxiliaries * Self.lanes) { auxiliary[index] = 0 }
  }

  /// A level of the first drive a lane, everything else at its mean; the target lies far off, so that no error is zero.
  func layOutLevels(_ levels: [Float]) {
    let shape = model.shape
    let lanes = Self.lanes
    for row in 0..<(shape.driveTaps - 1 + steps) {
      for index in 0..<shape.drives {
        for lane in 0..<lanes {
          drives[(row * shape.drives + index) * lanes + lane] = index == 0 ? levels[lane % levels.count] : 0
        }
      }
    }
    let measured = shape.responseTaps * shape.observables * lanes
    for index in 0..<target.count { target[index] = index < measured ? 0 : 100 }
    for index in 0..<weights.count { weights[index] = 1 }
    for index in 0..<(shape.auxiliaries * lanes) { auxiliary[index] = 0 }
  }

  /// The rollout from the windows' starts; `measured` follows the recorded path.
  func rollout(measured: Bool, noisy: Bool) -> tk_rollout {
    if !measured {
      path.floats.update(from: target.floats, count: model.shape.responseTaps * model.shape.observables * Self.lanes)
    }
    return tk_rollout(
      steps: Int32(steps), drives: UnsafeRawPointer(drives.raw), context: UnsafeRawPointer(context.raw),
      path: measured ? target.raw : path.raw, auxiliary: auxiliary.raw,
      noise: noisy && model.shape.sources > 0 ? UnsafeRawPointer(noise.raw) : nil)
  }

  /// Fresh normals for `ids`, a stream a lane.
  func draw(key0: UInt32, key1: UInt32, ids: [UInt32], round: UInt32) {
    let rows = noise.count / Self.lanes
    guard rows >= 4, ids.count >= Self.lanes else { return }
    tk_normals(InstructionSet.best.rawValue, noise.floats, Int32(rows / 4 * 4), key0, key1, ids, round)
  }

  /// First place of the simulated part of `path` and its gradient.
  var offset: Int { model.shape.responseTaps * model.shape.observables * Self.lanes }

  func clearGradients() {
    pathGradient.zero()
    auxiliaryGradient.zero()
  }
}
