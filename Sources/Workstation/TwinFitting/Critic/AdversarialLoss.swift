import Numerics

/// Path-ensemble losses through a critic: WGAN-GP (Gulrajani et al. 2017) with stabilisers, and feature matching.
///
/// A generator step: simulate windows under the drives of measured ones, `evaluate` (trains the critic, then returns
/// the loss and its gradient by every simulated value), carry the gradient back through the solver. Where fresh
/// simulations are cheap, call `trainCritic` with a fresh batch for each critic step, then `generator`.
/// Deterministic by seed; allocates nothing after `init`; not for use by two threads at once.
public final class AdversarialLoss<R: CriticReal>: @unchecked Sendable {
  /// Of the fake and of the real windows, and of the gradient.
  public let layout: WindowLayout
  public let drives: WindowLayout
  public let critic: CriticOptions
  public let generator: GeneratorOptions

  let network: CriticNetwork<R>
  let pass: CriticPass<R>
  let fake: CriticRows<R>
  let real: CriticRows<R>
  let mixed: CriticRows<R>
  let mixing: CriticRows<R>
  let gradient: CriticRows<R>
  let match: FeatureMatch<R>
  let moments: EnsembleMoments<R>?
  private var adam: CriticAdam<R>
  private let seed: UInt64
  private var steps: UInt64 = 0
  private var draws: UInt64 = 0

  /// A loss with a fresh critic.
  ///
  /// - Throws: `badOption`; `mismatch` if the layouts differ in windows or steps.
  public init(
    layout: WindowLayout, drives: WindowLayout, critic: CriticOptions = CriticOptions(),
    generator: GeneratorOptions = .featureMatching, seed: UInt64
  ) throws(CriticError) {
    try critic.check()
    try generator.check(windows: layout.windows)
    guard layout.width >= 1 else { throw .badOption("width") }
    guard drives.windows == layout.windows, drives.steps == layout.steps else { throw .mismatch("drives") }
    let inputs = layout.features + drives.features
    let widest = critic.hiddenWidths.reduce(inputs, max)
    guard layout.windows * widest <= 1 << 28, inputs <= 1 << 16 else { throw .badOption("windows") }
    self.layout = layout
    self.drives = drives
    self.critic = critic
    self.generator = generator
    self.seed = seed
    moments =
      generator.moments > 0
      ? try EnsembleMoments(layout: layout, inputs: generator.groups, options: generator.momentOptions) : nil
    network = CriticNetwork(observed: layout.features, inputs: inputs, options: critic, seed: seed)
    pass = CriticPass(network, windows: layout.windows)
    fake = CriticRows(inputs, pass.columns)
    real = CriticRows(inputs, pass.columns)
    mixed = CriticRows(inputs, pass.columns)
    mixing = CriticRows(1, pass.columns)
    gradient = CriticRows(1, network.count)
    match = FeatureMatch(
      features: network.features, windows: layout.windows, columns: pass.columns,
      corrected: generator.featuresCorrected && layout.windows >= 4)
    adam = CriticAdam(count: network.count, options: critic)
  }

  /// Number of the critic's parameters.
  public var parameterCount: Int { network.count }

  /// The critic's parameters and its optimiser.
  public var state: CriticState<R> {
    func array(_ rows: CriticRows<R>) -> [R] { Array(UnsafeBufferPointer(start: rows.pointer, count: rows.count)) }
    return CriticState(
      parameters: array(network.parameters), first: array(adam.first), second: array(adam.second), steps: steps,
      draws: draws)
  }

  /// Goes on from `state`, bit for bit as if training had not stopped.
  ///
  /// - Throws: `wrongCount` if it is that of a critic of another size; `notFinite`.
  public func restore(_ state: CriticState<R>) throws(CriticError) {
    let parts = [
      ("parameters", state.parameters, network.parameters), ("first", state.first, adam.first),
      ("second", state.second, adam.second),
    ]
    for (name, values, _) in parts {
      guard values.count == network.count else {
        throw .wrongCount(buffer: name, count: values.count, needed: network.count)
      }
      if let bad = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(buffer: name, index: bad) }
    }
    for (_, values, rows) in parts { rows.pointer.update(from: values, count: network.count) }
    (steps, draws) = (state.steps, state.draws)
    adam.resume(steps: steps)
  }

  /// `critic.steps` critic steps on the batch, each with fresh interpolations, then the generator's loss; its gradient
  /// by each value of `batch.fake` is written to `gradient`, laid out alike.
  ///
  /// - Throws: `wrongCount` if a buffer is too small.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func evaluate(
    _ batch: WindowBatch<R>, gradient: UnsafeMutableBufferPointer<R>
  ) throws(CriticError) -> GeneratorValue {
    try take(batch)
    var last: CriticValue?
    for _ in 0..<critic.steps { last = step() }
    var value = try generate(batch, gradient)
    value.critic = last
    return value
  }

  /// One critic step on the batch. A step whose loss or gradient is not finite is not taken.
  ///
  /// - Throws: `wrongCount` if a buffer is too small.
  @specialized(where R == Float)
  @specialized(where R == Double)
  @discardableResult
  public func trainCritic(_ batch: WindowBatch<R>) throws(CriticError) -> CriticValue {
    try take(batch)
    return step()
  }

  /// The generator's loss under the critic as it stands, as in `evaluate`.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func generatorLoss(
    _ batch: WindowBatch<R>, gradient: UnsafeMutableBufferPointer<R>
  ) throws(CriticError) -> GeneratorValue {
    try take(batch)
    return try generate(batch, gradient)
  }

  /// The critic's loss and its gradient by its parameters, as a step would use them, without taking the step.
  ///
  /// - Parameter mixing: for each window the share of the real one in the interpolation, 0 to 1.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func criticLoss(
    _ batch: WindowBatch<R>, mixing shares: UnsafeBufferPointer<R>, gradient target: UnsafeMutableBufferPointer<R>
  ) throws(CriticError) -> CriticValue {
    try take(batch)
    guard shares.count >= layout.windows else {
      throw .wrongCount(buffer: "mixing", count: shares.count, needed: layout.windows)
    }
    guard target.count >= network.count else {
      throw .wrongCount(buffer: "gradient", count: target.count, needed: network.count)
    }
    for b in 0..<layout.windows { mixing.pointer[b] = shares[b] }
    let value = weigh()
    for k in 0..<network.count { target[k] = gradient.pointer[k] }
    return value
  }

  /// D of each window of `batch.fake`, and dD/dx laid out alike.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func judge(
    _ batch: WindowBatch<R>, scores: UnsafeMutableBufferPointer<R>, gradient: UnsafeMutableBufferPointer<R>
  ) throws(CriticError) {
    try take(batch)
    guard scores.count >= layout.windows else {
      throw .wrongCount(buffer: "scores", count: scores.count, needed: layout.windows)
    }
    try layout.check(gradient.count, "gradient")
    guard let target = gradient.baseAddress else { return }
    pass.forward(fake)
    for b in 0..<layout.windows { scores[b] = pass.scores.pointer[b] }
    pass.seed(1)
    pass.backward(fake, gradient: nil, toInput: true)
    for k in 0..<layout.count { target[k] = 0 }
    spread(pass.inputGradient, to: target)
  }

  /// Draws interpolations and takes a step of Adam.
  @inline(__always)
  private func step() -> CriticValue {
    // A stream a draw, so that a resumed critic draws what it would have drawn.
    var random = RandomStream(seed: seed ^ 0x4372_6974_6963, stream: UInt32(truncatingIfNeeded: draws))
    draws += 1
    for b in 0..<layout.windows { mixing.pointer[b] = R(random.uniform()) }
    let value = weigh()
    guard value.loss.isFinite, isTame(gradient) else { return value }
    adam.step(network.parameters.pointer, gradient: gradient.pointer)
    steps += 1
    return value
  }
}
