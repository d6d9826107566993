import CTrainingKernels
import Numerics
import Testing
import TrainingKernels

/// The network kernel's loss, gradient and final states against the double-precision reference.
@Suite struct NetworkGradientTests {
  static let kinds: [NetworkCase.Kind] = [
    .init(), .init(hold: 3, settle: 0, noisy: false), .init(hold: 2, measured: true),
    .init(task: Int32(TK_REGRESSION)), .init(task: Int32(TK_REGRESSION), hold: 2, settle: 5, noisy: false),
    .init(task: Int32(TK_REGRESSION), hold: 1, measured: true),
  ]

  static func distance(_ gradient: [Float], _ wanted: [Double], _ range: Range<Int>) -> Double {
    var error = 0.0
    var size = 0.0
    for index in range {
      error += (Double(gradient[index]) - wanted[index]) * (Double(gradient[index]) - wanted[index])
      size += wanted[index] * wanted[index]
    }
    return (error / size).squareRoot()
  }

  @Test(arguments: kinds, [UInt64(10), 20]) func gradientMatchesDifferences(_ kind: NetworkCase.Kind, _ seed: UInt64)
    throws
  {
    let test = try NetworkCase(kind, seed: seed)
    let wanted = test.loss(test.reference)
    // How a measured path moves with the parameters: its residuals stay.
    let fixed = kind.measured ? (0..<NetworkCase.lanes).map { test.path(test.reference, $0).residuals } : nil
    // Some components of each block.
    let n = NetworkCase.nodes
    let ends = [0, n * NetworkCase.inputs, n * (NetworkCase.inputs + n), n * (NetworkCase.inputs + n + 1)]
    var random = RandomStream(seed: seed, stream: 42)
    let blocks = zip(ends, ends.dropFirst() + [test.parameters.count]).map { $0..<$1 }
    let picked = blocks.map { block in random.permutation(block.count).prefix(7).map { block.lowerBound + $0 } }
    let differences = picked.map { indices in
      indices.map { index in
        var up = test.reference
        var down = test.reference
        up.parameters[index] += 1e-6
        down.parameters[index] -= 1e-6
        return (test.loss(up, fixed: fixed) - test.loss(down, fixed: fixed)) / 2e-6
      }
    }
    for isa in InstructionSet.available {
      let run = NetworkRun(test, isa: isa)
      #expect(abs(run.loss / wanted - 1) < 1e-5, "seed \(seed), \(isa): \(kind)")
      #expect(run.isIntact, "seed \(seed), \(isa): \(kind)")
      for (indices, slopes) in zip(picked, differences) {
        let error = Self.distance(indices.map { run.gradient[$0] }, slopes, slopes.indices)
        #expect(error < 1e-4, "seed \(seed), \(isa), block with \(indices[0]): \(kind)")
      }
      let again = NetworkRun(test, isa: isa, wantsGradient: false)
      #expect(again.loss == run.loss, "seed \(seed), \(isa): \(kind)")
      #expect(again.gradient.array.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: kinds) func statesCarryOver(_ kind: NetworkCase.Kind) throws {
    let test = try NetworkCase(kind, seed: 30)
    let (n, lanes, history) = (NetworkCase.nodes, NetworkCase.lanes, NetworkCase.history)
    let run = NetworkRun(test, isa: .best)
    var worst = 0.0
    for lane in 0..<lanes {
      let path = test.path(test.reference, lane)
      let start = test.start(lane)
      let end = path.responses.count
      for node in 0..<n {
        let x = (path.responses.reversed().map { $0[node] } + start.responses[node]).prefix(history)
        let s = (path.drives.reversed().map { $0[node] } + start.drives[node]).prefix(history)
        for tap in 0..<history {
          let place = ((history - 1 - tap) * n + node) * lanes + lane
          worst = max(worst, abs(x[tap] - Double(run.finalResponses[place])))
          worst = max(worst, abs(s[tap] - Double(run.finalDrives[place])))
        }
        for step in 0..<end {
          worst = max(worst, abs(path.responses[step][node] - Double(run.responses[(step * n + node) * lanes + lane])))
        }
      }
      for (row, value) in (path.auxiliaries.last ?? start.auxiliaries).flatMap({ $0 }).enumerated() {
        worst = max(worst, abs(value - Double(run.finalAuxiliaries[row * lanes + lane])))
      }
    }
    #expect(worst < 1e-5, "\(kind)")
  }

  // A leak lets clamped drives feel part of their gradient.
  @Test func leakIsAShareOfTheClampedGradient() throws {
    let test = try NetworkCase(.init(noisy: false), seed: 40)
    let gradients = [Float(0), 0.5, 1].map { NetworkRun(test, isa: .best, clampLeak: $0).gradient.array }
    let recurrent = NetworkCase.nodes * NetworkCase.inputs
    #expect((0..<recurrent).contains { gradients[0][$0] != gradients[2][$0] })
    #expect(gradients.allSatisfy { $0.allSatisfy { $0.isFinite } })
    // The read-out comes after every clamp.
    let readout = NetworkCase.nodes * (NetworkCase.inputs + NetworkCase.nodes + 1)
    #expect((readout..<gradients[0].count).allSatisfy { gradients[0][$0] == gradients[2][$0] })
  }
}
