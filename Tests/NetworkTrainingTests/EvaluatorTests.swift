import NetworkTraining
import Numerics
import PhysicalNetwork
import Testing
import TwinModel

@Suite struct EvaluatorTests {
  // The batched evaluator against a plain loop over the board's twins, without noise.
  @Test func agreesWithTheBoardsTwins() throws {
    let twins = ToyTwins.make(5, noise: 0.1)
    let set = ToyTwins.set(40, seed: 3)
    var options = TrainerTests.quick()
    // Long enough that the start no longer matters.
    options.settleSteps = 200
    options.settleDrive = 0.4
    options.hold = 2
    let network = try NetworkTrainer(twins: twins, options: options)
      .untrained(set, labels: TrainerTests.names, seed: 6)
    let evaluation = try Evaluator(twins: twins, noise: 0).evaluate(network, on: set, seed: 1)
    for index in 0..<set.count {
      let logits = plainRun(network, twins, set.inputs[index])
      for output in 0..<3 { #expect(abs(logits[output] - evaluation.outputs[index][output]) < 1e-4) }
    }
  }

  // Long series are evaluated in pieces; the seams must not show.
  @Test func piecesJoin() throws {
    let twins = ToyTwins.make(5, noise: 0.1)
    let set = ToyTwins.series(900, seed: 3)
    var options = TrainerTests.quick()
    options.settleSteps = 200
    let network = try NetworkTrainer(twins: twins, options: options).untrained(set, labels: [], seed: 6)
    let evaluation = try Evaluator(twins: twins, noise: 0).evaluate(network, on: set, seed: 1)
    let wanted = plainRun(network, twins, set.inputs[0], every: true)
    #expect(wanted.count == 900)
    for index in wanted.indices { #expect(abs(wanted[index] - evaluation.outputs[0][index]) < 1e-4) }
  }

  private func plainRun(
    _ network: NetworkDescription, _ twins: [TwinParameters], _ values: [Float], every: Bool = false
  ) -> [Float] {
    var states = twins.map { TwinState($0) }
    let n = network.nodeCount
    let channels = network.inputCount
    var x = [Float](repeating: 0, count: n)
    for _ in 0..<network.settleSteps {
      for node in 0..<n { x[node] = states[node].step(drive: network.settleDrive, noise: 0) }
    }
    var mean = [Float](repeating: 0, count: n)
    var outputs: [Float] = []
    let steps = values.count / channels * Int(network.hold)
    func read(_ features: [Float]) -> [Float] {
      (0..<network.outputCount).map { output in
        (0..<n).reduce(network.readoutBias[output]) { $0 + network.readoutWeights[output * n + $1] * features[$1] }
      }
    }
    for step in 0..<steps {
      let frame = step / Int(network.hold)
      var drives = network.bias
      for node in 0..<n {
        for channel in 0..<channels {
          let u = (values[frame * channels + channel] - network.inputOffset[channel]) * network.inputScale[channel]
          drives[node] += network.inputWeights[node * channels + channel] * u
        }
        for other in 0..<n { drives[node] += network.recurrentWeights[node * n + other] * x[other] }
      }
      for node in 0..<n {
        x[node] = states[node].step(drive: min(1, max(-1, drives[node])), noise: 0)
        mean[node] += x[node] / Float(steps)
      }
      if every, (step + 1) % Int(network.hold) == 0 { outputs += read(x) }
    }
    return every ? outputs : read(mean)
  }
}
