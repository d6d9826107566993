import CTrainingKernels
import Numerics
import PhysicalNetwork
import TrainingKernels

/// Runs tiles of sequences through the kernels with one set of parameters.
final class NetworkRunner: @unchecked Sendable {
  let layout: ParameterLayout
  let bank: TwinBank
  /// Parameters as the kernels use them, the read-out's gain applied.
  let parameters: AlignedBuffer
  let task: NetworkTask
  let hold: Int
  let settleDrive: Float
  let clampLeak: Float
  private let scratch: [AlignedBuffer]
  private let structures: UnsafeMutablePointer<tk_model>
  private let weights: UnsafeMutablePointer<UnsafePointer<Float>?>

  init(
    _ layout: ParameterLayout, bank: TwinBank, task: NetworkTask, hold: Int, settleSteps: Int, settleDrive: Float,
    clampLeak: Float, frames: Int, workers: Int
  ) {
    self.layout = layout
    self.bank = bank
    self.task = task
    self.hold = hold
    self.settleDrive = settleDrive
    self.clampLeak = clampLeak
    parameters = AlignedBuffer(floats: layout.count)
    structures = .allocate(capacity: bank.nodes)
    structures.initialize(from: bank.models.map { $0.c }, count: bank.nodes)
    weights = .allocate(capacity: bank.nodes)
    weights.initialize(from: bank.parameters.map { UnsafePointer($0.floats) }, count: bank.nodes)
    var shape = tk_network()
    shape.nodes = Int32(layout.nodes)
    shape.inputs = Int32(layout.inputs)
    shape.outputs = Int32(layout.outputs)
    shape.hold = Int32(hold)
    shape.settle_steps = Int32(settleSteps)
    shape.models = UnsafePointer(structures)
    let bytes = tk_network_scratch(InstructionSet.best.rawValue, &shape, Int32(frames), Int32(bank.history))
    scratch = (0..<workers).map { _ in AlignedBuffer(bytes: bytes) }
  }

  deinit {
    structures.deallocate()
    weights.deallocate()
  }

  struct Noise {
    var size: Float
    var key: Philox
    var round: UInt32
  }

  /// Runs `tile`; returns its loss. With `wantGradient` the tile's gradient is overwritten; `carry` leaves the final
  /// states as the tile's next starting states.
  func run(
    _ tile: SequenceTile, noise: Noise, settleSteps: Int, lossScale: Float, labelSmoothing: Float, useMask: Bool,
    wantGradient: Bool, wantLoss: Bool, carry: Bool, worker: Int
  ) -> Double {
    var network = tk_network()
    network.nodes = Int32(layout.nodes)
    network.inputs = Int32(layout.inputs)
    network.outputs = Int32(layout.outputs)
    network.task = task == .classification ? Int32(TK_CLASSIFICATION) : Int32(TK_REGRESSION)
    network.hold = Int32(hold)
    network.settle_steps = Int32(settleSteps)
    network.settle_drive = settleDrive
    network.clamp_leak = clampLeak
    network.noise = noise.size
    network.models = UnsafePointer(structures)
    network.parameters = UnsafePointer(weights)
    network.input_weights = UnsafePointer(parameters.floats + layout.input.lowerBound)
    network.recurrent_weights = UnsafePointer(parameters.floats + layout.recurrent.lowerBound)
    network.bias = UnsafePointer(parameters.floats + layout.bias.lowerBound)
    network.readout_weights = UnsafePointer(parameters.floats + layout.readout.lowerBound)
    network.readout_bias = UnsafePointer(parameters.floats + layout.readoutBias.lowerBound)
    var input = tk_tile()
    input.frames = Int32(tile.frames)
    input.history = Int32(bank.history)
    input.inputs = UnsafePointer(tile.inputs.floats)
    input.lengths = UnsafePointer(tile.lengths)
    if wantLoss {
      if task == .classification {
        input.labels = UnsafePointer(tile.labels)
      } else {
        input.targets = UnsafePointer(tile.targets.floats)
        input.weights = UnsafePointer(tile.weights.floats)
      }
    }
    input.start_drives = UnsafePointer(tile.drives.floats)
    input.start_responses = UnsafePointer(tile.responses.floats)
    input.start_auxiliaries = UnsafePointer(tile.auxiliaries.floats)
    input.feature_mask = useMask ? UnsafePointer(tile.mask.floats) : nil
    input.measured = tile.measured.map { UnsafePointer($0.floats) }
    input.key0 = noise.key.key0
    input.key1 = noise.key.key1
    input.ids = UnsafePointer(tile.ids)
    input.round = noise.round
    input.label_smoothing = labelSmoothing
    input.loss_scale = lossScale
    var result = tk_result()
    if wantGradient {
      tile.gradient.zero()
      result.gradient = tile.gradient.floats
    }
    result.outputs = tile.outputs.floats
    if carry {
      result.final_drives = tile.drives.floats
      result.final_responses = tile.responses.floats
      result.final_auxiliaries = tile.auxiliaries.floats
    }
    return tk_network_tile(InstructionSet.best.rawValue, &network, &input, &result, scratch[worker].raw)
  }
}
