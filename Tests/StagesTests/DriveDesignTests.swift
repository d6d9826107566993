import PhysicalNetwork
import Stages
import Testing

@Suite struct DriveDesignTests {
  static let board = BoardDescription(
    boardID: Array(0..<16), name: "b",
    buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)],
    chips: [ChipDescription(name: "afe", kind: .ad5593r, address: 0x10, bus: 0, fullScaleVolts: 2.5)],
    drives: [
      DriveChannel(chip: 0, channel: 0, lowCode: 410, highCode: 3686, safeCode: 2048),
      DriveChannel(chip: 0, channel: 1, lowCode: 3000, highCode: 1000, safeCode: 2000),
    ],
    responses: [], inputs: [], nodes: [], stepPeriod: 10_000_000, responseDelay: 0)

  @Test func codesKeepToEachNodesRangeAndReachItsEnds() throws {
    let blocks = DriveDesign().blocks(for: Self.board, seed: 3)
    #expect(blocks.count == 7)
    for block in blocks {
      #expect(block.codes.count == Int(block.steps) * 2)
      for step in 0..<Int(block.steps) {
        #expect((410...3686).contains(block.codes[2 * step]))
        #expect((1000...3000).contains(block.codes[2 * step + 1]))
      }
    }
    let first = stride(from: 0, to: blocks[0].codes.count, by: 2).map { blocks[0].codes[$0] }
    #expect(first.min() == 410)
    #expect(first.max() == 3686)
  }

  @Test func theSameSeedGivesTheSameDesignAndChannelsDiffer() {
    let design = DriveDesign()
    #expect(design.blocks(for: Self.board, seed: 3) == design.blocks(for: Self.board, seed: 3))
    #expect(design.blocks(for: Self.board, seed: 3) != design.blocks(for: Self.board, seed: 4))
    let codes = design.blocks(for: Self.board, seed: 3)[1].codes
    let one = (0..<60).map { Self.board.drives[0].drive(of: codes[2 * $0]) }
    let two = (0..<60).map { Self.board.drives[1].drive(of: codes[2 * $0 + 1]) }
    #expect(one != two)
  }

  @Test func repeatedInputsAreRepeatedAndTheLongTraceIsNot() {
    let blocks = DriveDesign().blocks(for: Self.board, seed: 1)
    #expect(blocks[0].repeats == 1)
    #expect(blocks.dropFirst().allSatisfy { $0.repeats == 24 && $0.steps == 60 })
  }
}
