import Foundation
import Testing

/// The same seed twice gives the same everything, wherever it is written.
@Suite struct DeterminismSlow {
  @Test func sameSeedSameJournalsAndReport() throws {
    try withFolder("same") { folder in
      try SampleFiles.twoClasses(folder + "/train.ts", cases: 24, seed: 1)
      try SampleFiles.twoClasses(folder + "/test.ts", cases: 24, seed: 2)
      func demo(_ name: String, seed: Int) throws -> (report: NSDictionary, journals: [String: Data]) {
        let out = folder + "/" + name
        let finished = try execute(
          Programs.edgesync,
          [
            "demo", "--train", folder + "/train.ts", "--test", folder + "/test.ts", "--nodes", "6", "--epochs", "6",
            "--seed", "\(seed)", "--out", out, "--json",
          ])
        try #require(finished.code == 0, finished.said)
        #expect(try JSON(finished.output)["seconds"].keys.contains("fit"))
        let text = try String(contentsOfFile: out + "/report.json", encoding: .utf8)
        var report = try #require(try JSON(text).value as? [String: Any])
        #expect(report.removeValue(forKey: "seconds") != nil)
        var journals: [String: Data] = [:]
        let runs = out + "/boards/virtual/state/journal"
        for run in try FileManager.default.contentsOfDirectory(atPath: runs) {
          journals[run] = try VirtualProject.bytes(runs + "/" + run)
          #expect(try VirtualProject.bytes(out + "/traces/virtual/" + run) == journals[run])
        }
        return (report as NSDictionary, journals)
      }
      let first = try demo("one", seed: 7)
      let second = try demo("a-longer-name", seed: 7)
      let other = try demo("other", seed: 8)
      #expect(first.journals.count == 3)
      #expect(first.journals == second.journals)
      #expect(first.report == second.report)
      #expect(first.report != other.report && first.journals != other.journals, "the seed is used")
    }
  }
}
