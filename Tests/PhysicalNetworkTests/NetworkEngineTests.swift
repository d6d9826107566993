import PhysicalNetwork
import Testing

@Suite struct NetworkEngineTests {
  /// The equations of one step written out in Double.
  @Test func stepFollowsTheEquations() {
    let network = Sample.network(nodes: 5, inputs: 3, outputs: 4)
    let engine = NetworkEngine(network)
    let raw: [Float] = [0.3, -1.2, 2.5]
    let before: [Float] = [0.1, -0.4, 0.9, 0.0, -1.0]
    for node in 0..<5 { engine.responses[node] = before[node] }
    engine.beginSequence()
    raw.withUnsafeBufferPointer { if let base = $0.baseAddress { engine.drive(from: base) } }
    for node in 0..<5 {
      var sum = Double(network.bias[node])
      for channel in 0..<3 {
        let u = (Double(raw[channel]) - Double(network.inputOffset[channel])) * Double(network.inputScale[channel])
        sum += Double(network.inputWeights[node * 3 + channel]) * u
      }
      for source in 0..<5 { sum += Double(network.recurrentWeights[node * 5 + source]) * Double(before[source]) }
      let expected = min(max(sum, -1), 1)
      #expect(abs(Double(engine.drives[node]) - expected) < 1e-5)
    }
    engine.observe(counted: true)
    let first = (0..<4).map { engine.outputs[$0] }
    for output in 0..<4 {
      var sum = Double(network.readoutBias[output])
      for node in 0..<5 { sum += Double(network.readoutWeights[output * 5 + node]) * Double(before[node]) }
      #expect(abs(Double(first[output]) - sum) < 1e-5)
    }
    for node in 0..<5 { engine.responses[node] = 0 }
    engine.observe(counted: true)
    engine.averageOutputs()
    for output in 0..<4 {
      let expected = (first[output] + network.readoutBias[output]) / 2
      #expect(abs(engine.outputs[output] - expected) < 1e-6)
    }
  }

  @Test func settlingDrivesEveryNodeAlike() {
    let engine = NetworkEngine(Sample.network())
    engine.settle()
    for node in 0..<4 { #expect(engine.drives[node] == 0.25) }
  }
}
