/// Moment matching: mean, spread and lagged autocovariance of simulated ensembles against measured repeats of the same
/// inputs, at each time, for each observable; with the exact gradient by every simulated value.
///
/// The terms are means over inputs, times and observables of squared differences, in units of the measured variance
/// pooled over inputs and times, an observable at a time. Not for use by two threads at once.
public final class EnsembleMoments<R: CriticReal>: @unchecked Sendable {
  public let layout: WindowLayout
  public let options: MomentOptions
  /// Inputs, and simulated copies of each.
  public let inputs: Int
  public let copies: Int

  private let shifts: [Int]
  private var targets: [MomentRows]
  private var terms: [MomentTerms]
  /// Measured variance of each observable.
  private var pooled: [Double]
  private var own: MomentRows
  private var byMean: [Double]
  private var byVariance: [Double]
  private var byCovariance: [Double]
  private let members: CriticRows<Double>

  /// A loss for `layout.windows` / `inputs` simulated copies an input, those of input 0 first.
  ///
  /// - Parameters:
  ///   - measured: for each input its repeats, [repeat][step][observable], normalised as the simulated ones: 2 or
  ///     more, 3 if lags are corrected; inputs may differ in number of repeats.
  /// - Throws: `badOption`; `unequalCopies`; `wrongCount` if an input's values are not whole windows; `tooFewRepeats`;
  ///   `notFinite`.
  public convenience init(
    layout: WindowLayout, measured: [[R]], options: MomentOptions = MomentOptions()
  ) throws(CriticError) {
    try self.init(layout: layout, inputs: measured.count, options: options)
    let features = layout.features
    for (input, values) in measured.enumerated() {
      let repeats = values.count / features
      guard repeats * features == values.count else {
        throw .wrongCount(buffer: "measured[\(input)]", count: values.count, needed: (repeats + 1) * features)
      }
      guard repeats >= least else { throw .tooFewRepeats(input: input, repeats: repeats, needed: least) }
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(buffer: "measured[\(input)]", index: bad)
      }
      let spread = CriticRows<Double>(features, repeats)
      for k in 0..<repeats {
        for row in 0..<features { spread.pointer[row * repeats + k] = Double(values[k * features + row]) }
      }
      targets[input].take(spread.pointer, count: repeats, shifts: shifts)
      terms[input] = MomentTerms(options: options, copies: copies, repeats: repeats)
    }
    pool()
  }

  /// A loss whose measured ensembles are given later, by `measure`.
  init(layout: WindowLayout, inputs: Int, options: MomentOptions) throws(CriticError) {
    try options.check()
    guard options.lags.allSatisfy({ $0 < layout.steps }) else { throw .badOption("lags") }
    guard layout.width >= 1 else { throw .badOption("width") }
    guard inputs >= 1, layout.windows % inputs == 0 else {
      throw .unequalCopies(windows: layout.windows, inputs: inputs)
    }
    self.layout = layout
    self.options = options
    self.inputs = inputs
    copies = layout.windows / inputs
    shifts = options.lags.map { $0 * layout.width }
    let rows = layout.features
    own = MomentRows(rows: rows, lags: shifts.count)
    targets = Array(repeating: own, count: inputs)
    pooled = Array(repeating: 1, count: layout.width)
    byMean = own.mean
    byVariance = own.variance
    byCovariance = own.covariance
    terms = Array(repeating: MomentTerms(options: options, copies: copies, repeats: copies), count: inputs)
    guard rows * copies <= 1 << 28 else { throw .badOption("windows") }
    members = CriticRows(rows, copies)
    guard copies >= least else { throw .badOption("windows") }
  }

  private var least: Int { options.corrected && !options.lags.isEmpty ? 3 : 2 }

  /// Takes a batch laid out as the simulated one for measured.
  @inline(__always)
  func measure(_ real: UnsafePointer<R>) {
    for input in 0..<inputs {
      gather(real, input)
      targets[input].take(members.pointer, count: copies, shifts: shifts)
    }
    pool()
  }

  private func pool() {
    let width = layout.width
    for i in 0..<width {
      var sum = 0.0
      for target in targets {
        var row = i
        while row < target.variance.count {
          sum += target.variance[row]
          row += width
        }
      }
      pooled[i] = max(options.floor * options.floor, sum / Double(inputs * layout.steps))
    }
  }

  @inline(__always)
  private func gather(_ values: UnsafePointer<R>, _ input: Int) {
    let (rows, lanes) = (layout.features, layout.lanes)
    for k in 0..<copies {
      let source = values + layout.start(of: input * copies + k)
      for row in 0..<rows { members.pointer[row * copies + k] = Double(source[row * lanes]) }
    }
  }

  /// The loss of the simulated windows; its gradient by each value of `fake` is written to `gradient`, laid out alike.
  ///
  /// - Throws: `wrongCount` if a buffer is too small. A value that is not finite makes the loss so.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func evaluate(
    fake: UnsafeBufferPointer<R>, gradient: UnsafeMutableBufferPointer<R>
  ) throws(CriticError) -> MomentValue {
    try layout.check(fake.count, "fake")
    try layout.check(gradient.count, "gradient")
    guard let source = fake.baseAddress, let target = gradient.baseAddress else { return MomentValue() }
    for k in 0..<layout.count { target[k] = 0 }
    return add(source, to: target, weight: 1)
  }

  /// Adds `weight` times the gradient; the value is unweighted.
  @inline(__always)
  func add(_ fake: UnsafePointer<R>, to gradient: UnsafeMutablePointer<R>, weight: Double) -> MomentValue {
    var value = MomentValue()
    for input in 0..<inputs {
      gather(fake, input)
      own.take(members.pointer, count: copies, shifts: shifts)
      compare(input, &value)
      scatter(input, gradient, weight)
    }
    value.loss = options.mean * value.mean + options.spread * value.spread
    value.loss += options.autocovariance * value.autocovariance
    return value
  }

  /// Adds the input's terms to `value` and finds the slopes by its own moments.
  private func compare(_ input: Int, _ value: inout MomentValue) {
    let (width, term, target) = (layout.width, terms[input], targets[input])
    let rows = own.mean.count
    let share = 1 / Double(inputs * rows)
    let (forMean, forSpread) = (options.mean * share, options.spread * share)
    for row in 0..<rows {
      let scale = pooled[row % width]
      let (v, aim) = (own.variance[row], target.variance[row])
      let mean = term.mean(own.mean[row], v, target.mean[row], aim, pooled: scale)
      let spread = term.spread(v, aim, pooled: scale)
      value.mean += share * mean.value
      value.spread += share * spread.value
      byMean[row] = forMean * mean.byMean
      byVariance[row] = forMean * mean.byVariance + forSpread * spread.byVariance
    }
    for (l, shift) in shifts.enumerated() {
      let share = 1 / Double(inputs * shifts.count * (rows - shift))
      let weight = share * options.autocovariance
      for row in shift..<rows {
        let (k, early) = (l * rows + row, row - shift)
        let lag = term.covariance(
          own.covariance[k], product: own.variance[row] * own.variance[early], target.covariance[k],
          targetProduct: target.variance[row] * target.variance[early], pooled: pooled[row % width])
        value.autocovariance += share * lag.value
        byCovariance[k] = weight * lag.byCovariance
        byVariance[row] += weight * lag.byProduct * own.variance[early]
        byVariance[early] += weight * lag.byProduct * own.variance[row]
      }
    }
  }

  /// dm/dx_k = 1/K, dv/dx_k = 2 d_k/(K-1), dc/dx_k = d_k of the other time/(K-1), d being deviations.
  @inline(__always)
  private func scatter(_ input: Int, _ gradient: UnsafeMutablePointer<R>, _ weight: Double) {
    let (rows, lanes) = (own.mean.count, layout.lanes)
    let (perCopy, perFreedom) = (weight / Double(copies), weight / Double(copies - 1))
    for row in 0..<rows {
      let shared = byMean[row] * perCopy
      let spread = 2 * byVariance[row] * perFreedom
      for k in 0..<copies {
        let index = layout.start(of: input * copies + k) + row * lanes
        gradient[index] += R(shared + spread * members.pointer[row * copies + k])
      }
      for (l, shift) in shifts.enumerated() {
        let before = row >= shift ? byCovariance[l * rows + row] * perFreedom : 0
        let after = row + shift < rows ? byCovariance[l * rows + row + shift] * perFreedom : 0
        let early = members.pointer + max(0, row - shift) * copies
        let late = members.pointer + min(rows - 1, row + shift) * copies
        for k in 0..<copies {
          let index = layout.start(of: input * copies + k) + row * lanes
          gradient[index] += R(before * early[k] + after * late[k])
        }
      }
    }
  }
}
