import Foundation
import Testing
import Workbench

/// Ctrl-C: prompt, exit code 130, and everything stored before is whole.
@Suite struct InterruptTests {
  @Test func duringARun() throws {
    try withFolder("interrupt") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      usleep(100_000)
      let begun = Date()
      program.signal(SIGINT)
      let finished = program.finish()
      #expect(finished.code == 130, finished.said)
      #expect(-begun.timeIntervalSinceNow < 3)
      expectMessage(finished, ["interrupted", "asked to stop"], "run")
      try #require(waitUntil { StatusFile(project.state).phase == .ended })
      #expect(try BenchProbe.isSafe(project))
      #expect(try project.journal(StatusFile(project.state).run).outcomeName == "stopped")
      try project.characteriseBriefly()
    }
  }

  @Test(arguments: [("fit", "fit"), ("train", "train")])
  func duringWorkOnTheWorkstation(_ command: String, _ progress: String) throws {
    try withFolder("interrupt") { folder in
      let project = try VirtualProject(in: folder)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      let steps = command == "fit" ? "60000" : "600"
      try project.succeed("characterise", "--steps", steps, "--repeats", "4", "--inputs", "2")
      try project.succeed("pull")
      if command == "train" { #expect([0, 3].contains(try project.sync("fit").code)) }
      let arguments = command == "train" ? ["train", "train.ts", "--allow-unaccepted", "--epochs", "1000000"] : ["fit"]
      let program = try RunningProgram(Programs.edgesync, arguments, folder: project.root)
      try #require(waitUntil { program.errors.contains("    \(progress) ") }, "\(program.errors)")
      let begun = Date()
      program.signal(SIGINT)
      let finished = program.finish()
      #expect(finished.code == 130, finished.said)
      #expect(-begun.timeIntervalSinceNow < 5)
      expectMessage(finished, ["interrupted"], command)
      let catalog = try Project.open(at: project.root).catalog
      #expect(try catalog.all(RunRecord.self).count == 1)
      #expect(try catalog.all(NetworkRecord.self).isEmpty)
    }
  }

  @Test func duringADemo() throws {
    let seed = Dice.seed("interruptDemo")
    var dice = Dice(seed: seed)
    try withFolder("interrupt") { folder in
      try SampleFiles.twoClasses(folder + "/train.ts", seed: 1)
      try SampleFiles.twoClasses(folder + "/test.ts", seed: 2)
      let program = try RunningProgram(
        Programs.edgesync,
        [
          "demo", "--train", folder + "/train.ts", "--test", folder + "/test.ts", "--nodes", "8", "--epochs", "100000",
          "--out", folder + "/demo",
        ])
      try #require(waitUntil { program.errors.contains("==> Characterising") })
      usleep(UInt32(dice.below(1_500_000)))
      let begun = Date()
      program.signal(SIGINT)
      let finished = program.finish()
      #expect(finished.code == 130, "seed \(seed): \(finished.errors)")
      #expect(-begun.timeIntervalSinceNow < 5, "seed \(seed)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/demo/report.json"))
      _ = try Project.open(at: folder + "/demo").catalog.all(TwinRecord.self)
    }
  }
}
