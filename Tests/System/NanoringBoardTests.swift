import Foundation
import PhysicalNetwork
import Testing
import VirtualBench
import Workbench

/// A virtual board whose devices are read twice, through the programs.
@Suite struct NanoringBoardTests {
  @Test func bothReadingsAreRecorded() throws {
    try withFolder("nanoring") { folder in
      let project = try VirtualProject(in: folder)
      let files = VirtualBoardGenerator.make(
        nodes: 4, seed: 1,
        design: VirtualBoardDesign(kinds: [.nanoring], ageing: DeviceAgeing(exponentMean: 0.02, ageSeconds: 3600)))
      try files.board.write(toFile: project.boardPath, atomically: true, encoding: .utf8)
      try files.bench.write(toFile: project.benchPath, atomically: true, encoding: .utf8)
      try project.rebuildBench()
      let run = try project.journal(try project.characteriseBriefly())
      let board = run.start.board
      #expect(board.nodes.count == 4 && board.responses.count == 8 && run.trace.channels == 12)
      for node in 0..<4 {
        let trace = try run.trace.node(node, board)
        #expect(trace.responseChannels == 2 && trace.response.count == 2 * run.trace.steps)
        for reading in 0..<2 {
          let values = stride(from: reading + 40, to: trace.response.count, by: 2).map { trace.response[$0] }
          let (low, high) = (values.min() ?? 0, values.max() ?? 0)
          #expect(high - low > 0.2 && low > -0.99 && high < 0.99, "node \(node), reading \(reading): \(low)...\(high)")
        }
        let differing = stride(from: 0, to: trace.response.count, by: 2).count {
          abs(trace.response[$0] - trace.response[$0 + 1]) > 0.05
        }
        #expect(differing > run.trace.steps / 4)
      }
      // The same board, the same seed: the same bytes again.
      let other = try VirtualProject(in: folder, name: "again")
      try files.board.write(toFile: other.boardPath, atomically: true, encoding: .utf8)
      try files.bench.write(toFile: other.benchPath, atomically: true, encoding: .utf8)
      try other.rebuildBench()
      let again = try other.journal(try other.characteriseBriefly())
      #expect(again.trace.codes == run.trace.codes)
    }
  }
}
