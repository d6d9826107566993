import Foundation
import Numerics
import Stages
import Testing
import TwinFitting
import TwinModel

@Suite struct TwinProbeTests {
  /// xn' = 0.8 xn + 0.2 s with noise of size `noise`, for twins of two responses and one drive.
  private func twin(gain: Float = 0.2, noise: Float = 0.05) throws -> TwinParameters {
    let drift = try #require(
      Perceptron(inputs: 3, widths: [], outputs: 2, weights: [gain, -0.2, 0, gain, 0, -0.2, 0, 0]))
    return try TwinParameters(
      solver: .eulerMaruyama, driveTaps: 1, responseTaps: 1, driveOffset: [0], driveScale: [1],
      responseOffset: [0, 0], responseScale: [2, 2], responseLow: [-1, -1], responseHigh: [1, 1], drift: drift,
      driftScale: [1, 1], noiseShape: .diagonal, noiseSources: 2, noisyRows: [0, 1],
      diffusion: try #require(Perceptron(constant: [0.541_324_85, 0.541_324_85])), diffusionScale: [noise, noise])
  }

  @Test func meanAndSpreadAreTheTwins() throws {
    // softplus(0.5413) = 1, so the sd is noise / scale; the mean is that of the noiseless step.
    let twin = try twin()
    var probe = TwinProbe(twin, drives: [0], responses: [0.3, -0.2])
    var state = TwinState(twin, drives: [0], responses: [0.3, -0.2])
    for drive in [Float(0.5), -0.4, 0.1] {
      probe.expect(drives: [drive])
      let stepped = state.step(drives: [drive])
      #expect(stepped)
      for index in 0..<2 {
        #expect(abs(probe.mean[index] - state.response(index)) < 1e-5)
        #expect(abs(probe.deviation[index] - 0.025) < 1e-5)
      }
      probe.observe(drives: [drive], measured: state.responses)
    }
  }

  private func trace(_ twin: TwinParameters, groups: Int = 4, seed: UInt64 = 1) -> DeviceTrace {
    var random = RandomStream(seed: seed, stream: 3)
    var drives: [Float] = []
    var responses: [Float] = []
    var segments: [Range<Int>] = []
    var repeats: [[Int]] = []
    func record(_ inputs: [Float]) {
      let start = drives.count
      var state = TwinState(twin, drives: [0], responses: [0, 0])
      for input in inputs {
        _ = state.step(drives: [input], noise: [Float(random.normal()), Float(random.normal())])
        drives.append(input)
        responses += state.responses
      }
      segments.append(start..<drives.count)
    }
    record((0..<2000).map { _ in Float(random.uniform(in: -1...1)) })
    for _ in 0..<groups {
      let inputs = (0..<200).map { _ in Float(random.uniform(in: -1...1)) }
      repeats.append(Array(segments.count..<segments.count + 6))
      for _ in 0..<6 { record(inputs) }
    }
    return DeviceTrace(
      drives: drives, responses: responses, responseCount: 2, segments: segments, repeats: repeats, samplePeriod: 0.02)
  }

  @Test func aTwinStillExplainsItsOwnDevice() throws {
    let twin = try twin()
    let comparison = try #require(TwinComparison(twin, twin, over: trace(twin), responseSd: [0.1, 0.1]))
    #expect(comparison.steps == 6 * (200 - 16))
    let change = try #require(comparison.change(from: "a/n0", limits: AcceptanceLimits()))
    #expect(change.mean == 0 && change.sd == 0 && abs(change.gain) < 1e-9 && change.stillExplained)
    #expect(abs(change.earlierResidualSd - 1) < 0.1 && change.from == "a/n0")
  }

  @Test(arguments: [(Float(0.5), Float(0.05)), (0.2, 0.1)])
  func aChangedDeviceIsNoLongerExplained(gain: Float, noise: Float) throws {
    let (old, new) = (try twin(), try twin(gain: gain, noise: noise))
    let change = try #require(
      TwinComparison(old, new, over: trace(new), responseSd: [0.1, 0.1])?.change(from: "", limits: AcceptanceLimits()))
    #expect(!change.stillExplained && change.gain > 0.1)
    #expect(gain == 0.2 ? change.mean < 1e-4 : change.mean > 0.3)
    #expect(abs(change.sd - Double(noise - 0.05) / 2 / 0.1) < 1e-3)
  }

  @Test func twinsOfAnotherShapeAreNotCompared() throws {
    let twin = try twin()
    let narrow = DeviceTrace(drives: [0, 0], responses: [0, 0], samplePeriod: 1)
    #expect(TwinComparison(twin, twin, over: narrow, responseSd: [1]) == nil)
    #expect(TwinComparison(twin, twin, over: trace(twin), responseSd: [0, 1]) == nil)
  }

  @Test func partsKeepWhatJudges() throws {
    let whole = trace(try twin())
    for share in [0.125, 0.5] {
      let part = whole.part(share)
      let free = part.segments.indices.filter { index in !part.repeats.joined().contains(index) }
      #expect(free.reduce(0) { $0 + part.segments[$1].count } == Int(2000 * share))
      #expect(part.repeats.count == 4 && part.repeats[0].count == max(2, Int((6 * share).rounded())))
      let (judges, before) = (part.repeats[3], whole.repeats[3])
      #expect(judges.map { part.segments[$0] } == before.map { whole.segments[$0] })
    }
    #expect(whole.part(1).segments.count == whole.segments.count)
  }
}
