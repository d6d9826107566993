/// Looks at a trace before a twin is fitted to it: what is unusable is left out and counted, and what cannot make a
/// good twin is refused.
public struct TraceCheck: Sendable {
  public var options: TraceCheckOptions

  public init(_ options: TraceCheckOptions = TraceCheckOptions()) { self.options = options }

  /// The cleaned trace and what was found.
  ///
  /// - Throws: `TraceError` where no twin should be fitted; its text says what to do.
  public func check(_ trace: DeviceTrace) throws(TraceError) -> CheckedTrace {
    try TraceShape.check(trace)
    var findings = TraceFindings()
    findings.samples = trace.samples
    var usable = [Bool](repeating: false, count: trace.samples)
    for segment in trace.segments { for sample in segment { usable[sample] = true } }
    findings.offered = usable.reduce(0) { $0 + ($1 ? 1 : 0) }
    let unused = findings.samples - findings.offered
    if unused > 0 {
      findings.list.append(
        .init(kind: .unused, count: unused, text: "\(unused) samples are in no segment and are not used"))
    }
    try requireLength(findings.offered, trace)
    let breaks = gaps(trace, &findings)
    try dropNotFinite(trace, &usable, &findings)
    try requireMotion(trace, usable, &findings)
    let railed = try dropRailed(trace, &usable, &findings)
    try dropBroken(trace, &usable, breaks, &findings)

    let (groups, out, dropped) = EqualDrives.sort(trace)
    if dropped > 0 {
      findings.list.append(
        .init(
          kind: .unequalRepeats, severity: .warning, count: dropped, segments: out,
          text: "\(dropped) groups of repeats were not driven identically throughout: segments \(TraceError.list(out)) "
            + "are used for fitting, and not as repeats"))
    }
    let cutter = TraceCutter(
      trace, groups: groups, bad: usable.map { !$0 }, breaks: breaks, least: max(1, options.history) + 1)
    var cleaned = trace
    cleaned.segments = cutter.segments
    cleaned.repeats = cutter.groups
    if cutter.shortPieces > 0 {
      findings.list.append(
        .init(
          kind: .shortPieces, count: cutter.shortPieces, excluded: cutter.shortSamples,
          text: "\(cutter.shortPieces) pieces of \(cutter.shortSamples) samples are shorter than the "
            + "\(max(1, options.history) + 1) a prediction needs and are left out"))
    }
    if cleaned.repeats.isEmpty {
      findings.list.append(
        .init(
          kind: .noRepeats, severity: .warning, count: 0,
          text: "no input was measured more than once: the noise is judged by single steps alone and the twin is "
            + "provisional at most; record some inputs several times"))
    }
    findings.kept = cleaned.segments.reduce(0) { $0 + $1.count }
    findings.transitions = cleaned.segments.reduce(0) { $0 + max(0, $1.count - options.history) }
    try requireLength(findings.transitions, trace)
    try judgeMixture(cleaned, cutter.origins, &findings)
    let whole = groups.map { group in
      group.map { trace.segments[$0] }.filter { segment in
        segment.count > options.history
          && segment.allSatisfy {
            (usable[$0] || railed[$0]) && (!breaks[$0] || $0 == segment.lowerBound)
          }
      }
    }
    return CheckedTrace(
      trace: cleaned, wholeRepeats: whole.filter { $0.count > 1 }, origins: cutter.origins, findings: findings)
  }

  private func requireLength(_ transitions: Int, _ trace: DeviceTrace) throws(TraceError) {
    guard transitions >= max(1, options.leastSamples) else {
      throw .tooShort(transitions: transitions, needed: max(1, options.leastSamples), samplePeriod: trace.samplePeriod)
    }
  }

  private func gaps(_ trace: DeviceTrace, _ findings: inout TraceFindings) -> [Bool] {
    var breaks = [Bool](repeating: false, count: trace.samples)
    guard let steps = trace.steps else { return breaks }
    var count = 0
    var missing: Int64 = 0
    var touched: [Int] = []
    for (index, segment) in trace.segments.enumerated() where segment.count > 1 {
      let before = count
      for sample in (segment.lowerBound + 1)..<segment.upperBound {
        let (jump, overflow) = steps[sample].subtractingReportingOverflow(steps[sample - 1])
        guard overflow || jump != 1 else { continue }
        breaks[sample] = true
        count += 1
        if !overflow, jump > 1 { missing = missing.addingReportingOverflow(jump - 1).partialValue }
      }
      if count > before { touched.append(index) }
    }
    if count > 0 {
      findings.list.append(
        .init(
          kind: .gap, count: count, segments: touched,
          text:
            "\(count) gaps, \(missing) steps missing, in segments \(TraceError.list(touched)): the segments are split "
            + "there"))
    }
    return breaks
  }

  private func dropNotFinite(
    _ trace: DeviceTrace, _ usable: inout [Bool], _ findings: inout TraceFindings
  ) throws(TraceError) {
    var bad: [Int] = []
    for sample in usable.indices where usable[sample] {
      let drives = (0..<trace.driveCount).allSatisfy { trace.drive(sample, $0).isFinite }
      if !drives || !(0..<trace.responseCount).allSatisfy({ trace.response(sample, $0).isFinite }) {
        bad.append(sample)
      }
    }
    guard let first = bad.first else { return }
    let share = Double(bad.count) / Double(max(1, findings.offered))
    guard share <= options.mostNotFinite else {
      throw .notFinite(share: share, limit: options.mostNotFinite, first: first)
    }
    for sample in bad { usable[sample] = false }
    findings.list.append(
      .init(
        kind: .notFinite, severity: .warning, count: bad.count, excluded: bad.count,
        segments: segments(trace, bad),
        text:
          "\(bad.count) samples are not finite numbers, the first is sample \(first): they and the steps that touch "
          + "them are left out; check the converter and the calibration"))
  }

  private func requireMotion(
    _ trace: DeviceTrace, _ usable: [Bool], _ findings: inout TraceFindings
  ) throws(TraceError) {
    var dead: [Int] = []
    for observable in 0..<trace.responseCount {
      let deviation = Self.deviation(usable) { trace.response($0, observable) }
      if !(deviation > Double(options.leastResponse)) { dead.append(observable) }
    }
    if dead.count == trace.responseCount { throw .noResponse }
    if !dead.isEmpty {
      findings.list.append(
        .init(
          kind: .deadResponse, severity: .warning, count: dead.count,
          text: "readings \(TraceError.list(dead)) of \(trace.responseCount) never move: check their channels"))
    }
    var still: [Int] = []
    for drive in 0..<trace.driveCount {
      let deviation = Self.deviation(usable) { trace.drive($0, drive) }
      if !(deviation > 1e-4) { still.append(drive) }
    }
    guard !still.isEmpty else { return }
    if still.count == trace.driveCount, !options.allowsConstantDrive {
      throw .constantDrive(level: usable.firstIndex(of: true).map { trace.drive($0) } ?? 0)
    }
    findings.list.append(
      .init(
        kind: .constantDrive, severity: .warning, count: still.count,
        text: still.count == trace.driveCount
          ? "no drive ever changes: the twin knows the device at this drive and nothing of what a drive does"
          : "drives \(TraceError.list(still)) of \(trace.driveCount) never change: the twin cannot know what they do"
      ))
  }

  private func dropRailed(
    _ trace: DeviceTrace, _ usable: inout [Bool], _ findings: inout TraceFindings
  ) throws(TraceError) -> [Bool] {
    let railed = RailedReadings(trace, usable: usable, rail: options.rail)
    guard railed.count > 0 else { return railed.samples }
    let share = Double(railed.count) / Double(max(1, findings.offered))
    findings.saturatedFraction = share
    guard share <= options.mostRailed else {
      throw .saturated(share: share, limit: options.mostRailed, low: railed.low, high: railed.high)
    }
    let bad = railed.samples.indices.filter { railed.samples[$0] }
    for sample in bad { usable[sample] = false }
    let where_ = "\(railed.low) at the lowest and \(railed.high) at the highest code"
    findings.list.append(
      .init(
        kind: .saturated, severity: share > 0.02 ? .warning : .note, count: railed.count, excluded: bad.count,
        segments: segments(trace, bad),
        text: bad.isEmpty
          ? "\(railed.count) readings touch a rail of the converter (\(where_)), no more than chance: kept"
          : "\(railed.count) samples are at a rail of the converter (\(where_)): they and the steps touching them are "
            + "left out; lower the input's gain or the drive's range"))
    return railed.samples
  }

  private func dropBroken(
    _ trace: DeviceTrace, _ usable: inout [Bool], _ breaks: [Bool], _ findings: inout TraceFindings
  ) throws(TraceError) {
    let pieces = TraceCutter(trace, groups: [], bad: usable.map { !$0 }, breaks: breaks, least: 3).segments
    let broken = BrokenReadings(trace, pieces: pieces, options: options)
    if broken.jumps > 0 {
      findings.list.append(
        .init(
          kind: .jumps, count: broken.jumps,
          text: "\(broken.jumps) steps are far larger than the noise and look like the device's own: kept"))
    }
    var stuck: [Int] = []
    for run in broken.stuckRuns {
      // The first reading of a run was true once.
      for sample in run.dropFirst() where usable[sample] {
        usable[sample] = false
        stuck.append(sample)
      }
    }
    var glitches: [Int] = []
    for sample in broken.glitches where usable[sample] {
      usable[sample] = false
      glitches.append(sample)
    }
    let share = Double(stuck.count + glitches.count) / Double(max(1, findings.offered))
    guard share <= options.mostBroken else {
      throw .broken(share: share, limit: options.mostBroken, stuck: stuck.count, glitches: glitches.count)
    }
    if !stuck.isEmpty {
      findings.list.append(
        .init(
          kind: .stuck, severity: .warning, count: broken.stuckRuns.count, excluded: stuck.count,
          segments: segments(trace, stuck.sorted()),
          text:
            "the reading stands still \(broken.stuckRuns.count) times while the drive moves, \(stuck.count) samples "
            + "in all, from sample \(stuck.min() ?? 0): left out; check the converter and its bus"))
    }
    if !glitches.isEmpty {
      findings.list.append(
        .init(
          kind: .glitch, severity: 100 * glitches.count > findings.offered ? .warning : .note, count: glitches.count,
          excluded: glitches.count, segments: segments(trace, glitches),
          text: "\(glitches.count) single readings are far off both their neighbours, the first is sample "
            + "\(glitches[0]): left out"))
    }
  }

  private func judgeMixture(
    _ trace: DeviceTrace, _ origins: [Int], _ findings: inout TraceFindings
  ) throws(TraceError) {
    guard options.mixedDevices != .ignore,
      let result = MixedDevices.judge(trace, seed: options.seed),
      result.isLikely || result.isDrift
    else { return }
    var votes: [Int: (zero: Int, one: Int)] = [:]
    for (piece, group) in zip(result.units, result.groups) {
      guard let segment = trace.segments.firstIndex(where: { $0.contains(piece.lowerBound) }) else { continue }
      var vote = votes[origins[segment]] ?? (0, 0)
      if group == 0 { vote.zero += 1 } else { vote.one += 1 }
      votes[origins[segment]] = vote
    }
    // A segment may hold both, one device after the other; a single piece of it may be mistaken.
    func holds(_ own: Int, _ other: Int) -> Bool { own > other || (own >= 2 && 3 * own > own + other) }
    let zero = votes.keys.filter { key in votes[key].map { holds($0.zero, $0.one) } ?? false }.sorted()
    let one = votes.keys.filter { key in votes[key].map { holds($0.one, $0.zero) } ?? false }.sorted()
    if result.isDrift {
      let index = trace.segments.firstIndex { $0.contains(result.cut) }.map { origins[$0] } ?? 0
      findings.list.append(
        .init(
          kind: .drift, severity: .warning, count: 1, segments: [index],
          text:
            "from about sample \(result.cut), in segment \(index), on the device answers the same drives and recent "
            + "readings otherwise than before: it ages, was changed, or another took its place; the twin is a mean of "
            + "both, so record again unless that is wanted"))
      return
    }
    let ordered = (zero.first ?? 0) <= (one.first ?? 0)
    let error = TraceError.mixedDevices(
      first: ordered ? zero : one, second: ordered ? one : zero, separation: result.separation)
    if result.isStrong, options.mixedDevices == .refuse { throw error }
    findings.list.append(
      .init(
        kind: .mixedDevices, severity: .warning, count: 2, segments: ordered ? one : zero,
        text: result.isStrong
          ? error.description
          : "segments \(TraceError.list(ordered ? one : zero)) answer the same drives and recent "
            + "readings otherwise than the others, as those of another device would: check that the trace is one "
            + "device's, and record again if not"))
  }

  private func segments(_ trace: DeviceTrace, _ samples: [Int]) -> [Int] {
    let marked = Set(samples)
    guard !marked.isEmpty else { return [] }
    return trace.segments.indices.filter { index in trace.segments[index].contains { marked.contains($0) } }
  }

  private static func deviation(_ usable: [Bool], _ value: (Int) -> Float) -> Double {
    var (n, sum) = (0.0, 0.0)
    for sample in usable.indices where usable[sample] {
      n += 1
      sum += Double(value(sample))
    }
    guard n > 1 else { return 0 }
    let mean = sum / n
    var square = 0.0
    for sample in usable.indices where usable[sample] {
      let difference = Double(value(sample)) - mean
      square += difference * difference
    }
    return (square / n).squareRoot()
  }
}
