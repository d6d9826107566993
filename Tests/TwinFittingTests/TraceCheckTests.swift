import Numerics
import Testing
import TwinFitting

/// What is wrong with a trace is named, counted and cut out, or refused.
@Suite struct TraceCheckTests {
  static func good(_ seed: UInt64 = 1) -> DeviceTrace {
    TraceDevice.trace([.init(.leaky)], seed: seed, pieces: 8, inputs: 3, repeats: 8)
  }

  func check(_ trace: DeviceTrace, _ options: TraceCheckOptions = .init()) throws(TraceError) -> CheckedTrace {
    let checked = try TraceCheck(options).check(trace)
    Self.consistent(checked, trace, options)
    return checked
  }

  func error(_ trace: DeviceTrace, _ options: TraceCheckOptions = .init()) -> TraceError? {
    do throws(TraceError) {
      _ = try check(trace, options)
      return nil
    } catch {
      #expect(error.description.count > 40)
      return error
    }
  }

  /// What holds of every cleaned trace.
  static func consistent(
    _ checked: CheckedTrace, _ trace: DeviceTrace, _ options: TraceCheckOptions, _ note: String = ""
  ) {
    let clean = checked.trace
    #expect(clean.segments.count == checked.origins.count, "\(note)")
    for (segment, origin) in zip(clean.segments, checked.origins) {
      let whole = trace.segments[origin]
      #expect(whole.lowerBound <= segment.lowerBound && segment.upperBound <= whole.upperBound, "\(note)")
      #expect(segment.count > options.history, "\(note)")
      for sample in segment {
        #expect((0..<trace.driveCount).allSatisfy { clean.drive(sample, $0).isFinite }, "\(note)")
        #expect((0..<trace.responseCount).allSatisfy { clean.response(sample, $0).isFinite }, "\(note)")
      }
    }
    for group in clean.repeats {
      #expect(group.count > 1 && Set(group).count == group.count, "\(note)")
      for member in group {
        let (a, b) = (clean.segments[group[0]], clean.segments[member])
        #expect(a.count == b.count, "\(note)")
        for offset in 0..<min(a.count, b.count) {
          let near = abs(clean.drive(a.lowerBound + offset) - clean.drive(b.lowerBound + offset)) <= 0.0011
          #expect(near, "\(note)")
        }
      }
    }
    #expect(checked.findings.kept <= checked.findings.offered || !Self.disjoint(trace), "\(note)")
    for finding in checked.findings.list { #expect(finding.text.count > 20, "\(note)") }
  }

  static func disjoint(_ trace: DeviceTrace) -> Bool {
    let sorted = trace.segments.sorted { $0.lowerBound < $1.lowerBound }
    return zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
  }

  @Test func goodTracesAreLeftAlone() throws {
    let trace = Self.good()
    let checked = try check(trace)
    #expect(checked.findings.list.isEmpty, "\(checked.findings.list)")
    #expect(checked.findings.kept == trace.samples)
    #expect(Set(checked.trace.segments) == Set(trace.segments))
    #expect(checked.trace.repeats.map(\.count) == [8, 8, 8])
    for (segment, origin) in zip(checked.trace.segments, checked.origins) { #expect(trace.segments[origin] == segment) }
  }

  @Test func countsThatDoNotFit() {
    func malformed(_ change: (inout DeviceTrace) -> Void) -> Bool {
      var trace = Self.good()
      change(&trace)
      if case .malformed = error(trace) { return true }
      return false
    }
    #expect(malformed { $0.drives.removeLast() })
    #expect(malformed { $0.responses.append(0) })
    #expect(malformed { $0.responseCount = 0 })
    #expect(malformed { $0.driveCount = -1 })
    #expect(malformed { $0.segments.append(0..<1_000_000) })
    #expect(malformed { $0.segments.append(-3..<40) })
    #expect(malformed { $0.repeats.append([999]) })
    #expect(malformed { $0.steps = [1] })
    #expect(malformed { $0.samplePeriod = 0 })
    #expect(malformed { $0.samplePeriod = .nan })
  }

  @Test func tooShort() {
    var trace = DeviceTrace(drives: [], responses: [])
    #expect(error(trace) == .tooShort(transitions: 0, needed: 200, samplePeriod: nil))
    trace = TraceDevice.trace([.init(.leaky)], seed: 1, pieces: 1, length: 150, inputs: 0)
    trace.samplePeriod = 0.01
    let short = error(trace)
    #expect(short == .tooShort(transitions: 150, needed: 200, samplePeriod: 0.01))
    #expect(short?.description.contains("1.5 s of 2.0 s") ?? false)
    // Pieces with hardly a transition each.
    trace = Self.good()
    trace.repeats = []
    trace.segments = stride(from: 0, to: 1800, by: 6).map { $0..<($0 + 6) }
    var options = TraceCheckOptions()
    options.history = 5
    options.leastSamples = 400
    #expect(error(trace, options) == .tooShort(transitions: 300, needed: 400, samplePeriod: nil))
    options.history = 6
    #expect(error(trace, options) == .tooShort(transitions: 0, needed: 400, samplePeriod: nil))
  }

  @Test func gapsSplit() throws {
    var trace = Self.good()
    var steps = (0..<Int64(trace.samples)).map { $0 }
    for sample in 100..<trace.samples { steps[sample] += 7 }
    for sample in 1000..<trace.samples { steps[sample] -= 3 }
    trace.steps = steps
    let checked = try check(trace)
    #expect(checked.findings.of(.gap)?.count == 2)
    #expect(checked.findings.of(.gap)?.segments == [0, 3])
    #expect(checked.findings.kept == trace.samples)
    #expect(checked.trace.segments.contains(0..<100) && checked.trace.segments.contains(100..<300))
    trace.steps = [Int64](repeating: .min, count: trace.samples - 1) + [.max]
    #expect(error(trace) != nil)
  }

  @Test func samplesOutsideSegmentsAreCounted() throws {
    var trace = Self.good()
    trace.segments[0] = 50..<300
    #expect(try check(trace).findings.of(.unused)?.count == 50)
  }

  @Test func notFinite() throws {
    var trace = Self.good()
    trace.responses[150] = .nan
    trace.drives[700] = .infinity
    let repeated = trace.segments[9].lowerBound + 30
    trace.responses[repeated] = -.infinity
    let checked = try check(trace)
    let finding = try #require(checked.findings.of(.notFinite))
    #expect(finding.count == 3 && finding.segments == [0, 2, 9])
    #expect(checked.trace.segments.contains(0..<150) && checked.trace.segments.contains(151..<300))
    // The broken repeat leaves its group; its halves stay for the fit.
    #expect(checked.trace.repeats.map(\.count) == [7, 8, 8])
    #expect(checked.wholeRepeats.map(\.count) == [7, 8, 8])
    #expect(checked.origins.filter { $0 == 9 }.count == 2)
    #expect(checked.findings.kept == trace.samples - 3)
    for sample in stride(from: 0, to: trace.samples, by: 10) { trace.responses[sample] = .nan }
    guard case .notFinite(let share, _, let first) = error(trace) else {
      Issue.record("not refused")
      return
    }
    #expect(abs(share - 0.1) < 0.01 && first == 0)
  }

  @Test func commonCutsKeepRepeatsTogether() throws {
    var trace = Self.good()
    // Every repeat of the first input fails at the same step.
    for segment in 8..<16 { trace.responses[trace.segments[segment].lowerBound + 20] = .nan }
    let checked = try check(trace)
    #expect(checked.trace.repeats.map(\.count) == [8, 8, 8, 8])
    #expect(checked.trace.repeats.map { checked.trace.segments[$0[0]].count } == [20, 39, 60, 60])
  }

  @Test func saturation() throws {
    var trace = Self.good()
    trace.responses = trace.responses.map { min(1, max(-1, $0 * 1.6)) }
    let railed = trace.responses.filter { abs($0) >= 0.9995 }.count
    let checked = try check(trace)
    let finding = try #require(checked.findings.of(.saturated))
    #expect(railed > 100 && finding.count == railed && finding.excluded == railed)
    #expect(abs(checked.findings.saturatedFraction - Double(railed) / Double(trace.samples)) < 1e-9)
    for segment in checked.trace.segments {
      #expect(segment.allSatisfy { abs(trace.responses[$0]) < 0.9995 })
    }
    // Repeats that touch a rail are whole for comparing runs, and cut for the fit.
    #expect(checked.wholeRepeats.map(\.count) == [8, 8, 8])
    #expect(checked.wholeRepeats[0] == trace.repeats[0].map { trace.segments[$0] })
    trace.responses = Self.good().responses.map { min(1, max(-1, $0 * 5)) }
    guard case .saturated(let share, _, let low, let high) = error(trace) else {
      Issue.record("not refused")
      return
    }
    #expect(share > 0.3 && low > 0 && high > 0)
  }

  @Test func touchingTheRailByChanceIsKept() throws {
    var trace = Self.good()
    // Readings just under the rail as dense as those at it.
    for sample in 0..<40 { trace.responses[sample] = 0.98 + Float(sample % 20) * 0.001 }
    trace.responses[40] = 1
    trace.segments[0] = 41..<300
    trace.segments.append(0..<41)
    let finding = try #require(try check(trace).findings.of(.saturated))
    #expect(finding.excluded == 0 && finding.count == 1)
  }

  @Test func constantDriveAndNoResponse() throws {
    var trace = Self.good()
    trace.drives = trace.drives.map { _ in 0.25 }
    #expect(error(trace) == .constantDrive(level: 0.25))
    var options = TraceCheckOptions()
    options.allowsConstantDrive = true
    #expect(try check(trace, options).findings.of(.constantDrive)?.severity == .warning)
    trace = Self.good()
    trace.responses = trace.responses.map { _ in 0.1 }
    #expect(error(trace) == .noResponse)
  }

  @Test func oneOfSeveralChannelsIsDead() throws {
    let good = Self.good()
    var trace = good
    trace.driveCount = 2
    trace.drives = good.drives.flatMap { [0.5, $0] }
    trace.responseCount = 3
    trace.responses = good.responses.flatMap { [$0, 0.2, -$0 / 2] }
    let findings = try check(trace).findings
    #expect(findings.of(.deadResponse)?.count == 1)
    #expect(findings.of(.constantDrive)?.text.contains("drives 0 of 2") ?? false)
    #expect(findings.of(.stuck) == nil)
  }

  @Test func noRepeatsIsSaid() throws {
    var trace = Self.good()
    trace.repeats = []
    #expect(try check(trace).findings.hasRepeats == false)
    trace.repeats = [[3]]
    #expect(try check(trace).findings.of(.noRepeats)?.severity == .warning)
    #expect(try check(Self.good()).findings.hasRepeats)
  }

  @Test func unequalRepeatsLeaveTheirGroup() throws {
    var trace = Self.good()
    trace.drives[trace.segments[10].lowerBound + 5] += 0.2
    trace.repeats[1] = [trace.repeats[1][0], trace.repeats[2][0]]
    trace.repeats[2] = Array(trace.repeats[2].dropFirst()) + [0]
    let checked = try check(trace)
    let finding = try #require(checked.findings.of(.unequalRepeats))
    #expect(finding.count == 3)
    #expect(checked.trace.repeats.map(\.count) == [7, 7])
    #expect(checked.findings.kept == trace.samples)
  }

  @Test func stuckReadingsAreCutOut() throws {
    var trace = Self.good()
    for sample in 410..<470 { trace.responses[sample] = trace.responses[409] }
    let finding = try #require(try check(trace).findings.of(.stuck))
    #expect(finding.count == 1 && finding.segments == [1])
    #expect(abs(finding.excluded - 60) <= 2)
  }

  @Test func standingStillWithItsDriveIsNoFault() throws {
    // The drive rests for long, and a quiet device with it.
    var random = RandomStream(seed: 4, stream: 4)
    var trace = DeviceTrace(drives: [], responses: [])
    var x = 0.0
    for sample in 0..<3000 {
      let drive: Float = sample / 60 % 2 == 0 ? 0.3 : Float(random.uniform(in: -1...1))
      x += 0.5 * (0.8 * Double(drive) - x) + 1e-5 * random.normal()
      trace.drives.append(drive)
      trace.responses.append(Float((x * 2047.5).rounded() / 2047.5))
    }
    trace.segments = [0..<3000]
    let findings = try check(trace).findings
    #expect(findings.of(.stuck) == nil && findings.of(.glitch) == nil)
  }

  @Test func glitchesAreCutOut() throws {
    var trace = Self.good()
    let places = [50, 333, 777, 1200, 1999, 2500]
    for (index, sample) in places.enumerated() { trace.responses[sample] += index % 2 == 0 ? 0.9 : -0.9 }
    trace.responses = trace.responses.map { min(0.99, max(-0.99, $0)) }
    let checked = try check(trace)
    let finding = try #require(checked.findings.of(.glitch))
    // One may fall where the device itself is that noisy.
    #expect(finding.count >= places.count - 1 && finding.count <= places.count)
    let left = places.filter { sample in checked.trace.segments.contains { $0.contains(sample) } }
    #expect(left.count <= 1)
    #expect(checked.findings.kept >= trace.samples - places.count - 12)
  }

  @Test func sameTraceSameAnswer() throws {
    var trace = Self.good(9)
    trace.responses[77] = 0.99
    #expect(try check(trace) == check(trace))
  }

  @Test func manyReadings() throws {
    // A spectrum of 48 bins that follow one device, each with noise of its own, and a glitch in one bin.
    let good = Self.good(3)
    var random = RandomStream(seed: 3, stream: 8)
    var trace = good
    trace.responseCount = 48
    trace.responses = good.responses.flatMap { value in
      (0..<48).map { bin in value * (0.2 + Float(bin) / 60) + 0.01 * Float(random.normal()) }
    }
    trace.responses[1000 * 48 + 31] += 0.9
    var checked: CheckedTrace?
    let time = try ContinuousClock().measure { checked = try check(trace) }
    print("check of \(trace.samples) samples of 48 readings: \(time)")
    #expect(checked?.findings.of(.glitch)?.count == 1)
    #expect(checked?.findings.of(.mixedDevices) == nil)
  }

  /// Whatever the trace, it is cleaned or refused with a reason.
  @Test(arguments: 0..<80 as Range<UInt64>) func anyTraceIsAnswered(_ seed: UInt64) {
    var random = RandomStream(seed: seed, stream: 78)
    let drives = 1 + Int(random.below(3))
    let responses = 1 + Int(random.below(4))
    let count = Int(random.below(1500))
    let size = [0.3, 0.3, 1.0, 1e-4, 1e30][Int(random.below(5))]
    var trace = DeviceTrace(
      drives: (0..<(count * drives)).map { _ in Float(random.uniform(in: -1...1)) },
      responses: (0..<(count * responses)).map { _ in Float(size * random.normal()) }, driveCount: drives,
      responseCount: responses, segments: [])
    if random.below(3) == 0 { trace.responses = trace.responses.map { ($0 * 4).rounded() / 4 } }
    if random.below(4) == 0 { trace.drives = trace.drives.map { _ in 0.5 } }
    if random.below(4) == 0 { trace.responses = trace.responses.map { min(1, max(-1, $0 * 4)) } }
    for _ in 0..<random.below(12) where count > 0 {
      trace.responses[Int(random.below(UInt32(trace.responses.count)))] = [.nan, .infinity, 1e38][Int(random.below(3))]
    }
    var start = 0
    while start < count {
      let end = min(count + (random.below(60) == 0 ? 3 : 0), start + 1 + Int(random.below(300)))
      trace.segments.append(start..<max(start, end))
      start = max(0, end + Int(random.below(4)) - 1)
      if random.below(40) == 0 { break }
    }
    if random.below(3) == 0 { trace.steps = (0..<count).map { Int64($0) + Int64(random.below(30) == 0 ? 1 : 0) } }
    let segments = UInt32(max(1, trace.segments.count))
    trace.repeats = (0..<Int(random.below(4))).map { _ in
      (0..<Int(random.below(5))).map { _ in Int(random.below(segments)) }
    }
    var options = TraceCheckOptions()
    options.history = Int(random.below(9))
    options.leastSamples = Int(random.below(300))
    options.allowsConstantDrive = random.below(2) == 0
    options.mostNotFinite = random.below(2) == 0 ? 1 : 0.05
    options.mostRailed = random.below(2) == 0 ? 1 : 0.3
    do throws(TraceError) {
      Self.consistent(try TraceCheck(options).check(trace), trace, options, "seed \(seed)")
    } catch {
      #expect(error.description.count > 40, "seed \(seed)")
    }
  }
}
