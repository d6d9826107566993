/// Compares drawn repeats with a reference ensemble, input by input: the arithmetic of the acceptance triple.
struct TripleComparison {
  typealias Vector = EnsembleRows.Vector

  /// What one input is compared against: the twin's large ensemble.
  struct Reference {
    var mean: [[Vector]]
    var deviation: [[Vector]]
    var correlation: [[Vector]]
    var grid: TimeGrid
    var repeats: Int
  }

  /// One input's part in a comparison.
  struct Item {
    var input: Int
    var draw: EnsembleRows.Draw
  }

  let references: [Reference]
  /// One over the response's standard deviation, an observable.
  let inverseScale: [Double]
  let steps: Int

  init(twins: [EnsembleRows], inverseScale: [Double], grids: [TimeGrid]) {
    self.inverseScale = inverseScale
    steps = twins.map(\.steps).max() ?? 0
    references = zip(twins, grids).map { twin, grid in
      var reference = Reference(mean: [], deviation: [], correlation: [], grid: grid, repeats: twin.repeats)
      let all = EnsembleRows.Draw(0..<twin.repeats)
      for observable in 0..<twin.observables {
        var mean = [Vector](repeating: .zero, count: twin.width)
        var deviation = mean
        twin.moments(observable, all, mean: &mean, deviation: &deviation)
        let rows = Correlations.standardised(
          twin, observable, all, grid: grid, mean: mean, deviation: deviation)
        reference.mean.append(mean)
        reference.deviation.append(deviation)
        reference.correlation.append(Correlations.matrix(rows, grid: grid))
      }
      return reference
    }
  }

  /// The triple of one observable; the autocovariance error is nil unless asked for.
  func values(
    _ observable: Int, _ items: [Item], of ensembles: [EnsembleRows], correlations: Bool
  ) -> (mean: Double, deviation: Double, autocovariance: Double) {
    let width = (steps + 7) / 8
    var weighted = [Vector](repeating: .zero, count: width)
    var weights = weighted
    var own = weighted
    var error = 0.0
    var times = 0.0
    var distance = 0.0
    var distanceWeights = 0.0
    for item in items {
      let ensemble = ensembles[item.input]
      let reference = references[item.input]
      var mean = [Vector](repeating: .zero, count: ensemble.width)
      var deviation = mean
      ensemble.moments(observable, item.draw, mean: &mean, deviation: &deviation)
      let twinMean = reference.mean[observable]
      let twinDeviation = reference.deviation[observable]
      var sum = Vector.zero
      for column in 0..<ensemble.width {
        sum += absolute(mean[column] - twinMean[column])
        let both = deviation[column] + twinDeviation[column]
        weighted[column] += both * absolute(deviation[column] - twinDeviation[column])
        own[column] += both * deviation[column]
        weights[column] += both
      }
      error += Double(sum.sum())
      times += Double(ensemble.steps)
      guard correlations else { continue }
      let rows = Correlations.standardised(
        ensemble, observable, item.draw, grid: reference.grid, mean: mean, deviation: deviation)
      for column in 0..<ensemble.width { deviation[column] += twinDeviation[column] }
      let part = Correlations.distance(
        rows, grid: reference.grid, reference: reference.correlation[observable],
        weight: Correlations.gather(deviation, reference.grid, steps: ensemble.steps))
      distance += part.sum
      distanceWeights += part.weights
    }
    var ratio = Vector.zero
    var ownRatio = Vector.zero
    for column in 0..<width {
      let inverse = (1 / weights[column]).replacing(with: 0, where: weights[column] .< 1e-12)
      ratio += weighted[column] * inverse
      ownRatio += own[column] * inverse
    }
    let deviation = Double(ratio.sum()) / max(Double(ownRatio.sum()), 1e-9)
    return (
      times > 0 ? error / times * inverseScale[observable] : 0, deviation,
      distanceWeights > 0 ? distance / distanceWeights : 0
    )
  }

  /// The mean error that the finite numbers of runs give by themselves: sqrt(2/pi) sqrt(sd^2/n + sd'^2/n'), averaged as
  /// the error is.
  func meanFloor(_ observable: Int, _ items: [Item], of ensembles: [EnsembleRows]) -> Double {
    var sum = 0.0
    var times = 0.0
    for item in items {
      let ensemble = ensembles[item.input]
      let reference = references[item.input]
      var mean = [Vector](repeating: .zero, count: ensemble.width)
      var deviation = mean
      ensemble.moments(observable, item.draw, mean: &mean, deviation: &deviation)
      let own = 1 / Float(max(1, item.draw.total))
      let twin = 1 / Float(max(1, reference.repeats))
      for column in 0..<ensemble.width {
        let other = reference.deviation[observable][column]
        sum += Double((deviation[column] * deviation[column] * own + other * other * twin).squareRoot().sum())
      }
      times += Double(ensemble.steps)
    }
    return times > 0 ? 0.7978845608 * sum / times * inverseScale[observable] : 0
  }

  private func absolute(_ value: Vector) -> Vector { value.replacing(with: 0 - value, where: value .< 0) }
}
