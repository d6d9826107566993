import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// All nodes' twins for the kernels, and a pool of states they may be found in.
final class TwinBank: @unchecked Sendable {
  static let poolSize = 256
  let models: [KernelModel]
  let parameters: [AlignedBuffer]
  /// Rows of past a node needs.
  let history: Int
  /// All nodes' auxiliaries together.
  let auxiliaries: Int
  var nodes: Int { models.count }
  // [entry][history][node], drives and responses, newest last; [entry][auxiliary].
  private let poolDrives: AlignedBuffer
  private let poolResponses: AlignedBuffer
  private let poolAuxiliaries: AlignedBuffer

  /// Says which twin a network cannot be trained through, and why.
  static func check(_ twins: [TwinParameters]) throws(NetworkTrainingError) {
    for (node, twin) in twins.enumerated() where twin.drives != 1 || twin.observables != 1 {
      throw .mismatch(
        "the twin of node \(node) has \(twin.drives) drives and \(twin.observables) observables; a network's nodes "
          + "have one of each: leave the node out, or fit a twin to one of its responses")
    }
  }

  /// The twins have passed `check`.
  init(_ twins: [TwinParameters], noise: Float, seed: UInt64) {
    let kernels = twins.map(KernelModel.channelUnits)
    models = kernels.map(\.model)
    parameters = kernels.map(\.parameters)
    let history = twins.reduce(1) { max($0, max($1.driveTaps, $1.responseTaps)) }
    self.history = history
    auxiliaries = twins.reduce(0) { $0 + $1.auxiliaries }
    poolDrives = AlignedBuffer(floats: Self.poolSize * history * twins.count)
    poolResponses = AlignedBuffer(floats: Self.poolSize * history * twins.count)
    poolAuxiliaries = AlignedBuffer(floats: Self.poolSize * auxiliaries)
    var first = 0
    for (node, twin) in twins.enumerated() {
      fillPool(node, twin, firstAuxiliary: first, noise: noise, seed: seed)
      first += twin.auxiliaries
    }
  }

  // Runs the twin under random held drives from random responses.
  private func fillPool(_ node: Int, _ twin: TwinParameters, firstAuxiliary: Int, noise: Float, seed: UInt64) {
    let lanes = KernelModel.lanes
    let steps = 40
    let isa = InstructionSet.best.rawValue
    let model = models[node]
    var c = model.c
    let before = twin.driveTaps - 1
    let drives = AlignedBuffer(floats: (before + steps) * lanes)
    let path = AlignedBuffer(floats: (twin.responseTaps + steps) * lanes)
    let auxiliary = AlignedBuffer(floats: (steps + 1) * twin.auxiliaries * lanes)
    let normals = AlignedBuffer(floats: (steps * model.shape.noisesPerStep + 3) / 4 * 4 * lanes)
    let scratch = AlignedBuffer(bytes: tk_rollout_scratch(isa, &c, Int32(steps), 1))
    var random = RandomStream(seed: seed, stream: 0xB00 &+ UInt32(node))
    let key = Philox(seed: seed, stream: 0xB01)
    for tile in 0..<(Self.poolSize / lanes) {
      for lane in 0..<lanes {
        var level: Float = 0
        var left = 0
        for row in 0..<(before + steps) {
          if left == 0 {
            level = Float(random.uniform(in: -1...1))
            left = 1 + Int(random.below(8))
          }
          left -= 1
          drives[row * lanes + lane] = level
        }
        let start = Float(random.uniform(in: Double(twin.responseLow[0])...Double(twin.responseHigh[0])))
        for row in 0..<twin.responseTaps { path[row * lanes + lane] = start }
      }
      let ids = (0..<lanes).map { UInt32(truncatingIfNeeded: (node * Self.poolSize) + tile * lanes + $0) }
      let rows = normals.count / lanes
      if noise != 0, rows > 0 {
        tk_normals(isa, normals.floats, Int32(rows / 4 * 4), key.key0, key.key1, ids, 0)
        for index in 0..<normals.count { normals[index] *= noise }
      }
      var rollout = tk_rollout(
        steps: Int32(steps), drives: UnsafeRawPointer(drives.raw), context: nil, path: path.raw,
        auxiliary: auxiliary.raw, noise: noise != 0 && model.shape.sources > 0 ? UnsafeRawPointer(normals.raw) : nil)
      tk_forward(isa, &c, parameters[node].raw, &rollout, 1, scratch.raw)
      withExtendedLifetime((scratch, drives, normals)) {}
      for lane in 0..<lanes {
        for row in 0..<history {
          let place = ((tile * lanes + lane) * history + row) * nodes + node
          let age = history - 1 - row
          poolDrives[place] = drives[(before + steps - 1 - age) * lanes + lane]
          poolResponses[place] = path[(twin.responseTaps + steps - 1 - age) * lanes + lane]
        }
        for k in 0..<twin.auxiliaries {
          poolAuxiliaries[(tile * lanes + lane) * auxiliaries + firstAuxiliary + k] =
            auxiliary[(steps * twin.auxiliaries + k) * lanes + lane]
        }
      }
    }
  }

  /// Copies pool entry `entry` into lane `lane` of rows [history][nodes][lanes] and [auxiliaries][lanes].
  func start(
    _ entry: Int, lane: Int, drives: AlignedBuffer, responses: AlignedBuffer, auxiliaries rows: AlignedBuffer
  ) {
    let size = history * nodes
    let from = (entry % Self.poolSize) * size
    let lanes = KernelModel.lanes
    for index in 0..<size {
      drives[index * lanes + lane] = poolDrives[from + index]
      responses[index * lanes + lane] = poolResponses[from + index]
    }
    for index in 0..<auxiliaries {
      rows[index * lanes + lane] = poolAuxiliaries[(entry % Self.poolSize) * auxiliaries + index]
    }
  }
}
