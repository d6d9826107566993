import Testing
import TwinFitting
import VirtualBench

/// Recordings of virtual devices as a characterising run makes them: those of one unit pass, those of two do not.
@Suite struct TraceBenchTests {
  static let kinds: [BenchDeviceKind] = [.superparamagnetic, .leakyIntegrator, .duffing, .nanoring]

  @Test(arguments: kinds) func oneUnitPasses(_ kind: BenchDeviceKind) throws {
    for unit in [0, 3, 7] as [UInt32] {
      var recording = try BenchRecording(kind, units: [unit])
      recording.long(12_000)
      let long = recording.trace
      recording.repeated(6, times: 24)
      for (name, trace) in [("long", long), ("with repeats", recording.trace)] {
        let findings = try TraceCheck().check(trace).findings
        #expect(findings.of(.mixedDevices) == nil, "\(kind) \(unit), \(name)")
        #expect(findings.of(.drift) == nil, "\(kind) \(unit), \(name)")
      }
    }
  }

  /// Thousands of runs of a bistable oscillator: each well and each input has its own small errors of prediction.
  @Test func thousandsOfRunsPass() throws {
    var recording = try BenchRecording(.duffing, units: [0])
    recording.long(18_000)
    recording.repeated(8, times: 25)
    recording.repeated(4, times: 1000)
    let findings = try TraceCheck().check(recording.trace).findings
    #expect(findings.of(.mixedDevices) == nil)
    #expect(findings.of(.drift) == nil)
  }

  @Test(arguments: kinds) func ageingIsNotRefused(_ kind: BenchDeviceKind) throws {
    let ageing = DeviceAgeing(exponentMean: 0.05, exponentDeviation: 0.02, driftPerHourMean: 0.3)
    for unit in [0, 1] as [UInt32] {
      var recording = try BenchRecording(kind, units: [unit], ageing: ageing)
      recording.long(12_000)
      recording.repeated(6, times: 24)
      #expect(throws: Never.self) { try TraceCheck().check(recording.trace) }
    }
  }

  /// The oscillators differ by half the noise of a step; of them it may be said only.
  @Test(arguments: kinds) func twoUnitsAreNoticed(_ kind: BenchDeviceKind) throws {
    let orders: [(String, (Int, Double) -> Int)] = [
      ("by turns", { segment, _ in segment % 2 }), ("half by half", { _, place in place < 0.5 ? 0 : 1 }),
    ]
    for (name, order) in orders {
      var recording = try BenchRecording(kind, units: kind == .duffing ? [4, 21] : [0, 17], unit: order)
      recording.long(12_000, pieces: 12)
      recording.repeated(6, times: 24)
      do throws(TraceError) {
        let findings = try TraceCheck().check(recording.trace).findings
        if kind == .duffing, findings.of(.mixedDevices) != nil { continue }
        Issue.record("\(kind), \(name): not refused")
      } catch {
        guard case .mixedDevices(let first, let second, _) = error else {
          Issue.record("\(kind), \(name): \(error)")
          continue
        }
        let numbers = [first, second].map { list in list.map { order($0, Self.place($0)) } }
        let right = numbers.map { list in max(list.filter { $0 == 0 }.count, list.filter { $0 == 1 }.count) }
        #expect(10 * (right[0] + right[1]) >= 9 * (first.count + second.count), "\(kind), \(name)")
      }
    }
  }

  private static func place(_ segment: Int) -> Double {
    segment < 12 ? Double(segment) / 12 : Double((segment - 12) % 24) / 24
  }
}
