import Foundation
import Testing

/// A board that is gone in the middle of something.
@Suite struct VanishTests {
  @Test func inTheMiddleOfAPull() throws {
    let seed = Dice.seed("vanish")
    var dice = Dice(seed: seed)
    try withFolder("vanish") { folder in
      let project = try VirtualProject(in: folder)
      let made = try project.succeed("characterise", "--steps", "600000", "--repeats", "0", "--inputs", "0", "--json")
      let run = try #require(try JSON(made.output)["run"].text)
      let traces = project.root + "/traces/virtual/" + run
      let whole = try VirtualProject.bytes(project.state + "/journal/" + run)
      var kept = 0
      var cuts = 0
      for _ in 0..<12 where cuts == 0 {
        try? FileManager.default.removeItem(atPath: traces)
        let goal = 1 + dice.below(whole.count / 3)
        let pull = try project.start("pull")
        _ = waitUntil { ((try? VirtualProject.bytes(traces).count) ?? 0) >= goal || !pull.isRunning }
        for id in StatusFile.children(of: pull.id) { kill(id, SIGKILL) }
        let finished = pull.finish(seconds: 30)
        kept = try VirtualProject.bytes(traces).count
        if finished.code == 0 { continue }
        cuts += 1
        #expect(finished.code == 10, finished.said)
        expectMessage(finished, ["the board ended the connection"], "seed \(seed)")
        #expect(try VirtualProject.bytes(traces) == whole.prefix(kept))
      }
      try #require(cuts > 0, "no pull was cut, seed \(seed)")
      let last = try JSON(project.succeed("pull", "--json").output)
      #expect(last[0]["new_bytes"].whole == whole.count - kept)
      #expect(try VirtualProject.bytes(traces) == whole)
      #expect(try JSON(project.succeed("pull", "--json").output)[0]["new_bytes"].whole == 0)
    }
  }

  @Test func inTheMiddleOfARunTheRunGoesOn() throws {
    try withFolder("vanish") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      for id in StatusFile.children(of: program.id) { kill(id, SIGKILL) }
      let finished = program.finish(seconds: 30)
      #expect(finished.code == 10, finished.said)
      // The session is gone, the measurement is not.
      let before = StatusFile(project.state).steps
      #expect(waitUntil { StatusFile(project.state).steps > before })
      try project.succeed("run", "--stop")
      try #require(waitUntil { StatusFile(project.state).phase == .ended })
      let pulled = try JSON(project.succeed("pull", "--json").output)
      #expect(pulled[0]["lossy"].whole == 0)
    }
  }

  @Test func aSilentBoardIsGivenUp() throws {
    try withFolder("silent") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      try project.edit(
        project.configPath, "command = [\"\(Programs.edged)\", \"serve\", ", "command = [\"/bin/sleep\", \"60\", ")
      try project.edit(project.configPath, ", \"--state\", \"\(project.state)\"", "")
      let program = try project.start("status")
      usleep(300_000)
      let begun = Date()
      program.signal(SIGINT)
      let finished = program.finish()
      #expect(finished.code == 130, finished.said)
      #expect(-begun.timeIntervalSinceNow < 8)
    }
  }
}
