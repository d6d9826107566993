import Foundation
import Testing
import VirtualBench

/// The nanoring array against what follows from its equations, and against what such arrays are known to do.
@Suite struct NanoringTests {
  static let names = BenchDeviceKind.nanoring.parameterNames.map { "\($0)" }

  /// An array read as it is, driven in oersted about the de-pinning field of 28: no reading noise, no converters.
  private func array(
    _ changed: [String: Double] = [:], quantaPerStep: UInt32 = 4, unit: UInt32 = 0
  ) throws -> DeviceSimulator {
    var coupling = DeviceCoupling.usual(.nanoring)
    coupling.readings = [.init(units: 1), .init(units: 1)]
    for (name, value) in changed { coupling.parameters[try #require(Self.names.firstIndex(of: name))] = value }
    var options = DeviceSimulatorOptions()
    options.spread = 0
    options.quantised = false
    options.readingNoise = 0
    options.unit = unit
    options.quantaPerStep = quantaPerStep
    options.quantaBeforeReading = quantaPerStep
    return try DeviceSimulator(coupling, options)
  }

  private static let quiet = ["rings": 1e12, "modulation": 0, "lock_in": 1e-3]

  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  private func correlation(_ pairs: [DeviceReadings]) -> Double {
    let (first, second) = (moments(pairs.map(\.first)), moments(pairs.map(\.second)))
    let product = pairs.reduce(0) { $0 + ($1.first - first.mean) * ($1.second - second.mean) }
    return product / Double(pairs.count - 1) / (first.deviation * second.deviation)
  }

  /// q = r(1-p) / (p + r(1-p)), and d where injection (1-d) = annihilation q d^2.
  @Test(arguments: [18.0, 22, 25, 28, 30, 33, 38])
  func settlesWhereItsRatesBalance(field: Double) throws {
    var array = try array(Self.quiet)
    for _ in 0..<3000 { _ = array.step(drive: (field - 28) / 10) }
    let reading = array.step(drive: (field - 28) / 10)
    let p = 1 - exp(-log(2) * exp(10 * (field / 28 - 1)))
    let pinned = 0.5 * (1 - p) / (p + 0.5 * (1 - p))
    let density = (sqrt(0.15 * 0.15 + 4 * 2 * pinned * 0.15) - 0.15) / (2 * 2 * pinned)
    #expect(abs(reading.second - density * (1 - pinned)) < 1e-6)
    #expect(abs(reading.first - 4 * density * (1 - pinned) * pinned) < 1e-6)
  }

  /// The second harmonic grows with the field all the way, steepest about the de-pinning field; the first has one peak.
  @Test func respondsToTheField() throws {
    var first: [Double] = []
    var second: [Double] = []
    for step in 0...20 {
      var array = try array(["rings": 1e12])
      for _ in 0..<400 { _ = array.step(drive: Double(step) / 10 - 1) }
      let reading = array.step(drive: Double(step) / 10 - 1)
      first.append(reading.first)
      second.append(reading.second)
    }
    for (low, high) in zip(second, second.dropFirst()) { #expect(high >= low) }
    #expect(second[0] < 0.02 && second[20] > 0.99 && second[14] - second[10] > 0.4)
    let peak = try #require(first.indices.max { first[$0] < first[$1] })
    #expect((8...11).contains(peak) && first[peak] > 0.3)
    for index in 1...20 { #expect((first[index] > first[index - 1]) == (index <= peak)) }
  }

  /// What was held for some rotations before still shows after others held the same field.
  @Test func remembersEarlierFields() throws {
    var (weak, strong) = (try array(Self.quiet), try array(Self.quiet))
    for _ in 0..<200 {
      _ = weak.step(drive: -1)
      _ = strong.step(drive: 1)
    }
    var gaps: [Double] = []
    for _ in 0..<40 { gaps.append(abs(weak.step(drive: 0.3).second - strong.step(drive: 0.3).second)) }
    #expect(gaps[2] > 0.2 && gaps[6] > 0.05 && gaps[39] < 1e-3)
    // The density is the slower state: the pinned share alone does not tell where the array will go.
    var (emptied, filled) = (try array(Self.quiet), try array(Self.quiet))
    for _ in 0..<200 {
      _ = emptied.step(drive: -0.2)
      _ = filled.step(drive: 1)
    }
    for _ in 0..<9 {
      _ = emptied.step(drive: -1)
      _ = filled.step(drive: -1)
    }
    let (a, b) = (emptied.step(drive: -1), filled.step(drive: -1))
    #expect(abs(a.first / a.second - b.first / b.second) < 0.03 && b.second > 1.3 * a.second)
  }

  /// The pinned share's deviation is the binomial one of 2 d rings walls, and all deviations go as 1 / sqrt(rings).
  @Test func noiseFallsWithTheRings() throws {
    var deviations: [Double] = []
    for rings in [100.0, 10_000] {
      var array = try array(["rings": rings, "lock_in": 1e-3, "modulation": 0])
      var seconds: [Double] = []
      var shares: [Double] = []
      var density = 0.0
      for step in 0..<40_000 {
        let reading = array.step(drive: 0)
        guard step >= 100 else { continue }
        let pinned = reading.first / (4 * reading.second)
        shares.append(pinned)
        seconds.append(reading.second)
        density += reading.second / (1 - pinned)
      }
      let share = moments(shares)
      let walls = 2 * rings * density / Double(shares.count)
      let binomial = (share.mean * (1 - share.mean) / walls).squareRoot()
      #expect(abs(share.deviation / binomial - 1) < 0.06, "\(rings) rings")
      deviations.append(moments(seconds).deviation)
    }
    #expect(abs(deviations[0] / deviations[1] / 10 - 1) < 0.1)
  }

  /// Where few walls move, both signals rise with the moving share; where most do, the first falls as the second rises.
  @Test func readingsGoTogetherInWeakFieldsAndApartInStrong() throws {
    var results: [Double] = []
    for band in [-0.9...(-0.3), 0.4...0.9] {
      var array = try array()
      var generator = SplitMix(state: 3)
      var pairs: [DeviceReadings] = []
      for _ in 0..<600 {
        let share = Double(generator.next() >> 11) / 9_007_199_254_740_992
        for _ in 0..<25 {
          pairs.append(array.step(drive: band.lowerBound + share * (band.upperBound - band.lowerBound)))
        }
      }
      results.append(correlation(Array(pairs.dropFirst(100))))
    }
    #expect(results[0] > 0.7 && results[1] < -0.7)
  }

  /// Read four times a rotation, the response ripples at twice the field's frequency; over whole rotations it does not.
  @Test func modulationRipplesWithinARotation() throws {
    var coupling = DeviceCoupling.usual(.nanoring)
    coupling.readings = [.init(units: 1), .init(units: 1)]
    coupling.timePerStep = 0.125
    coupling.parameters[try #require(Self.names.firstIndex(of: "rings"))] = 1e12
    var options = DeviceSimulatorOptions()
    (options.spread, options.quantised, options.readingNoise) = (0, false, 0)
    (options.quantaPerStep, options.quantaBeforeReading) = (1, 1)
    var array = try DeviceSimulator(coupling, options)
    for _ in 0..<800 { _ = array.step(drive: 0) }
    let ripple = (0..<16).map { _ in array.step(drive: 0).second }
    let (low, high) = (try #require(ripple.min()), try #require(ripple.max()))
    #expect(high - low > 3e-4 && high - low < 0.05)
    // Two periods a rotation: what is read repeats after four steps of an eighth.
    for index in 0..<12 { #expect(abs(ripple[index] - ripple[index + 4]) < 1e-6) }
  }

  /// Finer integration steps give the same course, within the first order of the half-implicit step.
  @Test func coursesHardlyDependOnTheStep() throws {
    var coarse = try array(["rings": 1e12], quantaPerStep: 4)
    var fine = try array(["rings": 1e12], quantaPerStep: 64)
    var worst = 0.0
    for step in 0..<200 {
      let drive = Double((step / 3 * 7) % 11) / 5 - 1
      let (a, b) = (coarse.step(drive: drive), fine.step(drive: drive))
      worst = max(worst, abs(a.first - b.first), abs(a.second - b.second))
    }
    #expect(worst < 0.1)
  }

  /// Units of the usual spread keep a usable range in both readings.
  @Test func unitsKeepTheirRange() throws {
    for unit in UInt32(0)..<40 {
      var options = DeviceSimulatorOptions()
      options.unit = unit
      var array = try DeviceSimulator(.usual(.nanoring), options)
      var generator = SplitMix(state: UInt64(unit))
      var (first, second): ([Double], [Double]) = ([], [])
      for _ in 0..<1000 {
        let drive = Double(generator.next() >> 11) / 4_503_599_627_370_496 - 1
        for _ in 0..<3 {
          let reading = array.step(drive: drive)
          first.append(reading.first)
          second.append(reading.second)
        }
      }
      for values in [Array(first.dropFirst(30)), Array(second.dropFirst(30))] {
        let (low, high) = (try #require(values.min()), try #require(values.max()))
        #expect(high - low > 0.3 && low > -0.99 && high < 0.99, "unit \(unit): \(low)...\(high)")
      }
    }
  }
}
