import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// A random network of twins of all kinds, a tile of sequences for it, and its reference.
struct NetworkCase {
  struct Kind: Sendable, CustomStringConvertible {
    var task = Int32(TK_CLASSIFICATION)
    var hold = 1
    var settle = 2
    var noisy = true
    var measured = false
    var description: String {
      "\(task == Int32(TK_CLASSIFICATION) ? "classes" : "values"), hold \(hold), settle \(settle), noisy \(noisy), "
        + "measured \(measured)"
    }
  }

  static let lanes = Int(TK_LANES)
  static let (nodes, inputs, outputs, frames, history) = (6, 3, 3, 5, 4)
  static let lossScale = 0.25
  static let smoothing = 0.1
  static let (key0, key1, round): (UInt32, UInt32, UInt32) = (11, 12, 6)

  let kind: Kind
  let seed: UInt64
  let models: [(model: KernelModel, parameters: AlignedBuffer)]
  let reference: ReferenceNetwork
  let parameters: AlignedBuffer
  let lengths: [Int32]
  let labels: [Int32]
  let ids: [UInt32]
  let u, targets, weights, startDrives, startResponses, startAuxiliaries, mask, measured: AlignedBuffer

  init(_ kind: Kind, seed: UInt64) throws {
    self.kind = kind
    self.seed = seed
    var random = RandomStream(seed: seed, stream: 41)
    func normals(_ count: Int, _ size: Double) -> AlignedBuffer {
      AlignedBuffer((0..<count).map { _ in Float(size * random.normal()) })
    }
    var kinds: [RandomTwin.Kind] = []
    for node in 0..<Self.nodes {
      let solver = TwinSolver.allCases[node % 3]
      kinds.append(
        RandomTwin.Kind(
          solver: solver, substeps: node == 4 ? 3 : 1, noise: [.diagonal, .diagonal, .full, .none][node % 4],
          constantNoise: node == 5, single: true))
    }
    models = try kinds.enumerated().map { try KernelModel.channelUnits(RandomTwin.make($1, seed: seed &+ UInt64($0))) }
    let (n, lanes, frames) = (Self.nodes, Self.lanes, Self.frames)
    parameters = normals(n * (Self.inputs + n + 1) + Self.outputs * (n + 1), 0.4)
    reference = ReferenceNetwork(
      twins: models.map { ReferenceModel($0.model, $0.parameters.array.map { Double($0) }) }, inputs: Self.inputs,
      outputs: Self.outputs, hold: kind.hold, settle: kind.settle, settleDrive: Double(Float(0.3)),
      parameters: parameters.array.map { Double($0) })
    u = normals(frames * Self.inputs * lanes, 0.7)
    targets = normals(frames * Self.outputs * lanes, 1)
    weights = AlignedBuffer((0..<(frames * lanes)).map { $0 < lanes ? 0 : Float($0 % 3) })
    startDrives = normals(Self.history * n * lanes, 0.3)
    startResponses = normals(Self.history * n * lanes, 0.3)
    startAuxiliaries = normals(models.reduce(0) { $0 + $1.model.shape.auxiliaries } * lanes, 0.3)
    mask = AlignedBuffer((0..<(n * lanes)).map { $0 % 5 == 0 ? 0 : 1.25 })
    measured = normals((kind.settle + frames * kind.hold) * n * lanes, 0.4)
    // A third of the lanes, everywhere in the tile; the reference takes its time.
    lengths = (0..<lanes).map { $0 % 3 == 1 ? Int32(frames - $0 % frames) : 0 }
    labels = (0..<lanes).map { Int32($0 % Self.outputs) }
    ids = (0..<UInt32(lanes)).map { $0 &* 31 &+ 7 }
  }

  /// Normals of a step and node, from the generator's words.
  func noise(_ step: Int, _ node: Int, lane: Int) -> [Double]? {
    guard kind.noisy, !kind.measured else { return nil }
    let first = models.prefix(node).reduce(0) { $0 + $1.model.shape.noisesPerStep }
    let philox = Philox(key0: Self.key0, key1: Self.key1)
    return (first..<(first + models[node].model.shape.noisesPerStep)).map { row in
      let block = philox.block(ids[lane], UInt32(step), UInt32(row / 4), Self.round)
      let word = [block.0, block.1, block.2, block.3][row % 4]
      return Normal.quantile(0.5 * (1 + (Double(Int32(bitPattern: word) >> 8) + 0.5) / 8_388_608))
    }
  }

  func start(_ lane: Int) -> ReferenceNetwork.Start {
    func past(_ buffer: AlignedBuffer) -> [[Double]] {
      (0..<Self.nodes).map { node in
        (0..<Self.history).map { Double(buffer[((Self.history - 1 - $0) * Self.nodes + node) * Self.lanes + lane]) }
      }
    }
    var row = 0
    let auxiliaries = models.map { pair in
      (0..<pair.model.shape.auxiliaries).map { _ in
        row += 1
        return Double(startAuxiliaries[(row - 1) * Self.lanes + lane])
      }
    }
    return .init(drives: past(startDrives), responses: past(startResponses), auxiliaries: auxiliaries)
  }

  /// The reference's run of a lane; `fixed` residuals say how a measured path moves with the parameters.
  func path(_ network: ReferenceNetwork, _ lane: Int, fixed: [[Double]]? = nil) -> ReferenceNetwork.Path {
    let inputRows = (0..<Int(lengths[lane])).map { f in
      (0..<Self.inputs).map { Double(u[(f * Self.inputs + $0) * Self.lanes + lane]) }
    }
    let steps = kind.settle + inputRows.count * kind.hold
    let rows = (0..<steps).map { step in
      (0..<Self.nodes).map { Double(measured[(step * Self.nodes + $0) * Self.lanes + lane]) }
    }
    return network.run(
      frames: inputRows, start: start(lane), noise: { noise($0, $1, lane: lane) },
      measured: kind.measured && fixed == nil ? rows : nil, residuals: fixed)
  }

  /// The reference's loss; `fixed`: residuals a lane.
  func loss(_ network: ReferenceNetwork, fixed: [[[Double]]]? = nil) -> Double {
    var total = 0.0
    for lane in 0..<Self.lanes where lengths[lane] > 0 {
      let path = path(network, lane, fixed: fixed?[lane]).responses
      if kind.task == Int32(TK_CLASSIFICATION) {
        let valid = path.dropFirst(kind.settle)
        let mean = (0..<Self.nodes).map { node in
          valid.reduce(0) { $0 + $1[node] } / Double(valid.count) * Double(mask[node * Self.lanes + lane])
        }
        let y = network.readout(mean)
        let norm = Maths.log(y.reduce(0) { $0 + Maths.exp($1) })
        total += norm - (1 - Self.smoothing) * y[Int(labels[lane])]
        total -= Self.smoothing * y.reduce(0, +) / Double(Self.outputs)
      } else {
        for f in 0..<Int(lengths[lane]) {
          let y = network.readout(path[kind.settle + (f + 1) * kind.hold - 1])
          for c in 0..<Self.outputs {
            let error = y[c] - Double(targets[(f * Self.outputs + c) * Self.lanes + lane])
            total += Double(weights[f * Self.lanes + lane]) * error * error
          }
        }
      }
    }
    return Self.lossScale * total
  }
}
