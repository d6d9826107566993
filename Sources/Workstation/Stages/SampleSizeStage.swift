import Foundation
import PhysicalNetwork
import TwinFitting
import TwinModel
import Workbench

/// How good a twin gets with how much recording.
extension Workspace {
  /// Shares of the recording that twins are fitted to beside the whole.
  static let curveShares = [0.125, 0.25, 0.5]

  /// Fits the nodes again to growing parts of their recordings, all judged on the same repeats, and stores how their errors
  /// fall.
  ///
  /// - Parameter wanted: names of nodes; empty for the first of each kind of device.
  /// - Returns: `fitted` with the curves in it; a sentence a node is said aloud.
  public func sampleSizeCurves(
    _ fitted: Fitted, run: RecordedRun, options: TwinFitOptions, seed: UInt64, nodes wanted: [String],
    cancelled: @escaping @Sendable () -> Bool = { Interrupt.raised }
  ) throws -> Fitted {
    var fitted = fitted
    var kinds: [String] = []
    let places =
      try wanted.isEmpty
      ? fitted.devices.indices.filter { place in
        let device = fitted.devices[place].sidecar.device
        if kinds.contains(device) { return false }
        kinds.append(device)
        return true
      }
      : wanted.map { name in
        if let place = fitted.devices.firstIndex(where: { $0.sidecar.node == name }) { return place }
        throw StageError(
          "--node '\(name)': no such node has a twin"
            + (NearestName.of(name, in: fitted.devices.map(\.sidecar.node)).map { ": did you mean '\($0)'?" } ?? ""),
          code: ExitCode.usage)
      }
    var traces: [DeviceTrace] = []
    var structures: [TwinStructure?] = []
    for place in places {
      let sidecar = fitted.devices[place].sidecar
      let whole = try Self.deviceTrace(run, node: sidecar.nodeIndex)
      for share in Self.curveShares {
        traces.append(whole.part(share))
        structures.append(sidecar.structure)
      }
    }
    let meter = CurveMeter(count: traces.count)
    let results = TwinFitter().fitAll(
      traces, options: options, seed: seed, structures: structures,
      progress: { [console] in console.progress("curve", meter.note($0), "fits to parts of the recording") },
      cancelled: cancelled)
    console.done()
    try Interrupt.check()
    for (index, place) in places.enumerated() {
      var device = fitted.devices[place]
      var points: [SampleSizeCurve.Point] = []
      for part in 0..<Self.curveShares.count {
        guard case .success(let fit) = results[index * Self.curveShares.count + part],
          let seconds = fit.report.trainingSeconds, let triple = fit.report.acceptance.triple
        else { continue }
        points.append(SampleSizeCurve.Point(seconds: seconds, triple))
      }
      if let seconds = device.sidecar.trainingSeconds, let triple = device.sidecar.acceptance.triple {
        points.append(SampleSizeCurve.Point(seconds: seconds, triple))
      }
      let curve = SampleSizeCurve(points)
      device.sidecar.sampleSize = curve
      fitted.devices[place] = device
      try TwinFolder(fitted.id, in: project).save(device.sidecar)
      console.say(
        "    \(device.sidecar.node) (\(device.sidecar.device)): \(curve.sentence(for: options.limits))"
          + (device.sidecar.acceptance.triple == nil ? " (the recording holds no repeats to judge them by)" : ""))
    }
    try FitPage(fitted, board: run.board).html.write(to: fitted.page)
    return fitted
  }

  /// What the stored curves of a board say about how long to record; nil where none is stored.
  public func recordingAdvice(_ board: BoardEntry) throws -> String? {
    guard let record = try project.catalog.board(named: board.name) else { return nil }
    var lines: [String] = []
    for twin in try project.catalog.newestTwins(of: record.id) {
      let folder = TwinFolder(of: twin, in: project)
      guard let sidecar = TwinFolder.sidecar(folder.sidecarPath(twin.name)), let curve = sidecar.sampleSize else {
        continue
      }
      lines.append("\(twin.name) (\(sidecar.device)): \(curve.sentence(for: sidecar.acceptance.limits))")
    }
    return lines.isEmpty
      ? nil : "how long to record, by the curves of 'edgesync fit --curve':\n    " + lines.joined(separator: "\n    ")
  }
}

extension DeviceTrace {
  /// The first `share` of what teaches; the repeats that judge stay whole.
  ///
  /// Of the groups of repeats the last quarter judges (all where there are fewer than four and there is enough besides),
  /// as in every fit.
  package func part(_ share: Double) -> DeviceTrace {
    let groups = repeats.filter { $0.count >= 2 }
    let judging = groups.count >= 4 ? (groups.count + 3) / 4 : groups.count
    let teaching = groups.dropLast(judging).map { $0.prefix(max(2, Int((Double($0.count) * share).rounded()))) }
    let judges = groups.suffix(judging)
    let grouped = Set(groups.joined())
    let free = segments.indices.filter { !grouped.contains($0) }
    var left = Int((Double(free.reduce(0) { $0 + segments[$1].count }) * share).rounded())
    var part = self
    part.segments = []
    part.repeats = []
    for index in free where left > 0 {
      let segment = segments[index]
      part.segments.append(segment.lowerBound..<segment.lowerBound + Swift.min(left, segment.count))
      left -= segment.count
    }
    for group in Array(teaching) + judges.map({ $0[...] }) {
      part.repeats.append(Array(part.segments.count..<part.segments.count + group.count))
      part.segments += group.map { segments[$0] }
    }
    return part
  }
}

/// How far all fits together are.
private final class CurveMeter: @unchecked Sendable {
  private let lock = NSLock()
  private var shares: [Double]

  init(count: Int) { shares = [Double](repeating: 0, count: count) }

  func note(_ progress: FitProgress) -> Double {
    lock.withLock {
      shares[progress.device] = max(shares[progress.device], progress.share)
      return shares.reduce(0, +) / Double(max(shares.count, 1))
    }
  }
}
