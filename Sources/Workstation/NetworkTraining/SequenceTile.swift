import CTrainingKernels
import Numerics
import TrainingKernels

/// A stretch of a sequence that a lane runs: `frames` from `start`, the first `washout` of them without error.
struct Stretch: Sendable {
  var sequence: Int
  var start: Int
  var frames: Int
  var washout: Int
  /// Names the lane's noise and starting state.
  var id: UInt32
}

/// Stretches, as many as a tile has lanes, laid out for the kernels.
final class SequenceTile: @unchecked Sendable {
  static let lanes = KernelModel.lanes
  let layout: ParameterLayout
  let bank: TwinBank
  let inputs: AlignedBuffer
  let targets: AlignedBuffer
  let weights: AlignedBuffer
  let drives: AlignedBuffer
  let responses: AlignedBuffer
  let auxiliaries: AlignedBuffer
  let mask: AlignedBuffer
  let gradient: AlignedBuffer
  let outputs: AlignedBuffer
  let normals: AlignedBuffer
  /// Responses to use in place of the twins', [settle + frames * hold][nodes][lanes]; nil for the twins' own.
  var measured: AlignedBuffer?
  let lengths = UnsafeMutablePointer<Int32>.allocate(capacity: SequenceTile.lanes)
  let labels = UnsafeMutablePointer<Int32>.allocate(capacity: SequenceTile.lanes)
  let ids = UnsafeMutablePointer<UInt32>.allocate(capacity: SequenceTile.lanes)
  private(set) var frames = 0
  private(set) var weightSum = 0.0

  /// - Parameter frames: the most a stretch may have.
  init(_ layout: ParameterLayout, bank: TwinBank, frames: Int, regression: Bool) {
    self.layout = layout
    self.bank = bank
    let lanes = Self.lanes
    inputs = AlignedBuffer(floats: frames * layout.inputs * lanes)
    targets = AlignedBuffer(floats: regression ? frames * layout.outputs * lanes : lanes)
    weights = AlignedBuffer(floats: frames * lanes)
    drives = AlignedBuffer(floats: bank.history * layout.nodes * lanes)
    responses = AlignedBuffer(floats: bank.history * layout.nodes * lanes)
    auxiliaries = AlignedBuffer(floats: bank.auxiliaries * lanes)
    mask = AlignedBuffer(floats: layout.nodes * lanes)
    gradient = AlignedBuffer(floats: layout.count)
    outputs = AlignedBuffer(floats: (regression ? frames : 1) * layout.outputs * lanes)
    let rows = frames * layout.inputs + layout.inputs + 1 + layout.nodes
    normals = AlignedBuffer(floats: (rows + 4) * lanes)
    lengths.initialize(repeating: 0, count: lanes)
    labels.initialize(repeating: 0, count: lanes)
    ids.initialize(repeating: 0, count: lanes)
  }

  deinit {
    lengths.deallocate()
    labels.deallocate()
    ids.deallocate()
  }

  /// Lays out at most `lanes` stretches.
  func fill(_ stretches: ArraySlice<Stretch>, of set: TrainingSet, normaliser: InputNormaliser, startStates: Bool) {
    let lanes = Self.lanes
    frames = stretches.reduce(0) { max($0, $1.frames) }
    weightSum = 0
    inputs.floats.update(repeating: 0, count: frames * layout.inputs * lanes)
    weights.floats.update(repeating: 0, count: frames * lanes)
    for lane in 0..<lanes {
      lengths[lane] = 0
      ids[lane] = UInt32.max - UInt32(lane)
    }
    for (lane, stretch) in stretches.enumerated() {
      lengths[lane] = Int32(stretch.frames)
      ids[lane] = stretch.id
      let values = set.inputs[stretch.sequence]
      for frame in 0..<stretch.frames {
        for channel in 0..<layout.inputs {
          let raw = values[(stretch.start + frame) * layout.inputs + channel]
          inputs[(frame * layout.inputs + channel) * lanes + lane] =
            (raw - normaliser.offset[channel]) * normaliser.scale[channel]
        }
        let weight: Float = frame >= stretch.washout ? 1 : 0
        weights[frame * lanes + lane] = weight
        weightSum += Double(weight)
      }
      if set.isClassification {
        labels[lane] = Int32(set.labels[stretch.sequence])
      } else {
        let wanted = set.targets[stretch.sequence]
        for index in 0..<(stretch.frames * layout.outputs) {
          targets[index * lanes + lane] = wanted[stretch.start * layout.outputs + index]
        }
      }
    }
    if startStates {
      for lane in 0..<lanes {
        let entry = lane < stretches.count ? stretches[stretches.startIndex + lane].id : 0
        bank.start(
          Int(truncatingIfNeeded: Philox.mix(UInt64(entry)) >> 33), lane: lane, drives: drives, responses: responses,
          auxiliaries: auxiliaries)
      }
    }
  }

  /// Adds noise to the inputs and draws the read-out's mask.
  func augment(_ options: TrainingOptions, key: Philox, round: UInt32) {
    let lanes = Self.lanes
    let cells = frames * layout.inputs
    let rows = cells + layout.inputs + 1 + layout.nodes
    tk_normals(
      InstructionSet.best.rawValue, normals.floats, Int32((rows + 3) / 4 * 4), key.key0, key.key1, ids, round)
    let offsets = cells * lanes
    let gains = offsets + layout.inputs * lanes
    for cell in 0..<cells {
      let channel = cell % layout.inputs
      for lane in 0..<lanes {
        let value = inputs[cell * lanes + lane] + options.frameNoise * normals[cell * lanes + lane]
        inputs[cell * lanes + lane] =
          (value + options.sequenceNoise * normals[offsets + channel * lanes + lane])
          * (1 + options.gainNoise * normals[gains + lane])
      }
    }
    guard options.dropout > 0 else { return }
    let threshold = Float(Normal.quantile(Double(options.dropout)))
    let kept = 1 / (1 - options.dropout)
    for index in 0..<(layout.nodes * lanes) {
      mask[index] = normals[gains + lanes + index] < threshold ? 0 : kept
    }
  }
}
