import Numerics
import Testing
import TwinModel
import WireFormat

@Suite struct CodecTests {
  @Test func everyShapeRoundTrips() throws {
    var random = RandomStream(seed: 81, stream: 0)
    for trial in 0..<200 {
      let twin = try Twins.make(seed: UInt64(trial), TwinStateTests.shape(&random))
      let back = try TwinParameters(decoding: twin.encoded())
      #expect(back == twin, "trial \(trial) of seed 81")
    }
  }

  @Test func damageIsRefusedOrRuns() throws {
    var shape = Twins.Shape()
    (shape.observables, shape.auxiliaries, shape.widths) = (2, 1, [4])
    let bytes = try Twins.make(seed: 82, shape).encoded()
    for cut in 0..<bytes.count {
      #expect(throws: WireError.self) { try TwinParameters(decoding: Array(bytes.prefix(cut))) }
    }
    #expect(throws: WireError.trailing(offset: bytes.count)) { try TwinParameters(decoding: bytes + [0]) }
    var random = RandomStream(seed: 82, stream: 0)
    var accepted = 0
    for trial in 0..<4000 {
      var broken = bytes
      for _ in 0...random.below(3) {
        // The sizes stand in front: they are hit as often as all the weights together.
        let end = random.below(2) == 0 ? 20 : broken.count
        broken[Int(random.below(UInt32(end)))] ^= UInt8(1 << random.below(8))
      }
      guard let twin = try? TwinParameters(decoding: broken) else { continue }
      accepted += 1
      var state = TwinState(twin)
      let x = state.step(drive: 0.3, noise: 0.5)
      #expect(x >= twin.responseLow[0] && x <= twin.responseHigh[0], "trial \(trial) of seed 82")
    }
    #expect(accepted > 100)
  }

  @Test func theFirstVersionIsRefused() {
    #expect(throws: WireError.invalid(offset: 0, field: "version")) {
      try TwinParameters(decoding: [1, 0] + [UInt8](repeating: 0, count: 100))
    }
  }

  // The bytes of the smallest twin, written out from docs/twin.md.
  @Test func theBytesAreAsWrittenDown() throws {
    let drift = try #require(Perceptron(inputs: 2, widths: [], weights: [0.5, -1, 2]))
    let twin = try TwinParameters(
      solver: .rungeKutta2, substeps: 3, timeStep: 2, driveTaps: 1, responseTaps: 1, driveOffset: [1],
      driveScale: [2], responseOffset: [3], responseScale: [4], responseLow: [-5], responseHigh: [6], drift: drift,
      driftScale: [7], residualScale: [8])
    var out = ByteWriter()
    out.append([2, 0, 2, 0, 1, 1, 0, 3, 1, 0, 1, 0, 0, 0])
    for value: Float in [2, 1, 2, 3, 4, -5, 6, 7, 8] { out.put(value) }
    out.append([2, 0, 1, 0, 1, 0, 3, 0, 0, 0])
    for value: Float in [0.5, -1, 2] { out.put(value) }
    #expect(twin.encoded() == out.bytes)
  }

  @Test func everyFaultIsNamed() throws {
    var shape = Twins.Shape()
    (shape.observables, shape.auxiliaries) = (2, 1)
    let twin = try Twins.make(seed: 83, shape)
    #expect(throws: TwinFault.driveScale) { try twin.with(driveScale: [.infinity]) }
    #expect(throws: TwinFault.driveOffset) { try twin.with(driveOffset: [0, 0]) }
    #expect(throws: TwinFault.driftScale) { try twin.with(driftScale: [1]) }
    #expect(throws: TwinFault.rates) { try twin.with(rates: [-1]) }
    #expect(throws: TwinFault.coupling) { try twin.with(coupling: [1]) }
    #expect(throws: TwinFault.injection) { try twin.with(injection: [.nan, 0]) }
    #expect(throws: TwinFault.observer) { try twin.with(observer: [1, 2, 3]) }
    #expect(throws: TwinFault.diffusionScale) { try twin.with(diffusionScale: [-1, 1]) }
    #expect(throws: TwinFault.diffusionFloor) { try twin.with(diffusionFloor: [-1, 1]) }
    #expect(throws: TwinFault.residualScale) { try twin.with(residualScale: [0, 1]) }
    let other = try #require(Perceptron(constant: [1, 2]))
    #expect(throws: TwinFault.drift) { try twin.with(drift: other) }
    let three = try #require(Perceptron(constant: [1, 2, 3]))
    #expect(throws: TwinFault.diffusion) { try twin.with(diffusion: three) }
  }
}
