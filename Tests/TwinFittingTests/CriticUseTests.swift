import Numerics
import Testing
import TwinFitting

@Suite struct CriticUseTests {
  static let windows = 12
  static let steps = 3

  /// Fake, real and drives in a layout, from values ordered [window][step][component].
  private struct Batch {
    let layout: WindowLayout
    let drives: WindowLayout
    var fake: [Float]
    var real: [Float]
    var stimulus: [Float]

    init(seed: UInt64, lanes: Int) throws {
      var random = RandomStream(seed: seed, stream: 531)
      let layout = try WindowLayout(windows: windows, steps: steps, width: 2, lanes: lanes)
      let drives = try WindowLayout(windows: windows, steps: steps, width: 1, lanes: lanes)
      fake = Self.place(CriticSamples.normals(windows * steps * 2, &random), layout)
      real = Self.place(CriticSamples.normals(windows * steps * 2, &random, scale: 0.5), layout)
      stimulus = Self.place(CriticSamples.normals(windows * steps, &random), drives)
      self.layout = layout
      self.drives = drives
    }

    static func place(_ values: [Double], _ layout: WindowLayout) -> [Float] {
      // Unused lanes hold what must not matter.
      var placed = [Float](repeating: .nan, count: layout.count)
      for (k, value) in values.enumerated() {
        let (window, row) = (k / layout.features, k % layout.features)
        placed[layout.index(window: window, step: row / layout.width, component: row % layout.width)] = Float(value)
      }
      return placed
    }

    func loss(_ options: GeneratorOptions = .wasserstein, seed: UInt64 = 1) throws -> AdversarialLoss<Float> {
      var critic = CriticOptions()
      critic.hiddenWidths = [16, 8]
      return try AdversarialLoss(layout: layout, drives: drives, critic: critic, generator: options, seed: seed)
    }

    func run(_ loss: AdversarialLoss<Float>) throws -> (value: GeneratorValue, gradient: [Float]) {
      try CriticSamples.generator(loss, fake, real, stimulus, training: true)
    }
  }

  @Test func sameSeedSameBits() throws {
    let batch = try Batch(seed: 1, lanes: 16)
    let (one, two, other) = (try batch.loss(), try batch.loss(), try batch.loss(seed: 2))
    for _ in 0..<5 {
      let (a, b, c) = (try batch.run(one), try batch.run(two), try batch.run(other))
      #expect(a.value == b.value && a.gradient == b.gradient)
      #expect(a.value != c.value)
    }
    #expect(one.state == two.state)
    #expect(one.state.steps == 25)
  }

  @Test func aRestoredCriticGoesOnAsIfNothingHappened() throws {
    let batch = try Batch(seed: 2, lanes: 1)
    let whole = try batch.loss()
    for _ in 0..<3 { _ = try batch.run(whole) }
    let rest = try batch.loss(seed: 1)
    try rest.restore(whole.state)
    let (a, b) = (try batch.run(whole), try batch.run(rest))
    #expect(a.value == b.value && a.gradient == b.gradient)
    #expect(whole.state == rest.state)
    var state = whole.state
    state.first.removeLast()
    let count = whole.parameterCount
    #expect(throws: CriticError.wrongCount(buffer: "first", count: count - 1, needed: count)) {
      try rest.restore(state)
    }
    state = whole.state
    state.parameters[3] = .nan
    #expect(throws: CriticError.notFinite(buffer: "parameters", index: 3)) { try rest.restore(state) }
    #expect(whole.state == rest.state)
  }

  @Test(arguments: [GeneratorOptions.wasserstein, .featureMatching]) func layoutsAgree(
    _ options: GeneratorOptions
  ) throws {
    var results: [[Float]] = []
    for lanes in [1, 5, 12, 16] {
      let batch = try Batch(seed: 3, lanes: lanes)
      let gradient = try batch.run(try batch.loss(options)).gradient
      let layout = batch.layout
      var ordered: [Float] = []
      for window in 0..<Self.windows {
        for row in 0..<layout.features {
          ordered.append(gradient[layout.index(window: window, step: row / 2, component: row % 2)])
        }
      }
      let unused = gradient.count - ordered.count
      #expect(gradient.filter { $0 == 0 }.count >= unused)
      #expect(ordered.contains { $0 != 0 })
      results.append(ordered)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  // One source for both precisions: single agrees with the double whose gradients are checked.
  @Test(arguments: [CriticActivation.tanh, .silu, .leakyReLU]) func singleAgreesWithDouble(
    _ activation: CriticActivation
  ) throws {
    let batch = try Batch(seed: 4, lanes: 12)
    var critic = CriticOptions()
    critic.activation = activation
    critic.hiddenWidths = [9, 7]
    var options = GeneratorOptions.wasserstein
    options.features = 1
    let single = try AdversarialLoss<Float>(
      layout: batch.layout, drives: batch.drives, critic: critic, generator: options, seed: 4)
    let double = try AdversarialLoss<Double>(
      layout: batch.layout, drives: batch.drives, critic: critic, generator: options, seed: 4)
    let a = try batch.run(single).gradient.map(Double.init)
    let b = try CriticSamples.generator(
      double, batch.fake.map(Double.init), batch.real.map(Double.init), batch.stimulus.map(Double.init),
      training: true
    ).gradient
    #expect(CriticSamples.error(a, b) < 1e-4)
  }

  @Test func aTrainedCriticTellsApart() throws {
    let batch = try Batch(seed: 5, lanes: 12)
    let loss = try batch.loss(.featureMatching)
    let first = try #require(try batch.run(loss).value.critic)
    var last = first
    for _ in 0..<200 { last = try #require(try batch.run(loss).value.critic) }
    #expect(last.loss < first.loss && last.distance > 0.3)
    // The penalty holds the slope between the two near 1.
    #expect(abs(last.slope - 1) < 0.2)
  }

  @Test(arguments: [Float.nan, .infinity, 1e30, -3e38]) func wildValuesDoNotSpoilTheCritic(_ value: Float) throws {
    let batch = try Batch(seed: 6, lanes: 12)
    let loss = try batch.loss()
    _ = try batch.run(loss)
    var wild = batch
    wild.fake[5] = value
    for _ in 0..<3 { _ = try wild.run(loss) }
    #expect((loss.state.parameters + loss.state.second).allSatisfy { $0.isFinite })
    let after = try batch.run(loss)
    #expect(after.value.loss.isFinite && after.gradient.allSatisfy { $0.isFinite })
  }

  @Test func badBuffersAreNamed() throws {
    let batch = try Batch(seed: 7, lanes: 1)
    let loss = try batch.loss()
    let needed = batch.layout.count
    var short = batch
    short.real.removeLast()
    #expect(throws: CriticError.wrongCount(buffer: "real", count: needed - 1, needed: needed)) {
      try short.run(loss)
    }
    short = batch
    short.stimulus = []
    #expect(throws: CriticError.wrongCount(buffer: "drives", count: 0, needed: needed / 2)) { try short.run(loss) }
    let error = CriticError.wrongCount(buffer: "drives", count: 0, needed: 36)
    #expect(error.description == "buffer drives holds 0 values, its layout needs 36")
  }

  @Test func badOptionsAreNamed() throws {
    let batch = try Batch(seed: 8, lanes: 1)
    func error(_ change: (inout CriticOptions, inout GeneratorOptions) -> Void) -> CriticError? {
      var (critic, options) = (CriticOptions(), GeneratorOptions.wasserstein)
      change(&critic, &options)
      do throws(CriticError) {
        _ = try AdversarialLoss<Float>(
          layout: batch.layout, drives: batch.drives, critic: critic, generator: options, seed: 1)
        return nil
      } catch {
        return error
      }
    }
    #expect(error { _, _ in } == nil)
    #expect(error { critic, _ in critic.hiddenWidths = [] } == .badOption("hiddenWidths"))
    #expect(error { critic, _ in critic.hiddenWidths = [513] } == .badOption("hiddenWidths"))
    #expect(error { critic, _ in critic.rate = .nan } == .badOption("rate"))
    #expect(error { critic, _ in critic.beta2 = 1 } == .badOption("beta2"))
    #expect(error { critic, _ in critic.penalty = -1 } == .badOption("penalty"))
    #expect(error { critic, _ in critic.steps = -1 } == .badOption("steps"))
    #expect(error { _, options in options.moments = .infinity } == .badOption("moments"))
    #expect(error { _, options in options.groups = 5 } == .badOption("groups"))
    #expect(error { _, options in options.groups = 12 } == .badOption("windows"))
    #expect(error { _, options in options.momentOptions.lags = [3] } == .badOption("lags"))
    #expect(error { _, options in options.momentOptions.floor = 0 } == .badOption("floor"))
    #expect(throws: CriticError.badOption("windows")) { try WindowLayout(windows: 0, steps: 1, width: 1) }
    #expect(throws: CriticError.badOption("width")) { try WindowLayout(windows: 1, steps: 1 << 20, width: 1 << 20) }
    #expect(throws: CriticError.badOption("tileStride")) {
      try WindowLayout(windows: 4, steps: 2, width: 2, lanes: 4, tileStride: 15)
    }
    let other = try WindowLayout(windows: 12, steps: 4, width: 1)
    #expect(throws: CriticError.mismatch("drives")) {
      try AdversarialLoss<Float>(layout: batch.layout, drives: other, seed: 1)
    }
  }

  @Test func badRepeatsAreNamed() throws {
    let layout = try WindowLayout(windows: 6, steps: 2, width: 1)
    func error(_ measured: [[Float]], lags: [Int] = []) -> CriticError? {
      var options = MomentOptions()
      options.lags = lags
      do throws(CriticError) {
        _ = try EnsembleMoments(layout: layout, measured: measured, options: options)
        return nil
      } catch {
        return error
      }
    }
    let two: [Float] = [1, 2, 3, 4]
    #expect(error([two, two]) == nil)
    #expect(error([two, two], lags: [1]) == .tooFewRepeats(input: 0, repeats: 2, needed: 3))
    #expect(error([two, [1, 2]]) == .tooFewRepeats(input: 1, repeats: 1, needed: 2))
    #expect(error([two, []]) == .tooFewRepeats(input: 1, repeats: 0, needed: 2))
    #expect(error([two, [1, 2, 3]]) == .wrongCount(buffer: "measured[1]", count: 3, needed: 4))
    #expect(error([[1, 2, .infinity, 4]]) == .notFinite(buffer: "measured[0]", index: 2))
    #expect(error([two, two, two, two]) == .unequalCopies(windows: 6, inputs: 4))
    #expect(error([]) == .unequalCopies(windows: 6, inputs: 0))
  }
}
