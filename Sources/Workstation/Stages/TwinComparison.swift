import Foundation
import TwinFitting
import TwinModel

/// Two twins of a device over one recording of it.
package struct TwinComparison {
  /// Samples left at a segment's start, for the twins' memory to fill.
  private static let burnIn = 16
  /// Most samples compared.
  private static let most = 20_000
  /// A better likelihood than this, a sample, is worth a new twin.
  package static let worthwhile = 0.01

  package private(set) var steps = 0
  private var meanSquare = 0.0
  private var deviationSquare = 0.0
  private var gain = 0.0
  private var residualSums: [(sum: Double, square: Double, count: Double)]

  /// - Parameter responseSd: of each observable, channel units.
  /// - Returns: nil where the twins are not of one device's shape or nothing could be compared.
  package init?(_ earlier: TwinParameters, _ later: TwinParameters, over trace: DeviceTrace, responseSd: [Double]) {
    guard earlier.drives == trace.driveCount, later.drives == trace.driveCount,
      earlier.observables == trace.responseCount, later.observables == trace.responseCount,
      responseSd.count == trace.responseCount, responseSd.allSatisfy({ $0 > 0 })
    else { return nil }
    residualSums = responseSd.map { _ in (0, 0, 0) }
    for segment in Self.segments(trace) where steps < Self.most && segment.count > Self.burnIn {
      follow(earlier, later, trace, segment, responseSd)
    }
    guard steps > 0 else { return nil }
  }

  /// Repeats kept for judging, to which no twin was fitted, where there are any; else everything.
  private static func segments(_ trace: DeviceTrace) -> [Range<Int>] {
    let groups = trace.repeats.filter { $0.count > 1 }
    guard !groups.isEmpty else { return trace.segments }
    return groups.suffix((groups.count + 3) / 4).flatMap { $0 }
      .compactMap { trace.segments.indices.contains($0) ? trace.segments[$0] : nil }
  }

  private mutating func follow(
    _ earlier: TwinParameters, _ later: TwinParameters, _ trace: DeviceTrace, _ segment: Range<Int>,
    _ responseSd: [Double]
  ) {
    let (ns, nx) = (trace.driveCount, trace.responseCount)
    func drives(_ sample: Int) -> [Float] { Array(trace.drives[sample * ns..<(sample + 1) * ns]) }
    func responses(_ sample: Int) -> [Float] { Array(trace.responses[sample * nx..<(sample + 1) * nx]) }
    let start = segment.lowerBound
    var old = TwinProbe(earlier, drives: drives(start), responses: responses(start))
    var new = TwinProbe(later, drives: drives(start), responses: responses(start))
    for sample in segment.dropFirst() {
      let (drive, measured) = (drives(sample), responses(sample))
      if sample >= start + Self.burnIn {
        old.expect(drives: drive)
        new.expect(drives: drive)
        for index in 0..<nx { compare(old, new, index, measured[index], responseSd[index]) }
        steps += 1
      }
      old.observe(drives: drive, measured: measured)
      new.observe(drives: drive, measured: measured)
    }
  }

  private mutating func compare(_ old: TwinProbe, _ new: TwinProbe, _ index: Int, _ measured: Float, _ unit: Double) {
    let (a, b) = (Double(old.deviation[index]), Double(new.deviation[index]))
    // At a rail the residual says little.
    guard a > 0, b > 0, measured.isFinite, abs(measured) < 0.9995 else { return }
    let mean = Double(new.mean[index] - old.mean[index]) / unit
    meanSquare += mean * mean
    deviationSquare += (b - a) * (b - a) / (unit * unit)
    let before = (Double(measured) - Double(old.mean[index])) / a
    let after = (Double(measured) - Double(new.mean[index])) / b
    gain += log(a) + before * before / 2 - log(b) - after * after / 2
    residualSums[index].sum += before
    residualSums[index].square += before * before
    residualSums[index].count += 1
  }

  /// The comparison in figures; nil where every reading was at a rail.
  package func change(from id: String, limits: AcceptanceLimits) -> TwinChange? {
    let count = residualSums.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    var worst = (mean: 0.0, sd: 1.0)
    var explained = gain / count < Self.worthwhile
    for sums in residualSums where sums.count > 1 {
      let mean = sums.sum / sums.count
      let sd = max(0, sums.square / sums.count - mean * mean).squareRoot()
      explained = explained && abs(mean) <= limits.residualMean && limits.residualDeviation.contains(sd)
      if abs(mean) + abs(log(max(sd, 1e-9))) > abs(worst.mean) + abs(log(max(worst.sd, 1e-9))) { worst = (mean, sd) }
    }
    return TwinChange(
      from: id, steps: steps, mean: (meanSquare / count).squareRoot(), sd: (deviationSquare / count).squareRoot(),
      earlierResidualMean: worst.mean, earlierResidualSd: worst.sd, gain: gain / count, stillExplained: explained)
  }
}
