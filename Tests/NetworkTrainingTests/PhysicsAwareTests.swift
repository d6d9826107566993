import NetworkTraining
import Numerics
import PhysicalNetwork
import Testing
import TwinModel

@Suite struct PhysicsAwareTests {
  // The devices: the twins with a weaker drive and slower response, so that the twins are wrong about them.
  static func devices(_ twins: [TwinParameters]) -> [TwinParameters] {
    twins.compactMap { try? $0.with(driveOffset: [0.3], driveScale: [0.55], driftScale: [0.7]) }
  }

  static func measure(
    _ network: NetworkDescription, _ devices: [TwinParameters], _ set: TrainingSet, seed: UInt64
  ) -> [[Float]] {
    var random = RandomStream(seed: seed, stream: 5)
    var states = devices.map { TwinState($0) }
    let n = devices.count
    return set.inputs.indices.map { index in
      var rows: [Float] = []
      var x = states.map { $0.response }
      for step in 0..<(Int(network.settleSteps) + set.frames(index) * Int(network.hold)) {
        var drives = [Float](repeating: network.settleDrive, count: n)
        if step >= network.settleSteps {
          let frame = (step - Int(network.settleSteps)) / Int(network.hold)
          for node in 0..<n {
            drives[node] = network.bias[node]
            for channel in 0..<set.channels {
              let raw = set.inputs[index][frame * set.channels + channel]
              drives[node] +=
                network.inputWeights[node * set.channels + channel]
                * (raw - network.inputOffset[channel]) * network.inputScale[channel]
            }
            for other in 0..<n { drives[node] += network.recurrentWeights[node * n + other] * x[other] }
          }
        }
        for node in 0..<n {
          x[node] = states[node].step(drive: min(1, max(-1, drives[node])), noise: Float(random.normal()))
        }
        rows += x
      }
      return rows
    }
  }

  @Test func measurementsCorrectAWrongTwin() throws {
    let twins = ToyTwins.make(8, noise: 0.02)
    let devices = Self.devices(twins)
    let set = ToyTwins.set(90, seed: 1)
    var options = TrainerTests.quick()
    let start = try NetworkTrainer(twins: twins, options: options).train(set, labels: TrainerTests.names, seed: 3)
    options.rate = 0.005
    var trainer = try PhysicsAwareTrainer(start.description, twins: twins, options: options, seed: 1)
    var losses: [Double] = []
    for round in 0..<40 {
      let measured = Self.measure(trainer.network, devices, set, seed: UInt64(round))
      losses.append(try trainer.step(set, measured: measured).loss)
    }
    #expect(losses[39] < 0.8 * losses[0], "\(losses[0]) to \(losses[39])")
    // And it generalises on the devices.
    let test = ToyTwins.set(150, seed: 2)
    let evaluator = Evaluator(twins: devices)
    let before = try #require(try evaluator.evaluate(start.description, on: test, seed: 1).accuracy)
    let after = try #require(try evaluator.evaluate(trainer.network, on: test, seed: 1).accuracy)
    #expect(after >= before)
    #expect(trainer.network.settleSteps == start.description.settleSteps)
  }

  @Test func measurementsMustFit() throws {
    let twins = ToyTwins.make(3, noise: 0.02)
    let set = ToyTwins.set(10, seed: 1)
    let network = try NetworkTrainer(twins: twins, options: TrainerTests.quick())
      .untrained(set, labels: TrainerTests.names, seed: 1)
    var trainer = try PhysicsAwareTrainer(network, twins: twins, options: TrainerTests.quick(), seed: 1)
    var measured = Self.measure(network, twins, set, seed: 1)
    measured[3].removeLast()
    let broken = measured
    do {
      _ = try trainer.step(set, measured: broken)
      Issue.record("accepted")
    } catch {
      #expect(error == .badSet("the measurement of sequence 3 does not fit it"))
    }
  }
}
