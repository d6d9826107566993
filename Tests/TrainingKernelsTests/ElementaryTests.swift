import CTrainingKernels
import Numerics
import Testing
import TrainingKernels

@Suite struct ElementaryTests {
  static let grid: [Float] = (0..<16_384).map { (Float($0) - 8192) / 512 }

  @Test(arguments: InstructionSet.available) func tanhIsWithinTwoUnitsOf1e7(_ isa: InstructionSet) {
    var values = [Float](repeating: 0, count: Self.grid.count)
    tk_map_tanh(isa.rawValue, Self.grid, &values, Int32(values.count))
    var worst = 0.0
    for (x, y) in zip(Self.grid, values) { worst = max(worst, abs(Maths.tanh(Double(x)) - Double(y))) }
    #expect(worst < 4e-7)
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
    // Standard errors at 262,144 draws: 0.002, 0.0028, 0.019.
    #expect(abs(mean) < 0.008)
    #expect(abs(variance - 1) < 0.011)
    #expect(abs(fourth - 3) < 0.08)
    // Neighbouring rows and lanes are unrelated.
    var along = 0.0
    var across = 0.0
    for index in lanes..<values.count {
      along += values[index] * values[index - lanes]
      across += values[index] * values[index - 1]
    }
    #expect(abs(along / n) < 0.008)
    #expect(abs(across / n) < 0.008)
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
