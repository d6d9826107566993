import Foundation
import SyncProtocol
import Testing
import Transport

/// Several workstations at once, and one that talks nonsense.
@Suite struct SessionTests {
  private func connect(_ project: VirtualProject) throws -> BoardConnection {
    try BoardConnection(
      .process(program: Programs.edged, arguments: ["serve", "--state", project.state]), program: "test")
  }

  @Test func twoSessionsWhileARunGoesOn() throws {
    try withFolder("sessions") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      let first = try connect(project)
      let second = try connect(project)
      defer {
        first.close()
        second.close()
      }
      var last: UInt64 = 0
      for _ in 0..<20 {
        let one = try first.status()
        let two = try second.status()
        #expect(one.run.run == two.run.run && one.run.stepsDone <= two.run.stepsDone)
        #expect(two.run.committedStep <= two.run.stepsDone)
        #expect(one.run.stepsDone >= last)
        last = two.run.stepsDone
      }
      // Reading the journal of a run that goes on does not disturb it.
      let run = try #require(try first.runs().first { $0.active }).run
      let segments = try second.segments(of: run)
      #expect(!segments.isEmpty)
      #expect(try first.read(run, segment: 0, offset: 0).data.count > 0)
      let error = #expect(throws: TransportError.self) { try first.delete(run) }
      #expect(error?.exitCode == 11)
      let busy = try project.sync("characterise")
      #expect(busy.code == 11, busy.said)
      expectMessage(busy, ["busy", "run"], "second run")
      #expect(try project.sync("push", "--description-only").code == 11)
      try second.stopRun()
      #expect(program.finish().code == 0)
      #expect(try first.status().lastOutcome == .stopped)
    }
  }

  @Test func aBusyBoardKeepsItsBundleOnProbation() throws {
    try withFolder("probation") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      let before = try JSON(project.succeed("status", "--json").output)
      #expect(before["bundle_state"].text == "on probation")
      for _ in 0..<6 { #expect(try project.sync("characterise").code == 11) }
      #expect(try JSON(project.succeed("status", "--json").output)["bundle"].text == before["bundle"].text)
      try project.succeed("run", "--stop")
      #expect(program.finish().code == 0)
      #expect(try JSON(project.succeed("status", "--json").output)["bundle_state"].text == "committed")
    }
  }

  @Test func garbageClosesTheSession() throws {
    let seed = Dice.seed("garbage")
    var dice = Dice(seed: seed)
    try withFolder("garbage") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      for round in 0..<20 {
        var bytes = dice.bytes(1 + dice.below(5000))
        // Some begin as the protocol does, so that the garbage reaches further in.
        if round % 2 == 0 {
          let client = SyncClient(hello: Hello(program: "test"))
          bytes = client.output + bytes
        }
        let finished = try execute(Programs.edged, ["serve", "--state", project.state], input: Data(bytes))
        #expect(finished.code == 0 || finished.code == 1, "seed \(seed), round \(round): \(finished.code)")
        if finished.code == 1 { #expect(finished.errors.contains("connection closed"), finished.said) }
      }
      try project.characteriseBriefly()
    }
  }

  @Test func somethingElseOnTheOtherEnd() throws {
    try withFolder("other") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      let text = try String(contentsOfFile: project.configPath, encoding: .utf8)
      for (command, words) in [
        ("\"/bin/echo\", \"Welcome to this machine\"", ["echo"]), ("\"/bin/false\"", ["false"]),
        ("\"/no/such/edged\"", ["/no/such/edged"]), ("\"/bin/sh\", \"-c\", \"echo broken >&2; exit 3\"", ["broken"]),
      ] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          line.hasPrefix("command = ") ? "command = [\(command)]" : String(line)
        }
        try lines.joined(separator: "\n").write(toFile: project.configPath, atomically: true, encoding: .utf8)
        let finished = try project.sync("status")
        #expect(finished.code == 10, finished.said)
        expectMessage(finished, words, command)
      }
    }
  }
}
