import Testing
import TwinFitting

/// Two devices in a trace are noticed; one device that hops, wanders or ages is left alone.
@Suite struct TraceMixtureTests {
  enum Answer { case quiet, drifting, warned, refused }

  func answer(_ trace: DeviceTrace, seed: UInt64, _ decision: TraceCheckOptions.Decision = .refuse) -> Answer {
    var options = TraceCheckOptions()
    options.seed = seed
    options.mixedDevices = decision
    do throws(TraceError) {
      let findings = try TraceCheck(options).check(trace).findings
      if findings.of(.mixedDevices) != nil { return .warned }
      return findings.of(.drift) == nil ? .quiet : .drifting
    } catch {
      guard case .mixedDevices = error else {
        Issue.record("seed \(seed): \(error)")
        return .refused
      }
      return .refused
    }
  }

  @Test(arguments: TraceDevice.Kind.allCases) func oneDeviceIsOne(_ kind: TraceDevice.Kind) throws {
    var warned = 0
    for seed in 100..<102 as Range<UInt64> {
      let traces = [
        TraceDevice.trace([.init(kind)], seed: seed),
        TraceDevice.trace([.init(kind)], seed: seed, pieces: 6, inputs: 3, repeats: 6),
        TraceDevice.trace([.init(kind)], seed: seed, pieces: 1, length: 6000, inputs: 0),
        TraceDevice.trace([.init(kind)], seed: seed, amplitude: { [1.0, 0.3, 0.6][$0 % 3] }),
        TraceDevice.trace([.init(kind)], seed: seed, age: 0.05),
      ]
      for (index, trace) in traces.enumerated() {
        let findings = try TraceCheck().check(trace).findings
        if findings.of(.mixedDevices) != nil || (index < 4 && findings.of(.drift) != nil) { warned += 1 }
        // A device's own doing is not cut out of its trace.
        #expect(findings.offered - findings.kept <= 2, "\(kind), trace \(index), seed \(seed): \(findings.list)")
      }
    }
    #expect(warned <= 1)
  }

  /// One long trace and repeats, twelve thousand samples and more, without a rest in between.
  @Test(arguments: SimulatedDevice.allCases) func longTracesPass(_ device: SimulatedDevice) throws {
    for seed in 1..<4 as Range<UInt64> {
      let trace = device.trace(seed: seed)
      let findings = try TraceCheck().check(trace).findings
      #expect(findings.warnings.isEmpty, "seed \(seed): \(findings.warnings)")
      // The oscillator's reading reaches the converter's rail now and then.
      let cut = findings.list.filter { $0.kind != .saturated && $0.kind != .shortPieces }.reduce(0) { $0 + $1.excluded }
      #expect(cut <= 2, "seed \(seed): \(findings.list)")
    }
  }

  /// A steady change over the recording may be said; it is not two devices.
  @Test(arguments: TraceDevice.Kind.allCases) func ageingIsNotRefused(_ kind: TraceDevice.Kind) {
    for seed in 0..<3 as Range<UInt64> {
      let answer = answer(TraceDevice.trace([.init(kind)], seed: seed, age: 0.15), seed: seed)
      #expect(answer == .quiet || answer == .drifting, "seed \(seed)")
    }
  }

  @Test func twoUnitsAreNoticed() {
    // (kind, gain, rate, least refused of 4, least noticed of 4)
    let cases: [(TraceDevice.Kind, Double, Double, Int, Int)] = [
      (.leaky, 0, 0.15, 1, 3), (.leaky, 0.3, 0, 0, 3), (.superparamagnet, 0.15, 0, 0, 3),
      (.superparamagnet, 0, 0.3, 1, 3), (.duffing, 0, 0.6, 1, 3), (.telegraph, 0.6, 0, 0, 3),
    ]
    for (kind, gain, rate, refused, noticed) in cases {
      var count = (refused: 0, noticed: 0)
      for seed in 0..<4 as Range<UInt64> {
        let trace = TraceDevice.trace(
          [.init(kind), .init(kind, gain: gain, rate: rate)], seed: seed, unit: { $0 % 3 == 1 ? 1 : 0 })
        let answer = answer(trace, seed: seed)
        if answer == .refused { count.refused += 1 }
        if answer != .quiet { count.noticed += 1 }
      }
      print("mixed \(kind), gain \(gain), rate \(rate): of 4 refused \(count.refused), noticed \(count.noticed)")
      #expect(count.refused >= refused, "\(kind) \(gain) \(rate)")
      #expect(count.noticed >= noticed, "\(kind) \(gain) \(rate)")
    }
  }

  @Test func theRefusalNamesTheSegments() {
    let trace = TraceDevice.trace(
      [.init(.leaky), .init(.leaky, gain: 0.4, rate: 0.4)], seed: 2, inputs: 0,
      unit: { (4..<8).contains($0) || $0 >= 12 ? 1 : 0 })
    do throws(TraceError) {
      _ = try TraceCheck().check(trace)
      Issue.record("not refused")
    } catch {
      guard case .mixedDevices(let first, let second, let separation) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(first == Array(0..<4) + Array(8..<12))
      #expect(second == Array(4..<8) + Array(12..<20))
      #expect(separation > 5)
      #expect(error.description.contains("segments 0-3, 8-11 and segments 4-7, 12-19"))
    }
    #expect(answer(trace, seed: 1, .warn) == .warned)
    #expect(answer(trace, seed: 1, .ignore) == .quiet)
  }

  /// One unit first and another after it cannot be told from one that was changed; it is said, and where.
  @Test func oneAfterTheOtherIsAChange() throws {
    let pieces = TraceDevice.trace(
      [.init(.leaky), .init(.leaky, gain: 0.4, rate: 0.4)], seed: 2, inputs: 0, unit: { $0 >= 12 ? 1 : 0 })
    let drift = try #require(try TraceCheck().check(pieces).findings.of(.drift))
    #expect(drift.severity == .warning)
    #expect(drift.segments == [12])
    #expect(drift.text.contains("from about sample 3600, in segment 12, on"))

    // One long piece, of which a second unit gave the later half.
    let parts = TraceDevice.trace(
      [.init(.leaky), .init(.leaky, rate: 0.4)], seed: 5, pieces: 2, length: 4000, inputs: 0, unit: { $0 })
    let joined = DeviceTrace(drives: parts.drives, responses: parts.responses)
    #expect(answer(joined, seed: 1) == .drifting)
    #expect(answer(joined, seed: 1, .ignore) == .quiet)
  }
}
