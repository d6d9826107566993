import CTrainingKernels
import Numerics
import Testing
import TrainingKernels
import TwinModel

/// The network kernel's loss and gradient against the double-precision reference.
@Suite struct NetworkGradientTests {
  static let lanes = Int(TK_LANES)
  static let nodes = 4
  static let inputs = 3
  static let outputs = 3
  static let frames = 5
  static let history = 3
  static let lengths: [Int32] = [5, 4, 3, 5, 2, 1, 5, 5, 4, 3, 5, 5, 0, 0, 0, 0]

  struct Setting {
    let task: Int32
    let hold: Int32
    let kernels: [KernelTwin]
    let structures: [tk_twin]
    var reference: ReferenceNetwork
    let u: AlignedBuffer
    let targets: AlignedBuffer
    let weights: AlignedBuffer
    let startDrives: AlignedBuffer
    let startResponses: AlignedBuffer
    let mask: AlignedBuffer
    let labels: [Int32]
    let noise: AlignedBuffer
    let parameters: AlignedBuffer

    init?(task: Int32, hold: Int32, solver: TwinSolver, seed: UInt64) {
      self.task = task
      self.hold = hold
      var random = RandomStream(seed: seed, stream: 41)
      var kernels: [KernelTwin] = []
      var twins: [ReferenceTwin] = []
      for node in 0..<nodes {
        // Different shapes, so that a node never reads its neighbour's taps.
        let taps = (1 + node % 2, 2 + node % 2)
        let widths = node == 3 ? [12, 9] : [9]
        guard
          let twin = RandomTwin.make(
            seed: seed &+ UInt64(node), solver: solver, driveTaps: taps.0, responseTaps: taps.1, driftWidths: widths,
            diffusionWidths: [5], low: -1.5, high: 1.5)
        else { return nil }
        let kernel = KernelTwin(twin)
        kernels.append(kernel)
        twins.append(
          ReferenceTwin(
            kernel.c, driftWidths: widths, diffusionWidths: [5], drift: kernel.drift.array,
            diffusion: kernel.diffusion.array))
      }
      self.kernels = kernels
      structures = kernels.map { $0.c }
      let count = nodes * (inputs + nodes + 1) + outputs * (nodes + 1)
      parameters = AlignedBuffer((0..<count).map { _ in Float(0.5 * random.normal()) })
      reference = ReferenceNetwork(
        twins: twins, inputs: inputs, outputs: outputs, hold: Int(hold), settle: 2, settleDrive: 0.3,
        parameters: parameters.array.map { Double($0) })
      func normals(_ count: Int, _ size: Double) -> AlignedBuffer {
        AlignedBuffer((0..<count).map { _ in Float(size * random.normal()) })
      }
      u = normals(frames * inputs * lanes, 0.7)
      targets = normals(frames * outputs * lanes, 1)
      weights = AlignedBuffer((0..<(frames * lanes)).map { $0 < lanes ? 0 : 1 })
      startDrives = normals(history * nodes * lanes, 0.3)
      startResponses = normals(history * nodes * lanes, 0.3)
      mask = AlignedBuffer((0..<(nodes * lanes)).map { $0 % 5 == 0 ? 0 : 1.25 })
      labels = (0..<lanes).map { Int32($0 % outputs) }
      let steps = 2 + frames * Int(hold)
      noise = AlignedBuffer(floats: steps * 4 * lanes)
      tk_normals(0, noise.floats, Int32(steps * 4), 11, 12, (0..<UInt32(lanes)).map { $0 }, 6)
    }

    func kernelLoss(_ isa: InstructionSet, gradient: AlignedBuffer?) -> Double {
      structures.withUnsafeBufferPointer { twins in
        var net = tk_network()
        net.nodes = Int32(nodes)
        net.inputs = Int32(inputs)
        net.outputs = Int32(outputs)
        net.task = task
        net.hold = hold
        net.settle_steps = 2
        net.settle_drive = 0.3
        net.noise = 1
        net.twins = twins.baseAddress
        let p = UnsafePointer(parameters.floats)
        net.input_weights = p
        net.recurrent_weights = p + nodes * inputs
        net.bias = p + nodes * (inputs + nodes)
        net.readout_weights = p + nodes * (inputs + nodes + 1)
        net.readout_bias = p + nodes * (inputs + nodes + 1) + outputs * nodes
        return lengths.withUnsafeBufferPointer { lengths in
          labels.withUnsafeBufferPointer { labels in
            (0..<UInt32(lanes)).map { $0 }.withUnsafeBufferPointer { ids in
              var tile = tk_tile()
              tile.frames = Int32(frames)
              tile.history = Int32(history)
              tile.inputs = UnsafePointer(u.floats)
              tile.lengths = lengths.baseAddress
              tile.labels = labels.baseAddress
              tile.targets = UnsafePointer(targets.floats)
              tile.weights = UnsafePointer(weights.floats)
              tile.start_drives = UnsafePointer(startDrives.floats)
              tile.start_responses = UnsafePointer(startResponses.floats)
              tile.feature_mask = UnsafePointer(mask.floats)
              tile.key0 = 11
              tile.key1 = 12
              tile.ids = ids.baseAddress
              tile.round = 6
              tile.label_smoothing = 0.1
              tile.loss_scale = 0.25
              var result = tk_result()
              result.gradient = gradient?.floats
              let scratch = AlignedBuffer(bytes: tk_network_scratch(&net, Int32(frames), Int32(history)))
              return tk_network_tile(isa.rawValue, &net, &tile, &result, scratch.raw)
            }
          }
        }
      }
    }

    func loss(_ network: ReferenceNetwork) -> Double {
      var total = 0.0
      for lane in 0..<lanes where lengths[lane] > 0 {
        let length = Int(lengths[lane])
        let inputRows = (0..<length).map { f in
          (0..<inputs).map { Double(u[(f * inputs + $0) * lanes + lane]) }
        }
        func past(_ buffer: AlignedBuffer) -> [[Double]] {
          (0..<nodes).map { node in
            (0..<history).map { Double(buffer[((history - 1 - $0) * nodes + node) * lanes + lane]) }
          }
        }
        let path = network.run(frames: inputRows, drives: past(startDrives), responses: past(startResponses)) {
          Double(noise[($0 * 4 + $1) * lanes + lane])
        }
        if task == Int32(TK_CLASSIFICATION) {
          let valid = path.dropFirst(2)
          let mean = (0..<nodes).map { node in
            valid.reduce(0) { $0 + $1[node] } / Double(valid.count) * Double(mask[node * lanes + lane])
          }
          let y = network.readout(mean)
          let norm = Maths.log(y.reduce(0) { $0 + Maths.exp($1) })
          let label = Int(labels[lane])
          total += norm - 0.9 * y[label] - 0.1 * y.reduce(0, +) / Double(outputs)
        } else {
          for f in 0..<length {
            let y = network.readout(path[2 + (f + 1) * Int(hold) - 1])
            for c in 0..<outputs {
              let error = y[c] - Double(targets[(f * outputs + c) * lanes + lane])
              total += Double(weights[f * lanes + lane]) * error * error
            }
          }
        }
      }
      return 0.25 * total
    }
  }

  @Test(
    arguments: [Int32(TK_CLASSIFICATION), Int32(TK_REGRESSION)],
    [(Int32(1), TwinSolver.eulerMaruyama), (2, .eulerMaruyama), (1, .rungeKutta2), (3, .rungeKutta2)])
  func gradientMatchesDifferences(_ task: Int32, _ shape: (Int32, TwinSolver)) throws {
    for seed in UInt64(1)...2 {
      let setting = try #require(Setting(task: task, hold: shape.0, solver: shape.1, seed: seed * 10))
      let wanted = setting.loss(setting.reference)
      let differences = setting.parameters.array.indices.map { index in
        var up = setting.reference
        var down = setting.reference
        up.parameters[index] += 1e-6
        down.parameters[index] -= 1e-6
        return (setting.loss(up) - setting.loss(down)) / 2e-6
      }
      for isa in InstructionSet.available {
        let gradient = AlignedBuffer(floats: setting.parameters.count)
        let loss = setting.kernelLoss(isa, gradient: gradient)
        #expect(abs(loss / wanted - 1) < 1e-5, "seed \(seed)")
        let error = FittingGradientTests.compare(gradient.array) { differences[$0] }
        #expect(error < 2e-5, "seed \(seed)")
        // Every block by itself, so that a small one cannot hide behind a large one.
        let n = Self.nodes
        let ends = [0, n * Self.inputs, n * (Self.inputs + n), n * (Self.inputs + n + 1)]
        for (from, to) in zip(ends, ends.dropFirst() + [gradient.count]) {
          let part = Array(gradient.array[from..<to])
          #expect(FittingGradientTests.compare(part) { differences[from + $0] } < 1e-4, "seed \(seed) block \(from)")
        }
      }
    }
  }
}
