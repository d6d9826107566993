import CTwinStep
import Numerics
import Testing
import TwinModel

@Suite struct NetTests {
  static let sets = (0...Int(ts_best_isa())).map { Int32($0) }

  private func run(_ net: Perceptron, _ inputs: [Float], isa: Int32) throws -> [Float] {
    guard var nets = TwinNets([net], isa: isa) else { throw TwinFault.drift }
    return nets.evaluate(inputs)
  }

  // Written anew from the definition, in double precision.
  private func reference(_ net: Perceptron, _ inputs: [Float]) -> [Double] {
    var layer = inputs.map { Double($0) }
    var offset = 0
    for (index, width) in (net.widths + [net.outputs]).enumerated() {
      let below = layer.count
      layer = (0..<width).map { unit in
        var sum = Double(net.weights[offset + width * below + unit])
        for j in 0..<below { sum += Double(net.weights[offset + unit * below + j]) * layer[j] }
        guard index < net.widths.count else { return sum }
        switch net.activation {
        case .tanh: return Maths.tanh(sum)
        case .silu: return sum / (1 + Maths.exp(-sum))
        case .relu: return max(0, sum)
        }
      }
      offset += width * (below + 1)
    }
    return layer
  }

  @Test func everyShapeAgreesWithTheDefinitionAndAllSetsToTheBit() throws {
    var random = RandomStream(seed: 51, stream: 0)
    for trial in 0..<150 {
      let inputs = [0, 1, 3, 4, 5, 16, 17, 33, 250, 1100][Int(random.below(10))]
      let widths = (0..<Int(random.below(5))).map { _ in [1, 2, 15, 16, 17, 32, 50, 512][Int(random.below(8))] }
      let outputs = [1, 2, 4, 5, 16, 60, 520][Int(random.below(7))]
      let activation = Activation.allCases[Int(random.below(3))]
      let net = try #require(
        Twins.net(inputs: inputs, widths: widths, outputs: outputs, activation: activation, random: &random))
      let z = (0..<inputs).map { _ in Float(random.normal() / 4) }
      let exact = reference(net, z)
      let base = try run(net, z, isa: 0)
      #expect(base.count == outputs)
      let size = exact.reduce(1) { max($0, abs($1)) }
      for (a, b) in zip(base, exact) {
        #expect(abs(Double(a) - b) < 2e-5 * size, "trial \(trial) of seed 51: \(inputs) \(widths) \(outputs)")
      }
      for isa in Self.sets {
        let same = try run(net, z, isa: isa).map(\.bitPattern) == base.map(\.bitPattern)
        #expect(same, "trial \(trial) of seed 51, instruction set \(isa)")
      }
    }
  }

  @Test func functionsAreAccurateAndTheSameToTheBit() {
    let count = 160_000
    let x = (0..<count).map { Float($0 - count / 2) / Float(count) * 60 }
    func map(_ isa: Int32, _ activation: Activation) -> [Float] {
      var y = x
      ts_activate(isa, Int32(activation.rawValue), &y, Int32(count))
      return y
    }
    func softplus(_ isa: Int32) -> [Float] {
      var y = x
      ts_softplus(isa, &y, Int32(count))
      return y
    }
    let (tanh, silu, soft) = (map(0, .tanh), map(0, .silu), softplus(0))
    var worst = (0.0, 0.0, 0.0)
    for index in 0..<count {
      let v = Double(x[index])
      worst.0 = max(worst.0, abs(Double(tanh[index]) - Maths.tanh(v)))
      let s = v / (1 + Maths.exp(-v))
      worst.1 = max(worst.1, abs(Double(silu[index]) - s) / max(1, abs(s)))
      let p = max(v, 0) + Maths.log(1 + Maths.exp(-abs(v)))
      worst.2 = max(worst.2, abs(Double(soft[index]) - p) / max(1, p))
    }
    #expect(worst.0 <= 2e-7 && worst.1 <= 3e-7 && worst.2 <= 3e-7, "\(worst)")
    for isa in Self.sets {
      #expect(map(isa, .tanh).map(\.bitPattern) == tanh.map(\.bitPattern))
      #expect(map(isa, .silu).map(\.bitPattern) == silu.map(\.bitPattern))
      #expect(softplus(isa).map(\.bitPattern) == soft.map(\.bitPattern))
    }
  }

  @Test func whatIsNotANumberIsKeptWithinBounds() {
    for isa in Self.sets {
      var x = [Float](repeating: .nan, count: 16)
      x[1] = .infinity
      x[2] = -.infinity
      ts_activate(isa, Int32(TS_TANH), &x, 16)
      #expect(x[0] == 1 && x[1] == 1 && x[2] == -1)
    }
  }

  @Test func sizesAreBounded() {
    func zeros(_ inputs: Int, _ widths: [Int], _ outputs: Int) -> Perceptron? {
      let count = Perceptron.weightCount(inputs: inputs, widths: widths, outputs: outputs)
      return Perceptron(
        inputs: inputs, widths: widths, outputs: outputs, weights: [Float](repeating: 0, count: max(0, count)))
    }
    #expect(zeros(1100, [512, 512, 512, 512], 520) != nil)
    #expect(zeros(0, [], 1) != nil)
    #expect(zeros(1101, [1], 1) == nil)
    #expect(zeros(1, [513], 1) == nil)
    #expect(zeros(1, [0], 1) == nil)
    #expect(zeros(1, [1, 1, 1, 1, 1], 1) == nil)
    #expect(zeros(1, [1], 521) == nil)
    #expect(zeros(1, [1], 0) == nil)
    #expect(Perceptron(constant: [.nan]) == nil)
    #expect(Perceptron(inputs: 1, widths: [], weights: [1]) == nil)
  }
}
