import CTrainingKernels
import Numerics
import Testing
import TrainingKernels
import TwinModel
import WireFormat

@Suite struct TwinStepTests {
  // A kernel run of 40 steps against the board's scalar twin with the same noise.
  @Test(arguments: InstructionSet.available, [TwinSolver.eulerMaruyama, .rungeKutta2])
  func kernelAndBoardAgree(_ isa: InstructionSet, _ solver: TwinSolver) throws {
    let lanes = Int(TK_LANES)
    let steps = 40
    for seed in UInt64(1)...5 {
      let twin = try #require(RandomTwin.make(seed: seed, solver: solver))
      let kernel = KernelTwin(twin)
      var c = kernel.c
      var random = RandomStream(seed: seed, stream: 22)
      let drives = AlignedBuffer((0..<((1 + steps) * lanes)).map { _ in Float(random.uniform(in: -1...1)) })
      let responses = AlignedBuffer(floats: (3 + steps) * lanes)
      for index in 0..<(3 * lanes) { responses[index] = Float(random.uniform(in: -0.8...0.8)) }
      let ids = (0..<UInt32(lanes)).map { $0 + 100 }
      let noise = AlignedBuffer(floats: steps * lanes)
      tk_normals(isa.rawValue, noise.floats, Int32(steps), 3, 4, ids, 9)
      let scratch = AlignedBuffer(bytes: tk_window_scratch(&c, Int32(steps)))
      tk_simulate(isa.rawValue, &c, Int32(steps), drives.floats, responses.floats, 1, 3, 4, ids, 9, scratch.raw)
      var worst: Float = 0
      for lane in 0..<lanes {
        var state = TwinState(twin)
        let past = (0..<3).map { responses[(2 - $0) * lanes + lane] }
        let recalled = state.recall(drives: [drives[lane]], responses: past)
        #expect(recalled)
        for step in 0..<steps {
          let x = state.step(drive: drives[(1 + step) * lanes + lane], noise: noise[step * lanes + lane])
          worst = max(worst, abs(x - responses[(3 + step) * lanes + lane]))
        }
      }
      #expect(worst < 1e-5, "seed \(seed)")
    }
  }

  @Test func encodingRoundTripsAndRefusesDamage() throws {
    let twin = try #require(RandomTwin.make(seed: 3))
    let bytes = twin.encoded()
    let back = try TwinParameters(decoding: bytes)
    #expect(back == twin)
    for cut in 0..<bytes.count {
      #expect(throws: WireError.self) { try TwinParameters(decoding: Array(bytes.prefix(cut))) }
    }
    #expect(throws: WireError.self) { try TwinParameters(decoding: bytes + [0]) }
    var random = RandomStream(seed: 12, stream: 0)
    for trial in 0..<3000 {
      var broken = bytes
      broken[Int(random.below(UInt32(broken.count)))] ^= UInt8(1 << random.below(8))
      // Whatever is accepted must run.
      guard let twin = try? TwinParameters(decoding: broken) else { continue }
      var state = TwinState(twin)
      let x = state.step(drive: 0.3, noise: 0.5)
      #expect(x.isNaN || (x >= twin.responseLow[0] && x <= twin.responseHigh[0]), "trial \(trial) of seed 12")
    }
  }

  @Test func weightCountsMustFit() {
    #expect(Perceptron(inputs: 3, widths: [4], weights: [Float](repeating: 0, count: 21)) != nil)
    #expect(Perceptron(inputs: 3, widths: [4], weights: [Float](repeating: 0, count: 20)) == nil)
    #expect(Perceptron(inputs: 3, widths: [], weights: [0, 0, 0]) == nil)
    #expect(Perceptron(inputs: 3, widths: [0], weights: [0]) == nil)
    #expect(Perceptron(inputs: 1101, widths: [1], weights: [Float](repeating: 0, count: 1104)) == nil)
  }

  @Test func correctionReplacesTheState() throws {
    let twin = try #require(RandomTwin.make(seed: 4))
    var state = TwinState(twin, drive: 0, response: 0.2)
    state.correct(response: -0.4)
    #expect(state.response == -0.4)
    var fresh = TwinState(twin, drive: 0, response: 0.2)
    _ = fresh.recall(drives: [0], responses: [-0.4, 0.2, 0.2])
    let a = state.step(drive: 0.5, noise: 1)
    let b = fresh.step(drive: 0.5, noise: 1)
    #expect(a == b)
  }
}
