import Foundation
import Testing

/// Recordings that cannot be used: one clear message each, exit code 1, nothing stored lost.
@Suite struct DataFileTests {
  /// What is wrong, the file's lines after the header, and words its message must have.
  static let bad: [(name: String, text: String, words: [String])] = [
    ("missing value", "0.1,?,0.3:0.1,0.2,0.3:a\n", ["bad.ts:9", "?"]),
    ("empty value", "0.1,,0.3:0.1,0.2,0.3:a\n", ["bad.ts:9"]),
    ("not a number", "0.1,nan,0.3:0.1,0.2,0.3:a\n", ["bad.ts:9", "nan"]),
    ("ragged channels", "0.1,0.2,0.3:0.1,0.2:a\n", ["bad.ts:9", "channel"]),
    ("one channel too few", "0.1,0.2,0.3:a\n", ["bad.ts:9"]),
    ("unknown label", "0.1,0.2,0.3:0.1,0.2,0.3:c\n", ["bad.ts:9", "'c'"]),
  ]

  @Test func eachIsNamedBeforeAnythingIsDriven() throws {
    try withFolder("data") { folder in
      let project = try VirtualProject(in: folder)
      let path = project.root + "/bad.ts"
      for (name, text, words) in Self.bad {
        try (SampleFiles.header(["a", "b"]) + text).write(toFile: path, atomically: true, encoding: .utf8)
        let finished = try project.sync("retrain", "--train", "bad.ts")
        #expect(finished.code == 1, "\(name): \(finished.errors)")
        expectMessage(finished, ["bad.ts"] + words, name)
      }
      #expect(try JSON(project.succeed("status", "--json").output)["runs_on_board"].whole == 0)
    }
  }

  @Test func noLabels() throws {
    try withFolder("labels") { folder in
      let project = try VirtualProject(in: folder)
      let text = SampleFiles.header([]).replacingOccurrences(of: "@classLabel true ", with: "@classLabel false")
      try (text + "0.1,0.2:0.1,0.2\n").write(toFile: project.root + "/none.ts", atomically: true, encoding: .utf8)
      let finished = try project.sync("retrain", "--train", "none.ts")
      #expect(finished.code == 1)
      expectMessage(finished, ["none.ts", "label"], "no labels")
    }
  }

  @Test func labelUnseenInTraining() throws {
    try withFolder("unseen") { folder in
      let project = try VirtualProject(in: folder)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      try SampleFiles.twoClasses(project.root + "/test.ts", seed: 2, labels: ["a", "elephant"])
      let retrain = try project.sync("retrain", "--train", "train.ts", "--test", "test.ts")
      #expect(retrain.code == 1)
      expectMessage(retrain, ["test.ts", "elephant"], "retrain")
      let demo = try execute(
        Programs.edgesync,
        [
          "demo", "--train", project.root + "/train.ts", "--test", project.root + "/test.ts", "--nodes", "2", "--out",
          folder + "/demo",
        ])
      #expect(demo.code == 1)
      expectMessage(demo, ["elephant"], "demo")
      #expect(!demo.errors.contains("Characterising"), "it is told before the devices are driven")
    }
  }

  @Test func fileThatIsNotThere() throws {
    try withFolder("nofile") { folder in
      let project = try VirtualProject(in: folder)
      let finished = try project.sync("retrain", "--train", "nowhere.ts")
      #expect(finished.code == 1)
      expectMessage(finished, ["nowhere.ts"], "no file")
    }
  }
}

/// One message for people on standard error with these words in it.
func expectMessage(
  _ finished: Finished, _ words: [String], _ context: String, location: SourceLocation = #_sourceLocation
) {
  let errors = finished.errors.split(separator: "\n").filter { $0.hasPrefix("edgesync: error: ") }
  #expect(errors.count == 1, "\(context): \(finished.errors)", sourceLocation: location)
  for word in words {
    #expect(
      finished.errors.lowercased().contains(word.lowercased()), "\(context): '\(word)' is not in: \(finished.errors)",
      sourceLocation: location)
  }
}
