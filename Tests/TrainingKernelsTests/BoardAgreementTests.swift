import CTrainingKernels
import Numerics
import Testing
import TrainingKernels
import TwinModel

/// Rollouts of `KernelModel.channelUnits` against the board's twins with the same noise.
@Suite struct BoardAgreementTests {
  static let steps = 40

  @Test(arguments: GradientTests.solvers, GradientTests.noises)
  func kernelsFollowTheBoard(_ solver: (TwinSolver, Int), _ noise: (NoiseShape, Bool)) throws {
    for seed in UInt64(1)...6 {
      let kind = RandomTwin.Kind(solver: solver.0, substeps: solver.1, noise: noise.0, constantNoise: noise.1)
      let twin = try RandomTwin.make(kind, seed: seed)
      for isa in InstructionSet.available {
        let error = try Self.difference(twin, isa: isa, seed: seed)
        #expect(error <= 1e-5, "seed \(seed): \(kind), \(isa), \(TwinShape(twin))")
      }
    }
  }

  /// Largest difference of the responses, in channel units.
  static func difference(_ twin: TwinParameters, isa: InstructionSet, seed: UInt64) throws -> Float {
    let lanes = Int(TK_LANES)
    let (model, parameters) = KernelModel.channelUnits(twin)
    var random = RandomStream(seed: seed, stream: 22)
    func uniform(_ rows: Int) -> AlignedBuffer {
      AlignedBuffer((0..<(rows * lanes)).map { _ in Float(random.uniform(in: -0.8...0.8)) })
    }
    let (ns, nx, na) = (twin.drives, twin.observables, twin.auxiliaries)
    let drives = uniform((twin.driveTaps - 1 + steps) * ns)
    let path = uniform((twin.responseTaps + steps) * nx)
    let auxiliary = AlignedBuffer(floats: (steps + 1) * na * lanes)
    let normals = (0..<(steps * twin.noisesPerStep * lanes)).map { _ in Float(random.normal()) }
    let noise = AlignedBuffer(normals)
    var c = model.c
    let scratch = AlignedBuffer(bytes: tk_rollout_scratch(isa.rawValue, &c, Int32(steps), 1))
    var rollout = tk_rollout(
      steps: Int32(steps), drives: UnsafeRawPointer(drives.raw), context: nil, path: path.raw,
      auxiliary: auxiliary.raw, noise: normals.isEmpty ? nil : UnsafeRawPointer(noise.raw))
    withExtendedLifetime(model) { tk_forward(isa.rawValue, &c, parameters.raw, &rollout, 1, scratch.raw) }
    func row(_ buffer: AlignedBuffer, _ row: Int, _ width: Int, _ lane: Int) -> [Float] {
      (0..<width).map { buffer[(row * width + $0) * lanes + lane] }
    }
    var worst: Float = 0
    for lane in 0..<lanes {
      var state = TwinState(twin)
      let past = (0..<twin.responseTaps).flatMap { row(path, twin.responseTaps - 1 - $0, nx, lane) }
      let before = (0..<(twin.driveTaps - 1)).flatMap { row(drives, twin.driveTaps - 2 - $0, ns, lane) }
      let recalled = state.recall(drives: before, responses: past)
      try #require(recalled)
      for step in 0..<steps {
        let xi = row(noise, step, twin.noisesPerStep, lane)
        let stepped = state.step(drives: row(drives, twin.driveTaps - 1 + step, ns, lane), noise: xi)
        try #require(stepped)
        for i in 0..<nx {
          worst = max(worst, abs(state.response(i) - path[((twin.responseTaps + step) * nx + i) * lanes + lane]))
        }
      }
    }
    return worst
  }

  @Test func ratesAreDecaysOfASubstep() {
    for decayed: Float in [1e-4, 0.01, 0.3, 0.9] {
      #expect(abs(decay(rawRate: rawRate(decay: decayed)) / decayed - 1) < 1e-5)
    }
    #expect(rawRate(decay: 0).isFinite && rawRate(decay: 2).isFinite)
  }
}
