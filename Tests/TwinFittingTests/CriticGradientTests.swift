import Numerics
import Testing
import TwinFitting

@Suite struct CriticGradientTests {
  struct Setting {
    var layout: WindowLayout
    var drives: WindowLayout
    var critic: CriticOptions
    var fake: [Double]
    var real: [Double]
    var stimulus: [Double]
    var random: RandomStream

    /// Sizes, layouts and widths of any kind.
    init(_ seed: UInt64) throws {
      var random = RandomStream(seed: seed, stream: 501)
      let windows = 2 * (1 + Int(random.below(6)))
      let steps = 2 + Int(random.below(3))
      let lanes = [1, 3, 16, windows][Int(random.below(4))]
      layout = try WindowLayout(windows: windows, steps: steps, width: 1 + Int(random.below(3)), lanes: lanes)
      drives = try WindowLayout(windows: windows, steps: steps, width: Int(random.below(3)), lanes: lanes)
      critic = CriticOptions()
      critic.hiddenWidths = []
      for _ in 0...random.below(3) { critic.hiddenWidths.append(1 + Int(random.below(9))) }
      critic.activation = [.tanh, .silu, .leakyReLU][Int(seed % 3)]
      fake = CriticSamples.normals(layout.count, &random)
      real = CriticSamples.normals(layout.count, &random, scale: 1.4)
      stimulus = CriticSamples.normals(drives.count, &random)
      self.random = random
    }

    /// A loss whose critic has been trained a little: biases are not zero, weights not symmetric.
    func loss(_ options: GeneratorOptions, seed: UInt64) throws -> AdversarialLoss<Double> {
      let loss = try AdversarialLoss<Double>(
        layout: layout, drives: drives, critic: critic, generator: options, seed: seed)
      var random = RandomStream(seed: seed, stream: 502)
      var state = loss.state
      for k in state.parameters.indices { state.parameters[k] = 1.5 * state.parameters[k] + 0.3 * random.normal() }
      try loss.restore(state)
      return loss
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func scoreByWindow(_ seed: UInt64) throws {
    let setting = try Setting(seed)
    let loss = try setting.loss(.wasserstein, seed: seed)
    func judge(_ fake: [Double]) throws -> (scores: [Double], gradient: [Double]) {
      var scores = [Double](repeating: 0, count: setting.layout.windows)
      var gradient = [Double](repeating: 7, count: setting.layout.count)
      try CriticSamples.withBatch(fake, setting.real, setting.stimulus) { batch in
        try scores.withUnsafeMutableBufferPointer { scores in
          try gradient.withUnsafeMutableBufferPointer { try loss.judge(batch, scores: scores, gradient: $0) }
        }
      }
      return (scores, gradient)
    }
    let gradient = try judge(setting.fake).gradient
    let wanted = try CriticSamples.differences(setting.fake) { try judge($0).scores.reduce(0, +) }
    #expect(CriticSamples.error(gradient, wanted) < 1e-6, "seed \(seed)")
  }

  @Test(arguments: 0..<24 as Range<UInt64>) func criticByParameter(_ seed: UInt64) throws {
    var setting = try Setting(seed)
    // Both parts together, then the penalty by itself as good as.
    setting.critic.penalty = seed < 12 ? 10 : 1e4
    let loss = try setting.loss(.wasserstein, seed: seed)
    let mixing = (0..<setting.layout.windows).map { _ in setting.random.uniform() }
    func evaluate() throws -> (value: CriticValue, gradient: [Double]) {
      var gradient = [Double](repeating: 7, count: loss.parameterCount)
      let value = try CriticSamples.withBatch(setting.fake, setting.real, setting.stimulus) { batch in
        try mixing.withUnsafeBufferPointer { mixing in
          try gradient.withUnsafeMutableBufferPointer { try loss.criticLoss(batch, mixing: mixing, gradient: $0) }
        }
      }
      return (value, gradient)
    }
    let (value, gradient) = try evaluate()
    var state = loss.state
    let parameters = state.parameters
    let wanted = try CriticSamples.differences(parameters) { moved in
      state.parameters = moved
      try loss.restore(state)
      return try evaluate().value.loss
    }
    #expect(CriticSamples.error(gradient, wanted) < 1e-6, "seed \(seed)")
    #expect(value.penalty > 0 && abs(value.loss - value.penalty + value.distance) < 1e-12 * (1 + value.penalty))
  }

  @Test(arguments: 0..<24 as Range<UInt64>) func generatorByWindow(_ seed: UInt64) throws {
    let setting = try Setting(seed)
    var options = [GeneratorOptions.wasserstein, .featureMatching][Int(seed / 3 % 2)]
    options.featuresCorrected = seed % 4 < 2
    if seed >= 12 {
      // Everything at once, in groups, with lags.
      options.score = 0.7
      options.features = 1.3
      options.moments = 2
      options.path = 3
      options.momentOptions.lags = [1]
      options.momentOptions.spreadMeasure = [.deviation, .variance][Int(seed % 2)]
      options.groups = setting.layout.windows >= 8 ? 2 : 1
    }
    let loss = try setting.loss(options, seed: seed)
    func evaluate(_ fake: [Double]) throws -> (value: GeneratorValue, gradient: [Double]) {
      try CriticSamples.generator(loss, fake, setting.real, setting.stimulus)
    }
    let (value, gradient) = try evaluate(setting.fake)
    let wanted = try CriticSamples.differences(setting.fake) { try evaluate($0).value.loss }
    #expect(CriticSamples.error(gradient, wanted) < 1e-6, "seed \(seed)")
    #expect(value.critic == nil)
    if options.features > 0 { #expect(value.features != 0) }
    if options.path > 0 { #expect(value.path > 0) }
  }

  @Test func sameEnsemblesMatch() throws {
    let setting = try Setting(3)
    let loss = try setting.loss(.featureMatching, seed: 3)
    let (value, gradient) = try CriticSamples.generator(loss, setting.real, setting.real, setting.stimulus)
    #expect(value.loss == 0)
    #expect(gradient.allSatisfy { $0 == 0 })
  }
}
