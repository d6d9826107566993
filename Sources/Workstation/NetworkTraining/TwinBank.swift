import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// All nodes' twins for the kernels, and a pool of states they may be found in.
final class TwinBank: @unchecked Sendable {
  static let poolSize = 256
  let kernels: [KernelTwin]
  let structures: [tk_twin]
  /// Rows of past a node needs.
  let history: Int
  var nodes: Int { kernels.count }
  // [entry][history][node], drives and responses, newest last.
  private let poolDrives: AlignedBuffer
  private let poolResponses: AlignedBuffer

  init(_ twins: [TwinParameters], noise: Float, seed: UInt64) {
    kernels = twins.map { KernelTwin($0) }
    structures = kernels.map { $0.c }
    let history = twins.reduce(1) { max($0, max($1.driveTaps, $1.responseTaps)) }
    self.history = history
    poolDrives = AlignedBuffer(floats: Self.poolSize * history * twins.count)
    poolResponses = AlignedBuffer(floats: Self.poolSize * history * twins.count)
    for (node, twin) in twins.enumerated() { fillPool(node, twin, noise: noise, seed: seed) }
  }

  // Runs the twin under random held drives from random responses.
  private func fillPool(_ node: Int, _ twin: TwinParameters, noise: Float, seed: UInt64) {
    let lanes = Int(TK_LANES)
    let steps = 40
    var c = structures[node]
    let before = twin.driveTaps - 1
    let drives = AlignedBuffer(floats: (before + steps) * lanes)
    let responses = AlignedBuffer(floats: (twin.responseTaps + steps) * lanes)
    let scratch = AlignedBuffer(bytes: tk_window_scratch(&c, Int32(steps)))
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
        for row in 0..<twin.responseTaps { responses[row * lanes + lane] = start }
      }
      let ids = (0..<lanes).map { UInt32(truncatingIfNeeded: (node * Self.poolSize) + tile * lanes + $0) }
      tk_simulate(
        InstructionSet.best.rawValue, &c, Int32(steps), drives.floats, responses.floats, noise, key.key0, key.key1, ids,
        0, scratch.raw)
      withExtendedLifetime(scratch) {}
      for lane in 0..<lanes {
        for row in 0..<history {
          let place = ((tile * lanes + lane) * history + row) * nodes + node
          let age = history - 1 - row
          poolDrives[place] = drives[(before + steps - 1 - age) * lanes + lane]
          poolResponses[place] = responses[(twin.responseTaps + steps - 1 - age) * lanes + lane]
        }
      }
    }
  }

  /// Copies pool entry `entry` into lane `lane` of rows [history][nodes][16].
  func start(_ entry: Int, lane: Int, drives: AlignedBuffer, responses: AlignedBuffer) {
    let size = history * nodes
    let from = (entry % Self.poolSize) * size
    let lanes = Int(TK_LANES)
    for index in 0..<size {
      drives[index * lanes + lane] = poolDrives[from + index]
      responses[index * lanes + lane] = poolResponses[from + index]
    }
  }
}
