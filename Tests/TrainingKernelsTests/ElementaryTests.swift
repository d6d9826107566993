import CTrainingKernels
import Numerics
import Testing
import TrainingKernels

@Suite struct ElementaryTests {
  static let grid: [Float] = (0..<16_384).map { (Float($0) - 8192) / 512 }

  @Test(arguments: InstructionSet.available) func tanhIsWithin4e7(_ isa: InstructionSet) {
    var values = [Float](repeating: 0, count: Self.grid.count)
    tk_map_tanh(isa.rawValue, Self.grid, &values, Int32(values.count))
    var worst = 0.0
    for (x, y) in zip(Self.grid, values) { worst = max(worst, abs(Maths.tanh(Double(x)) - Double(y))) }
    #expect(worst < 4e-7)
  }

  @Test(arguments: InstructionSet.available) func tanhSaturates(_ isa: InstructionSet) {
    let large: [Float] = [8.9, 9.1, 12, 88, 89, 710, 1e4, 1e10, 1e30, .greatestFiniteMagnitude, .infinity]
    let x = large + large.map { -$0 } + [Float](repeating: .nan, count: 10)
    var y = [Float](repeating: 0, count: 32)
    tk_map_tanh(isa.rawValue, x, &y, 32)
    for index in 0..<22 { #expect(abs(y[index] - (x[index] > 0 ? 1 : -1)) < 4e-7, "tanh \(x[index]) = \(y[index])") }
    // What is not a number saturates too: a unit is never outside -1 ... 1, and states and outputs tell of a divergence.
    for index in 22..<32 { #expect(abs(abs(y[index]) - 1) < 4e-7, "\(y[index])") }
    let small: [Float] = (0..<32).map { Float($0) * 1e-9 }
    tk_map_tanh(isa.rawValue, small, &y, 32)
    for index in 0..<32 { #expect(abs(y[index] - small[index]) < 4e-7) }
  }

  @Test(arguments: InstructionSet.available) func softplusOfLargeNumbers(_ isa: InstructionSet) {
    let large: [Float] = [20, 86, 88, 1e4, 1e30, .greatestFiniteMagnitude, .infinity, 0]
    let x = large + large.map { -$0 } + large + large
    var y = [Float](repeating: 0, count: 32)
    var slopes = y
    tk_map_softplus(isa.rawValue, x, &y, &slopes, 32)
    for index in 0..<7 {
      #expect(y[index] == x[index] && abs(slopes[index] - 1) < 4e-7, "\(x[index])")
      #expect(y[index + 8] >= 0 && y[index + 8] < 1e-8, "\(x[index + 8])")
      #expect(slopes[index + 8] >= 0 && slopes[index + 8] < 1e-8, "\(x[index + 8])")
    }
  }

  // A state that is not a number stays so, and is held at the lower limit where there is one, as on the board.
  @Test(arguments: InstructionSet.available) func divergenceShows(_ isa: InstructionSet) {
    for limited in [false, true] {
      let test = ModelCase(.init(auxiliaries: 0, observables: 1, limited: limited, widths: [9]), seed: 3)
      let run = KernelRun<Float>(test, .path, isa: isa.rawValue)
      let lanes = ModelCase.lanes
      let last = (test.shape.responseTaps - 1) * lanes
      run.path[last + 5] = .nan
      _ = run.evaluate()
      for step in 1...test.steps {
        for lane in 0..<lanes {
          let value = run.path[last + step * lanes + lane]
          if lane != 5 { #expect(value.isFinite) }
          if lane == 5, !limited { #expect(value.isNaN) }
          if lane == 5, limited, step == 1, let low = test.model.c.low { #expect(value == Double(low[0])) }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available) func softplusAndItsSlope(_ isa: InstructionSet) {
    var values = [Float](repeating: 0, count: Self.grid.count)
    var slopes = values
    tk_map_softplus(isa.rawValue, Self.grid, &values, &slopes, Int32(values.count))
    var worst = 0.0
    var worstSlope = 0.0
    for (index, x) in Self.grid.enumerated() {
      let wanted = Maths.log(1 + Maths.exp(Double(x)))
      worst = max(worst, abs(wanted - Double(values[index])) / (1 + wanted))
      worstSlope = max(worstSlope, abs(1 / (1 + Maths.exp(-Double(x))) - Double(slopes[index])))
    }
    #expect(worst < 5e-7)
    #expect(worstSlope < 5e-7)
  }

  @Test(arguments: InstructionSet.available) func normalsHaveTheirMoments(_ isa: InstructionSet) {
    let rows = 16_384
    let lanes = Int(TK_LANES)
    let y = AlignedBuffer(floats: rows * lanes)
    let ids = (0..<UInt32(lanes)).map { $0 }
    let key = Philox(seed: 7, stream: 1)
    tk_normals(isa.rawValue, y.floats, Int32(rows), key.key0, key.key1, ids, 3)
    let values = y.array.map { Double($0) }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let fourth = values.reduce(0) { $0 + ($1 * $1) * ($1 * $1) } / n
    // Four standard errors at 524,288 draws.
    #expect(abs(mean) < 0.0056)
    #expect(abs(variance - 1) < 0.008)
    #expect(abs(fourth - 3) < 0.054)
    // Neighbouring rows and lanes are unrelated.
    var along = 0.0
    var across = 0.0
    for index in lanes..<values.count {
      along += values[index] * values[index - lanes]
      across += values[index] * values[index - 1]
    }
    #expect(abs(along / n) < 0.0056)
    #expect(abs(across / n) < 0.0056)
  }

  @Test func normalsFollowPhiloxWordForWord() {
    // Lane i of row 4 s + w is the normal of word w of the block at counter (id, s, 0, round).
    let lanes = Int(TK_LANES)
    let y = AlignedBuffer(floats: 8 * lanes)
    let ids = (0..<UInt32(lanes)).map { $0 &* 77 }
    let philox = Philox(seed: 99, stream: 4)
    tk_normals(InstructionSet.best.rawValue, y.floats, 8, philox.key0, philox.key1, ids, 5)
    for step in 0..<2 {
      for lane in 0..<lanes {
        let block = philox.block(ids[lane], UInt32(step), 0, 5)
        for (row, word) in [block.0, block.1, block.2, block.3].enumerated() {
          let signed = Double(Int32(bitPattern: word) >> 8) + 0.5
          let wanted = Normal.quantile(0.5 * (1 + signed / 8_388_608))
          #expect(abs(Double(y[(4 * step + row) * lanes + lane]) - wanted) < 2e-5 * (1 + abs(wanted)))
        }
      }
    }
  }

  @Test func instructionSetsAgree() {
    let lanes = Int(TK_LANES)
    let ids = (0..<UInt32(lanes)).map { $0 }
    let reference = AlignedBuffer(floats: 64 * lanes)
    tk_normals(InstructionSet.base.rawValue, reference.floats, 64, 1, 2, ids, 0)
    for isa in InstructionSet.available {
      let y = AlignedBuffer(floats: 64 * lanes)
      tk_normals(isa.rawValue, y.floats, 64, 1, 2, ids, 0)
      for index in 0..<y.count { #expect(abs(y[index] - reference[index]) < 1e-5) }
    }
  }
}
