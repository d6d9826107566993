import Numerics

/// Judges a twin by its own runs under held-out inputs with repeats.
public struct TripleJudge: Sendable {
  /// Bootstrap resamples behind the intervals.
  public var resamples = 200
  /// Runs of the twin for each of the device's, where the judge has them simulated.
  public var copiesPerRepeat = 8
  public var seed: UInt64 = 1

  public init(seed: UInt64 = 1, resamples: Int = 200, copiesPerRepeat: Int = 8) {
    self.seed = seed
    self.resamples = resamples
    self.copiesPerRepeat = copiesPerRepeat
  }

  /// The triple, with the twin simulated under each input; nil when no input has two repeats.
  ///
  /// - Parameter responseDeviations: standard deviation of each observable over the recording; nil or NaN takes that
  ///   of the held-out repeats themselves.
  public func triple(
    _ inputs: [HeldOutInput], twin: some EnsembleSimulator, responseDeviations: [Double]? = nil
  ) -> AcceptanceTriple? {
    let twins = inputs.indices.map { index in
      let repeats = inputs[index].device.repeats
      let copies = max(64, repeats * max(2, copiesPerRepeat))
      // Whole groups, so that each has the device's spread of starts.
      let whole = repeats > 0 ? (copies + repeats - 1) / repeats * repeats : 0
      return twin.simulate(input: index, copies: whole, seed: seed)
    }
    return triple(inputs.map(\.device), twins: twins, responseDeviations: responseDeviations)
  }

  /// The triple of ensembles already at hand; nil when no input has two repeats and two copies of the same steps.
  public func triple(
    _ devices: [RepeatEnsemble], twins: [RepeatEnsemble], responseDeviations: [Double]? = nil
  ) -> AcceptanceTriple? {
    let observables = devices.first?.observables ?? 0
    let pairs = zip(devices, twins).filter { device, twin in
      device.repeats >= 2 && twin.repeats >= 2 && min(device.steps, twin.steps) > 0
        && device.observables == observables && twin.observables == observables
    }
    guard !pairs.isEmpty, observables > 0 else { return nil }
    let own = Self.deviations(pairs.map(\.0))
    let scales = responseDeviations ?? own
    guard scales.count == observables, own.count == observables else { return nil }
    let device = pairs.map { EnsembleRows($0.0, steps: $0.1.steps) }
    let twin = pairs.map { EnsembleRows($0.1, steps: $0.0.steps) }
    let repeats = device.map(\.repeats)
    let copies = twin.map(\.repeats)
    // The resamples see at most 8 observables' autocovariance: 60 would take seconds and say the same.
    let sampled = Self.spread(observables, most: 8)
    let meanRepeats = Double(repeats.reduce(0, +)) / Double(device.count)
    let perPair =
      Double(device.count)
      * max(
        Double(sampled.count * max(1, resamples)) * 0.63 * meanRepeats,
        Double(observables) * 0.2 * Double((copies.max() ?? 0) * 2))
    let most = TimeGrid.most(budget: 1.2e8, perPair: perPair)
    let grids = device.map { TimeGrid(steps: $0.steps, most: most) }
    let comparison = TripleComparison(
      twins: twin, inverseScale: zip(scales, own).map { Self.inverse($0.isFinite ? $0 : $1) }, grids: grids)

    let whole = device.indices.map { TripleComparison.Item(input: $0, draw: .init(0..<repeats[$0])) }
    let per = (0..<observables).map { comparison.values($0, whole, of: device, correlations: true) }
    let values = Self.average(per)
    let floor = floors(comparison, twin: twin, repeats: repeats, observables: observables)
    let meanFloor =
      (0..<observables).reduce(0) { $0 + comparison.meanFloor($1, whole, of: device) } / Double(observables)
    let samples = bootstrap(comparison, device: device, observables: observables, sampled: sampled)
    let sampledValue = sampled.map { per[$0].autocovariance }.reduce(0, +) / Double(max(1, sampled.count))
    return AcceptanceTriple(
      mean: Self.squared(values.mean, floor: meanFloor, samples.map(\.mean)),
      deviation: Self.squared(values.deviation, floor: floor.deviation, samples.map(\.deviation)),
      autocovariance: Self.linear(
        values.autocovariance, floor: floor.autocovariance, samples.map(\.autocovariance),
        stretch: sampledValue > 1e-12 ? values.autocovariance / sampledValue : 1),
      perObservable: per.map { .init(mean: $0.mean, deviation: $0.deviation, autocovariance: $0.autocovariance) },
      inputs: device.count, leastRepeats: repeats.min() ?? 0, meanRepeats: meanRepeats, copies: copies.min() ?? 0)
  }

  typealias Values = (mean: Double, deviation: Double, autocovariance: Double)

  // The mean's floor follows from the spreads alone, and the device's own counts. For the others: groups of the twin's
  // runs, of as many as the device has repeats, against all of its runs. A group is a part of the whole it is compared
  // with, and the device is not: the variances of the differences are in the ratio taken out.
  private func floors(
    _ comparison: TripleComparison, twin: [EnsembleRows], repeats: [Int], observables: Int
  ) -> (deviation: Double, autocovariance: Double) {
    var sum = (deviation: 0.0, autocovariance: 0.0)
    let sizes = zip(twin, repeats).map { max(1, min($1, $0.repeats / 2)) }
    let groups = zip(twin, sizes).map { $0.repeats / $1 }
    let draws = min(16, groups.max() ?? 1)
    var ratio = 0.0
    for (index, size) in sizes.enumerated() {
      let whole = 1 / Double(twin[index].repeats)
      ratio += (1 / Double(repeats[index]) + whole) / max(1 / Double(size) - whole, 1e-9)
    }
    ratio /= Double(max(1, sizes.count))
    for draw in 0..<draws {
      let items = twin.indices.map { index in
        let start = (draw % groups[index]) * sizes[index]
        return TripleComparison.Item(input: index, draw: .init(start..<(start + sizes[index])))
      }
      let values = Self.average(
        (0..<observables).map { comparison.values($0, items, of: twin, correlations: true) })
      sum.deviation += values.deviation * values.deviation
      sum.autocovariance += values.autocovariance
    }
    let n = Double(max(1, draws))
    return ((sum.deviation / n * ratio).squareRoot(), sum.autocovariance / n * ratio)
  }

  private func bootstrap(
    _ comparison: TripleComparison, device: [EnsembleRows], observables: Int, sampled: [Int]
  ) -> [Values] {
    (0..<max(0, resamples)).map { resample in
      var random = RandomStream(seed: seed, stream: 0xB007 &+ UInt32(truncatingIfNeeded: resample))
      let items = device.indices.map { index in
        let input = device.count > 1 ? Int(random.below(UInt32(device.count))) : index
        var counts = [Int32](repeating: 0, count: device[input].repeats)
        for _ in counts.indices { counts[Int(random.below(UInt32(counts.count)))] += 1 }
        return TripleComparison.Item(input: input, draw: .init(counts: counts))
      }
      var sum: Values = (0, 0, 0)
      for observable in 0..<observables {
        let wanted = sampled.contains(observable)
        let values = comparison.values(observable, items, of: device, correlations: wanted)
        sum.mean += values.mean / Double(observables)
        sum.deviation += values.deviation / Double(observables)
        if wanted { sum.autocovariance += values.autocovariance / Double(sampled.count) }
      }
      return sum
    }
  }

  // A resample adds its own noise to that of the sample. In squares the two add, so the samples are moved to have the
  // square of the value as their mean before the quantiles are taken.
  private static func squared(_ value: Double, floor: Double, _ samples: [Double]) -> Estimate {
    let squares = samples.map { $0 * $0 }
    let mean = squares.isEmpty ? value * value : squares.reduce(0, +) / Double(squares.count)
    let interval = Quantiles.interval(squares.map { value * value + $0 - mean })
    let low = samples.isEmpty ? value * value : max(0, interval.low)
    let high = samples.isEmpty ? value * value : max(0, interval.high)
    func less(_ square: Double) -> Double { max(0, square - floor * floor).squareRoot() }
    return Estimate(
      value: value, low: low.squareRoot(), high: high.squareRoot(), floor: floor, excess: less(value * value),
      excessLow: less(low), excessHigh: less(high))
  }

  private static func linear(_ value: Double, floor: Double, _ samples: [Double], stretch: Double) -> Estimate {
    let mean = samples.isEmpty ? 0 : samples.reduce(0, +) / Double(samples.count)
    let interval = Quantiles.interval(samples.map { value + ($0 - mean) * stretch })
    let low = samples.isEmpty ? value : max(0, interval.low)
    let high = samples.isEmpty ? value : max(0, interval.high)
    return Estimate(
      value: value, low: low, high: high, floor: floor, excess: max(0, value - floor), excessLow: max(0, low - floor),
      excessHigh: max(0, high - floor))
  }

  private static func average(_ values: [Values]) -> Values {
    let n = Double(max(1, values.count))
    return (
      values.reduce(0) { $0 + $1.mean } / n, values.reduce(0) { $0 + $1.deviation } / n,
      values.reduce(0) { $0 + $1.autocovariance } / n
    )
  }

  /// A reading that never moves has no scale to measure an error by, and takes no part.
  private static func inverse(_ scale: Double) -> Double { scale.isFinite && scale > 1e-12 ? 1 / scale : 0 }

  static func spread(_ count: Int, most: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { $0 * (count - 1) / (most - 1) }
  }

  /// Standard deviation of each observable over everything in the ensembles.
  static func deviations(_ ensembles: [RepeatEnsemble]) -> [Double] {
    let observables = ensembles.first?.observables ?? 0
    return (0..<observables).map { observable in
      var count = 0.0
      var sum = 0.0
      var square = 0.0
      for ensemble in ensembles {
        for index in stride(from: observable, to: ensemble.values.count, by: observables) {
          let value = Double(ensemble.values[index])
          count += 1
          sum += value
          square += value * value
        }
      }
      guard count > 1 else { return 0 }
      return max(0, square / count - sum / count * (sum / count)).squareRoot()
    }
  }
}
