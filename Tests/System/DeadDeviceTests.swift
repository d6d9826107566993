import Foundation
import Testing

/// Devices and chips that do not answer.
@Suite struct DeadDeviceTests {
  @Test func deadNodeIsNamedAndTheOthersGetTwins() throws {
    try withFolder("dead") { folder in
      let project = try VirtualProject(in: folder)
      let text = try String(contentsOfFile: project.benchPath, encoding: .utf8)
      var lines = text.components(separatedBy: "\n")
      let name = try #require(lines.firstIndex(of: "name = \"n01\""))
      let kind = try #require(lines[name...].firstIndex { $0.hasPrefix("kind = ") })
      lines[kind] = "kind = \"dead\""
      let parameters = try #require(lines[name...].firstIndex { $0.hasPrefix("parameters = ") })
      lines.remove(at: parameters)
      try lines.joined(separator: "\n").write(toFile: project.benchPath, atomically: true, encoding: .utf8)
      try project.rebuildBench()
      try project.characteriseBriefly()
      try project.succeed("pull")
      let fit = try project.sync("fit")
      #expect(fit.code == 3, fit.said)
      expectMessage(fit, ["n01", "3 twins are stored"], "dead node")
      #expect(!fit.errors.contains("node n00") && !fit.errors.contains("node n02"))
      let twins = try FileManager.default.subpathsOfDirectory(atPath: project.root + "/twins")
      #expect(twins.filter { $0.hasSuffix(".safetensors") }.count == 3)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      let train = try project.sync("train", "train.ts")
      #expect(train.code == 1)
      expectMessage(train, ["4 nodes", "3 twins"], "training without a twin")
    }
  }

  @Test func absentChipIsLeftOutAndCounted() throws {
    try withFolder("absent") { folder in
      let project = try VirtualProject(in: folder)
      // The board's description still has the chip; the bench has another in its place.
      try project.edit(project.benchPath, "address = 0x48", "address = 0x49")
      try project.rebuildBench()
      let options = ["characterise", "--steps", "600", "--repeats", "4", "--inputs", "2"]
      let refused = try execute(Programs.edgesync, options, folder: project.root)
      #expect(refused.code == 1, refused.said)
      expectMessage(
        refused, ["board.toml", "[[chip]]", "address 0x48", "nobody answers", "nothing was driven", "--partial"],
        "refused")
      let finished = try execute(Programs.edgesync, options + ["--partial", "--json"], folder: project.root)
      #expect(finished.code == 3, finished.said)
      expectMessage(finished, ["partial", "1 chips were left out"], "absent chip")
      let result = try JSON(finished.output)
      #expect(result["quarantined"].whole == 1 && result["steps"].whole == 1260)
      let status = try project.succeed("status")
      #expect(status.output.contains("1 chips left out"), status.said)
      let run = try project.journal(try #require(result["run"].text))
      #expect(run.stop?.quarantinedChips == 1)
      let faults = run.events.filter { if case .chipFault(_, 0x48, _, _) = $0.event { true } else { false } }
      #expect(faults.count == 1, "the journal says which chip, and since when")
      // Drives of the others were safe at the end all the same.
      #expect(run.stop?.safeFailures == 0)
    }
  }

  @Test func aRunWithoutABeginningDoesNotBlockTheOthers() throws {
    try withFolder("headless") { folder in
      let project = try VirtualProject(in: folder)
      let good = try project.characteriseBriefly()
      // What a power cut leaves that came before the run's start was on flash; it comes first in any order of names.
      let headless = project.state + "/journal/" + String(repeating: "0", count: 31) + "1"
      try FileManager.default.createDirectory(atPath: headless, withIntermediateDirectories: true)
      try Data(count: 4096).write(to: URL(fileURLWithPath: headless + "/000000.seg"))
      let pulled = try project.sync("pull", "--json")
      #expect(pulled.code == 3, pulled.said)
      expectMessage(pulled, ["00000001", "cannot be read"], "headless run")
      #expect(try JSON(pulled.output).count == 2)
      #expect(
        try VirtualProject.bytes(project.root + "/traces/virtual/" + good)
          == VirtualProject.bytes(project.state + "/journal/" + good))
      let fit = try project.sync("fit")
      // What so brief a recording gives may be refused; it is read and fitted all the same.
      #expect(fit.code == 0 || fit.code == 3, fit.said)
    }
  }
}
