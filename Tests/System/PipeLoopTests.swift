import Foundation
import Testing
import Workbench

/// The whole loop over a pipe to a virtual board, command by command.
@Suite struct PipeLoopTests {
  @Test func theNewestOfSeveralRunsIsTheOneRecordedLast() throws {
    try withFolder("order") { folder in
      let project = try VirtualProject(in: folder, nodes: 2)
      // Names are drawn at random, so with five runs their order says little about time.
      let runs = try (1...5).map { try project.characteriseBriefly(seed: $0) }
      _ = try project.succeed("pull")
      let first = try #require(try JSON(project.succeed("report", "--json").output)["path"].text)
      #expect(first.hasSuffix((runs.last ?? "") + ".html"))
      let later = try project.characteriseBriefly(seed: 6)
      _ = try project.succeed("pull")
      let second = try #require(try JSON(project.succeed("report", "--json").output)["path"].text)
      #expect(second.hasSuffix(later + ".html"), "pulling again does not make old runs new")
    }
  }

  @Test func everyStageOfTheLoop() throws {
    try withFolder("loop") { folder in
      let project = try VirtualProject(in: folder)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      try SampleFiles.twoClasses(project.root + "/test.ts", seed: 2)

      let status = try JSON(project.succeed("status", "--json").output)
      #expect(status["board"].text == "virtual")
      #expect(status["bundle"].text == nil && status["runs_on_board"].whole == 0)

      let run = try project.characteriseBriefly()
      let after = try JSON(project.succeed("status", "--json").output)
      #expect(after["last_run"]["id"].text == run)
      #expect(after["last_run"]["committed"].whole == after["last_run"]["steps"].whole)
      #expect(after["bundle_state"].text == "committed", "a clean run ends the bundle's probation")

      let pulled = try JSON(project.succeed("pull", "--json").output)
      #expect(pulled[0]["run"].text == run && (pulled[0]["new_bytes"].whole ?? 0) > 0)
      let again = try JSON(project.succeed("pull", "--json").output)
      #expect(again[0]["new_bytes"].whole == 0 && again[0]["bytes"].whole == pulled[0]["bytes"].whole)
      #expect(
        try VirtualProject.bytes(project.root + "/traces/virtual/" + run)
          == VirtualProject.bytes(project.state + "/journal/" + run))

      // So short a recording need not give twins that are accepted.
      let fitted = try project.sync("fit", "--json")
      #expect([0, 3].contains(fitted.code), fitted.said)
      let fit = try JSON(fitted.output)
      #expect(fit["twins"].count == 4 && fit["twins"][0]["node"].text == "n00")

      let trained = try JSON(
        project.succeed("train", "train.ts", "--allow-unaccepted", "--epochs", "100", "--json").output)
      let network = try #require(trained["network"].text)
      let pushed = try JSON(project.succeed("push", "--json").output)
      let bundle = try #require(pushed["bundle_sha256"].text)
      #expect(try JSON(project.succeed("status", "--json").output)["bundle"].text == bundle)

      let evaluated = try JSON(project.succeed("run", "--data", "test.ts", "--json").output)
      #expect((evaluated["accuracy"].number ?? 0) >= 0.9, "two classes of opposite sign are told apart")
      let evaluation = try #require(evaluated["run"]["run"].text)

      try checkAncestry(project, run: run, network: network, bundle: bundle, evaluation: evaluation)
      try checkExport(project, run: evaluation, steps: try #require(evaluated["run"]["steps"].whole))
      #expect(try JSON(project.succeed("run", "--stop", "--json").output).keys.isEmpty, "nothing runs: nothing to tell")
      #expect(try JSON(project.succeed("enroll", "virtual", "--json").output)["nodes"].whole == 4)
      let made = try execute(Programs.edgesync, ["init", folder + "/empty", "--json"])
      #expect(try JSON(made.output)["boards"].count == 0 && made.code == 0)
      let report = try JSON(project.succeed("report", "--json").output)
      let page = try String(contentsOfFile: try #require(report["path"].text), encoding: .utf8)
      #expect(page.contains("<svg") && page.contains("n00"))
    }
  }

  private func checkAncestry(
    _ project: VirtualProject, run: String, network: String, bundle: String, evaluation: String
  ) throws {
    let catalog = try Project.open(at: project.root).catalog
    let line = try catalog.ancestry(of: CatalogItem(.run, evaluation))
    #expect(line.first == CatalogItem(.bundle, bundle))
    #expect(line.contains(CatalogItem(.network, network)))
    #expect(line.filter { $0.kind == .twin }.count == 4)
    #expect(line.contains(CatalogItem(.run, run)), "everything came from the characterising run")
  }

  private func checkExport(_ project: VirtualProject, run: String, steps: Int) throws {
    let exported = try JSON(project.succeed("export", String(run.prefix(8)), "--output", "run.mcap", "--json").output)
    #expect(exported["steps"].whole == steps && exported["lossy"].whole == 0)
    let checked = try execute(
      try Python.path(), [Programs.root + "/scripts/check-mcap.py", project.root + "/run.mcap", "--steps", "\(steps)"])
    #expect(checked.code == 0, checked.said)
    let facts = try JSON(checked.output)
    #expect(facts["drives"].whole == 4 && facts["responses"].whole == 4)
    #expect(facts["facts"]["outcome"].text == "completed")
  }

  @Test func retrainWalksTheLoopInOneCommand() throws {
    try withFolder("retrain") { folder in
      let project = try VirtualProject(in: folder, nodes: 3, benchSeed: 5)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 3)
      try SampleFiles.twoClasses(project.root + "/test.ts", seed: 4)
      let finished = try project.succeed(
        "retrain", "--train", "train.ts", "--test", "test.ts", "--steps", "6000", "--repeats", "8", "--inputs", "2",
        "--epochs", "100", "--json")
      let result = try JSON(finished.output)
      #expect(result["bundle_sha256"].text?.count == 64)
      #expect((result["accuracy"].number ?? 0) >= 0.9)
      #expect(try JSON(project.succeed("status", "--json").output)["bundle_counter"].whole == 2)
    }
  }
}

/// The Python with the packages the tests check against.
enum Python {
  /// Made, or brought up to date, once a test run.
  private static let made = Result {
    let made = try execute("/bin/bash", [Programs.root + "/scripts/python-venv.sh"])
    try #require(made.code == 0, made.said)
    return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  static func path() throws -> String { try made.get() }
}
