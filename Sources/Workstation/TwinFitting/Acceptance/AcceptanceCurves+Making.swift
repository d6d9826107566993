extension AcceptanceCurves {
  /// - Parameters:
  ///   - inputs: held-out inputs with the device's repeats; the first four are drawn, all go into the averages.
  ///   - twins: the twin's runs under each input, in the same units.
  ///   - residuals: row-major `[samples][observables]`, standardised.
  ///   - report: the report made of them.
  ///   - noise: for each observable, where known.
  public init(
    inputs: [HeldOutInput], twins: [RepeatEnsemble], residuals: [Float], report: ResidualReport,
    noise: [NoiseCurve?] = []
  ) {
    let count = max(
      report.observables.count, min(inputs.first?.device.observables ?? 0, twins.first?.observables ?? 0))
    let pairs = zip(inputs, twins).filter {
      $0.0.device.observables == count && $0.1.observables == count && min($0.0.device.repeats, $0.1.repeats) > 0
    }
    let devices = pairs.map { EnsembleRows($0.0.device, steps: $0.1.steps) }
    let models = pairs.map { EnsembleRows($0.1, steps: $0.0.device.steps) }
    self.inputs = pairs.prefix(4).enumerated().map { index, pair in
      let steps = devices[index].steps
      return Input(
        drives: Array(pair.0.drives.prefix(steps * pair.0.driveCount)), driveCount: pair.0.driveCount,
        observables: (0..<count).map { observable in
          let (mean, deviation) = Self.moments(devices[index], observable)
          let (twinMean, twinDeviation) = Self.moments(models[index], observable)
          return Band(
            deviceMean: mean, deviceDeviation: deviation, twinMean: twinMean, twinDeviation: twinDeviation)
        })
    }
    observables = (0..<count).map { observable in
      Observable(
        deviceAutocovariance: Self.autocovariance(devices, observable),
        twinAutocovariance: Self.autocovariance(models, observable),
        histogram: Self.histogram(residuals, observable, of: report.observables.count),
        histogramLow: -Self.histogramReach,
        residualAutocorrelation: observable < report.observables.count
          ? report.observables[observable].autocorrelation.map { Float($0) } : [],
        devicePortrait: Self.portrait(pairs.map(\.0.device), observable),
        twinPortrait: Self.portrait(pairs.map(\.1), observable),
        noise: observable < noise.count ? noise[observable] : nil)
    }
  }

  static let histogramReach: Float = 4
  static let histogramBins = 40
  static let portraitPoints = 1000
  static let lags = 40

  private static func moments(_ ensemble: EnsembleRows, _ observable: Int) -> (mean: [Float], deviation: [Float]) {
    var mean = [EnsembleRows.Vector](repeating: .zero, count: ensemble.width)
    var deviation = mean
    ensemble.moments(observable, .init(0..<ensemble.repeats), mean: &mean, deviation: &deviation)
    let steps = 0..<ensemble.steps
    return (steps.map { mean[$0 / 8][$0 % 8] }, steps.map { deviation[$0 / 8][$0 % 8] })
  }

  /// sum cov(t, t + lag) / sum sd(t) sd(t + lag) over times, inputs and repeats; empty without two repeats.
  static func autocovariance(_ ensembles: [EnsembleRows], _ observable: Int) -> [Float] {
    let usable = ensembles.filter { $0.repeats >= 2 && $0.steps > 1 }
    let steps = usable.map(\.steps).max() ?? 0
    guard steps > 1 else { return [] }
    var cross = [Double](repeating: 0, count: min(lags + 1, steps))
    var scale = cross
    for ensemble in usable {
      let base = observable * ensemble.repeats * ensemble.width
      func value(_ row: Int, _ time: Int) -> Double {
        Double(ensemble.rows[base + row * ensemble.width + time / 8][time % 8])
      }
      let deviation = (0..<ensemble.steps).map { time in
        (0..<ensemble.repeats).reduce(0.0) { $0 + value($1, time) * value($1, time) }.squareRoot()
      }
      // A few times are enough for an average.
      let stride = max(1, ensemble.steps / 64)
      for lag in 0..<min(cross.count, ensemble.steps) {
        for time in Swift.stride(from: 0, to: ensemble.steps - lag, by: stride) {
          for row in 0..<ensemble.repeats { cross[lag] += value(row, time) * value(row, time + lag) }
          scale[lag] += deviation[time] * deviation[time + lag]
        }
      }
    }
    return zip(cross, scale).map { $1 > 1e-18 ? Float($0 / $1) : 0 }
  }

  private static func histogram(_ residuals: [Float], _ observable: Int, of observables: Int) -> [Int] {
    var bins = [Int](repeating: 0, count: histogramBins)
    guard observable < observables else { return bins }
    for index in stride(from: observable, to: residuals.count, by: observables) {
      let value = residuals[index]
      let place = (value + histogramReach) / (2 * histogramReach) * Float(histogramBins)
      // Not a number counts as beyond.
      let bin =
        place >= 0
        ? (place < Float(histogramBins) ? Int(place) : histogramBins - 1) : (place < 0 ? 0 : histogramBins - 1)
      bins[bin] += 1
    }
    return bins
  }

  static func portrait(_ ensembles: [RepeatEnsemble], _ observable: Int) -> [Float] {
    let all = ensembles.reduce(0) { $0 + $1.repeats * max(0, $1.steps - 1) }
    guard all > 0 else { return [] }
    // An odd stride does not fall in step with pieces of even length.
    let stride = all <= portraitPoints ? 1 : (all + portraitPoints - 1) / portraitPoints | 1
    var points: [Float] = []
    var position = 0
    for ensemble in ensembles where ensemble.steps > 1 {
      let count = ensemble.repeats * (ensemble.steps - 1)
      while position < count {
        let row = position / (ensemble.steps - 1)
        let time = position % (ensemble.steps - 1) + 1
        let index = (row * ensemble.steps + time) * ensemble.observables + observable
        points.append(ensemble.values[index - ensemble.observables])
        points.append(ensemble.values[index])
        position += stride
      }
      position -= count
    }
    return points
  }
}

extension AcceptanceCurves.NoiseCurve {
  /// - Parameters:
  ///   - grid: drives at which the twin was asked.
  ///   - twinDeviation: its predicted standard deviation there, in the unit of the response.
  ///   - drives: the drive of each held-out step.
  ///   - errors: measured minus predicted mean of each held-out step, same unit.
  ///   - bins: of equal width over the drives that occur; those with fewer than 8 steps are left out.
  public init(grid: [Float], twinDeviation: [Float], drives: [Float], errors: [Float], bins: Int = 20) {
    drive = grid
    self.twinDeviation = twinDeviation
    binDrive = []
    binDeviation = []
    binCount = []
    let steps = zip(drives, errors).filter { $0.isFinite && $1.isFinite }
    guard let low = steps.map(\.0).min(), let high = steps.map(\.0).max() else { return }
    let bins = max(1, min(bins, 1000))
    var sums = [(n: Double, drive: Double, error: Double, square: Double)](repeating: (0, 0, 0, 0), count: bins)
    for (drive, error) in steps {
      let place = high > low ? (drive - low) / (high - low) * Float(bins) : 0
      let bin = place.isFinite ? min(bins - 1, max(0, Int(place))) : 0
      sums[bin].n += 1
      sums[bin].drive += Double(drive)
      sums[bin].error += Double(error)
      sums[bin].square += Double(error) * Double(error)
    }
    for sum in sums where sum.n >= 8 {
      binDrive.append(Float(sum.drive / sum.n))
      let mean = sum.error / sum.n
      binDeviation.append(Float((max(0, sum.square / sum.n - mean * mean) * sum.n / (sum.n - 1)).squareRoot()))
      binCount.append(Int(sum.n))
    }
  }
}
