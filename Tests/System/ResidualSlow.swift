import Foundation
import PhysicalNetwork
import RunRecords
import Testing

/// Twins beside the devices of a virtual board, through the programs: silent while the devices are what they were, and
/// naming the one that is not.
@Suite struct ResidualSlow {
  /// Makes the device of a node older, so that its gain before tanh is 30 % lower.
  private func age(_ name: String, _ project: VirtualProject) throws {
    var lines = try String(contentsOfFile: project.benchPath, encoding: .utf8).components(separatedBy: "\n")
    let place = try #require(lines.firstIndex(of: "name = \"\(name)\""))
    lines.insert("ageing = { drift_per_hour_mean = -0.3, age_seconds = 3600 }", at: place + 1)
    try lines.joined(separator: "\n").write(toFile: project.benchPath, atomically: true, encoding: .utf8)
    try project.rebuildBench()
  }

  private func names(_ json: JSON, _ key: String) -> [String]? {
    ((json.value as? [String: Any])?["run"] as? [String: Any])?[key] as? [String]
  }

  private func residuals(_ project: VirtualProject, _ run: String) throws -> [(step: UInt64, event: ResidualEvent)] {
    try project.journal(run).residualEvents
  }

  @Test func anAgedDeviceIsFlaggedAndLeftOut() throws {
    try withFolder("residuals") { folder in
      let project = try VirtualProject(in: folder)
      try SampleFiles.twoClasses(project.root + "/train.ts", cases: 60, seed: 1)
      try project.succeed("characterise")
      try project.succeed("pull")
      try project.succeed("fit")
      try project.succeed("train", "train.ts", "--epochs", "3")
      #expect(try JSON(project.succeed("push", "--json").output)["watched_nodes"].whole == 4)

      // The devices are those the twins were fitted to.
      let quiet = try JSON(project.succeed("run", "--data", "train.ts", "--json").output)
      #expect(names(quiet, "flagged_nodes") == [] && names(quiet, "left_out_nodes") == [])
      #expect(try residuals(project, try #require(quiet["run"]["run"].text)).isEmpty)
      #expect(try project.succeed("status").output.contains("4 nodes watched by their twins, none flagged"))

      // One is another now; n02 is a leaky integrator.
      try age("n02", project)
      let flagged = try JSON(project.succeed("run", "--data", "train.ts", "--json").output)
      let run = try #require(flagged["run"]["run"].text)
      #expect(names(flagged, "flagged_nodes") == ["n02"] && names(flagged, "left_out_nodes") == [])
      let events = try residuals(project, run)
      let first = try #require(events.first)
      #expect(events.allSatisfy { $0.event.node == 2 })
      #expect(first.event.change == 1 && first.step >= 256 && first.step < 600, "\(events)")
      #expect(names(flagged, "residuals")?.first?.hasPrefix("node n02, step \(first.step): ") == true)
      let status = try project.succeed("status").output
      #expect(status.contains("n02: ") && !status.contains("n01: "), "\(status)")
      let page = try JSON(project.succeed("report", run, "--json").output)["path"].text
      #expect(try String(contentsOfFile: try #require(page), encoding: .utf8).contains("node n02, step \(first.step)"))
      #expect(try project.edged("status").output.contains("node 2 "))

      // It may be left out, and the run goes on.
      try project.edit(project.root + "/network.toml", "# action = \"flag\"  ", "action = \"quarantine\"  ")
      try project.succeed("push")
      let finished = try project.sync("run", "--data", "train.ts", "--json")
      #expect(finished.code == 3, finished.said)
      expectMessage(finished, ["partial", "n02"], "a node left out")
      let partial = try JSON(finished.output)
      #expect(names(partial, "left_out_nodes") == ["n02"] && names(partial, "flagged_nodes") == [])
      let left = try project.journal(try #require(partial["run"]["run"].text))
      #expect(left.stop?.outcome == .completed && left.residualEvents.map(\.event.change) == [3])
      let from = Int(try #require(left.residualEvents.first).step)
      let drive = left.board.drives[Int(left.board.nodes[2].firstDrive)]
      let channel = Int(left.board.nodes[2].firstDrive)
      #expect(left.trace.steps > from + 200)
      for step in from + 1..<left.trace.steps {
        #expect(left.trace.codes[step * left.trace.channels + channel] == drive.safeCode)
      }
    }
  }

  @Test func twinsThatWereNotAcceptedAreNotUsedUnasked() throws {
    try withFolder("unaccepted") { folder in
      let project = try VirtualProject(in: folder)
      try project.characteriseBriefly()
      try project.succeed("pull")
      _ = try project.sync("fit")
      let plain = try project.succeed("push", "--description-only", "--json")
      let watched = try #require(try JSON(plain.output)["watched_nodes"].whole)
      try project.edit(project.root + "/network.toml", "# enabled = true", "enabled = true")
      let insisting = try project.sync("push", "--description-only")
      if watched < 4 {
        #expect(insisting.code == 1)
        expectMessage(insisting, ["is not watched", "--allow-unaccepted"], "enabled = true")
      } else {
        #expect(insisting.code == 0)
      }
      let forced = try project.succeed("push", "--description-only", "--allow-unaccepted", "--json")
      #expect(try JSON(forced.output)["watched_nodes"].whole == 4)
      try project.edit(project.root + "/network.toml", "enabled = true", "enabled = false")
      #expect(try JSON(project.succeed("push", "--description-only", "--json").output)["watched_nodes"].whole == 0)
    }
  }

  @Test func twinsOfAnotherTimingDoNotWatchUnasked() throws {
    try withFolder("timing") { folder in
      let project = try VirtualProject(in: folder)
      try project.succeed("characterise")
      try project.succeed("pull")
      try project.succeed("fit")
      #expect(try JSON(project.succeed("push", "--description-only", "--json").output)["watched_nodes"].whole == 4)
      try project.edit(project.boardPath, "response_delay_us = 2000", "response_delay_us = 7000")
      let pushed = try project.succeed("push", "--description-only", "--json")
      #expect(try JSON(pushed.output)["watched_nodes"].whole == 0)
      for words in ["node n01 ", "a response delay of 2 ms", "a response delay of 7 ms", "fit again"] {
        #expect(pushed.errors.contains(words), "\(pushed.errors)")
      }
      let forced = try project.succeed("push", "--description-only", "--allow-unaccepted", "--json")
      #expect(try JSON(forced.output)["watched_nodes"].whole == 4)
    }
  }
}
