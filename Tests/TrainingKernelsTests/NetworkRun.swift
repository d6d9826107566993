import CTrainingKernels
import TrainingKernels

/// A network case through the kernel of one instruction set.
struct NetworkRun {
  let gradient: AlignedBuffer
  let finalDrives, finalResponses, finalAuxiliaries, responses: AlignedBuffer
  private(set) var loss = 0.0
  private(set) var isIntact = false

  init(_ test: NetworkCase, isa: InstructionSet, wantsGradient: Bool = true, clampLeak: Float = 0) {
    typealias Case = NetworkCase
    let (n, lanes) = (Case.nodes, Case.lanes)
    let steps = test.kind.settle + Case.frames * test.kind.hold
    gradient = AlignedBuffer(floats: test.parameters.count)
    finalDrives = AlignedBuffer(floats: Case.history * n * lanes)
    finalResponses = AlignedBuffer(floats: Case.history * n * lanes)
    finalAuxiliaries = AlignedBuffer(floats: test.startAuxiliaries.count)
    responses = AlignedBuffer(floats: steps * n * lanes)
    let structures = test.models.map { $0.model.c }
    let weights = test.models.map { pair -> UnsafePointer<Float>? in UnsafePointer(pair.parameters.floats) }
    structures.withUnsafeBufferPointer { models in
      weights.withUnsafeBufferPointer { parameters in
        var net = tk_network()
        net.nodes = Int32(n)
        net.inputs = Int32(Case.inputs)
        net.outputs = Int32(Case.outputs)
        net.task = test.kind.task
        net.hold = Int32(test.kind.hold)
        net.settle_steps = Int32(test.kind.settle)
        net.settle_drive = 0.3
        net.clamp_leak = clampLeak
        net.noise = test.kind.noisy ? 1 : 0
        net.models = models.baseAddress
        net.parameters = parameters.baseAddress
        let p = UnsafePointer(test.parameters.floats)
        net.input_weights = p
        net.recurrent_weights = p + n * Case.inputs
        net.bias = p + n * (Case.inputs + n)
        net.readout_weights = p + n * (Case.inputs + n + 1)
        net.readout_bias = p + n * (Case.inputs + n + 1) + Case.outputs * n
        let scratch = Rows<Float>(
          scratch: tk_network_scratch(isa.rawValue, &net, Int32(Case.frames), Int32(Case.history)))
        loss = test.lengths.withUnsafeBufferPointer { lengths in
          test.labels.withUnsafeBufferPointer { labels in
            test.ids.withUnsafeBufferPointer { ids in
              var tile = Self.tile(test)
              tile.lengths = lengths.baseAddress
              tile.labels = labels.baseAddress
              tile.ids = ids.baseAddress
              var result = tk_result()
              result.gradient = wantsGradient ? gradient.floats : nil
              result.final_drives = finalDrives.floats
              result.final_responses = finalResponses.floats
              result.final_auxiliaries = finalAuxiliaries.floats
              result.responses = responses.floats
              return tk_network_tile(isa.rawValue, &net, &tile, &result, scratch.raw)
            }
          }
        }
        isIntact = scratch.isIntact
      }
    }
  }

  private static func tile(_ test: NetworkCase) -> tk_tile {
    var tile = tk_tile()
    tile.frames = Int32(NetworkCase.frames)
    tile.history = Int32(NetworkCase.history)
    tile.inputs = UnsafePointer(test.u.floats)
    tile.targets = UnsafePointer(test.targets.floats)
    tile.weights = UnsafePointer(test.weights.floats)
    tile.start_drives = UnsafePointer(test.startDrives.floats)
    tile.start_responses = UnsafePointer(test.startResponses.floats)
    tile.start_auxiliaries = UnsafePointer(test.startAuxiliaries.floats)
    tile.feature_mask = UnsafePointer(test.mask.floats)
    tile.measured = test.kind.measured ? UnsafePointer(test.measured.floats) : nil
    tile.key0 = NetworkCase.key0
    tile.key1 = NetworkCase.key1
    tile.round = NetworkCase.round
    tile.label_smoothing = Float(NetworkCase.smoothing)
    tile.loss_scale = Float(NetworkCase.lossScale)
    return tile
  }
}
