import Foundation
import Testing

/// Whatever is killed, the drives end at their safe values and the journal keeps what it promised.
@Suite(.serialized) struct KillSlow {
  @Test func killedLoopIsSafeAndItsJournalReadable() throws {
    let seed = Dice.seed("killedLoop")
    var dice = Dice(seed: seed)
    try withFolder("kill") { folder in
      let project = try VirtualProject(in: folder)
      var seenUnsafe = 0
      for round in 0..<8 {
        let program = try project.startLongRun()
        usleep(UInt32(5_000 + dice.below(400_000)))
        let status = StatusFile(project.state)
        let loop = try #require(status.loop)
        // With the supervisor asleep, the chips show what the loop left: anything.
        kill(status.supervisor, SIGSTOP)
        kill(loop, SIGKILL)
        try #require(waitUntil { !StatusFile.isAlive(loop) })
        if try !BenchProbe.isSafe(project) { seenUnsafe += 1 }
        kill(status.supervisor, SIGCONT)
        let finished = program.finish()
        #expect(finished.code == 1, finished.said)
        #expect(finished.errors.contains("signal 9") && finished.errors.contains("safe values were written"))
        #expect(try BenchProbe.isSafe(project), "seed \(seed), round \(round)")
        try checkJournal(project, "seed \(seed), round \(round)")
      }
      #expect(seenUnsafe > 0, "a loop that is always safe when killed proves nothing")
      let text = try project.edged("status").output
      #expect(text.contains("failed") && text.contains("signal 9"))
      try project.characteriseBriefly()
    }
  }

  /// Every step the status page called committed is in the journal, without a gap.
  private func checkJournal(_ project: VirtualProject, _ context: String) throws {
    let status = StatusFile(project.state)
    let run = try project.journal(status.run)
    #expect(run.stop == nil && run.outcomeName == "interrupted")
    #expect(UInt64(run.trace.steps) >= status.committed, "\(context)")
    #expect(run.trace.steps == 0 || run.rows(0..<UInt64(run.trace.steps)) != nil, "\(context): steps are missing")
  }

  @Test func killedInRealTime() throws {
    let seed = Dice.seed("killedInRealTime")
    var dice = Dice(seed: seed)
    try withFolder("killtimed") { folder in
      let project = try VirtualProject(in: folder)
      try project.makeRealTime()
      for round in 0..<3 {
        let program = try project.startLongRun()
        usleep(UInt32(700_000 + dice.below(300_000)))
        kill(try #require(StatusFile(project.state).loop), SIGKILL)
        let finished = program.finish()
        #expect(finished.code == 1 && finished.errors.contains("signal 9"), finished.said)
        #expect(try BenchProbe.isSafe(project), "seed \(seed), round \(round)")
        try checkJournal(project, "seed \(seed), round \(round)")
        #expect(StatusFile(project.state).committed > 0, "samples reach the flash within a quarter of a second")
      }
    }
  }

  @Test func killedSupervisorTakesTheLoopAlong() throws {
    try withFolder("orphan") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      usleep(100_000)
      let status = StatusFile(project.state)
      let loop = try #require(status.loop)
      kill(status.supervisor, SIGKILL)
      try #require(waitUntil { !StatusFile.isAlive(loop) }, "the loop outlived its supervisor")
      #expect(try BenchProbe.isSafe(project))
      let run = try project.journal(status.run)
      #expect(run.stop?.outcome == .stopped && run.stop?.safeFailures == 0)
      #expect(UInt64(run.trace.steps) == run.stop?.steps)
      _ = program.finish()
      #expect(try project.edged("status").output.contains("ended without a word"))
      try project.characteriseBriefly()
    }
  }

  @Test func bothKilledLeaveAReadableJournalAndTheNextRunIsSafe() throws {
    try withFolder("both") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      usleep(150_000)
      let status = StatusFile(project.state)
      let loop = try #require(status.loop)
      kill(status.supervisor, SIGSTOP)
      kill(loop, SIGKILL)
      kill(status.supervisor, SIGKILL)
      try #require(waitUntil { !StatusFile.isAlive(loop) && !StatusFile.isAlive(status.supervisor) })
      let finished = program.finish()
      #expect(finished.code == 1 && finished.errors.contains("ended without a word"), finished.said)
      try checkJournal(project, "both killed")
      // What a power cut leaves: the service writes safe values when it comes up again.
      #expect(try project.edged("safe").code == 0)
      #expect(try BenchProbe.isSafe(project))
      let pulled = try project.sync("pull")
      #expect(pulled.code == 0 || pulled.code == 3, pulled.said)
      try project.characteriseBriefly()
    }
  }

  @Test func terminatedSupervisorStopsTheRun() throws {
    try withFolder("term") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      usleep(100_000)
      kill(StatusFile(project.state).supervisor, SIGTERM)
      let finished = program.finish()
      #expect(finished.code == 0, finished.said)
      try checkStopped(project)
    }
  }

  @Test(arguments: ["--stop", "--safe"]) func stoppedFromTheWorkstation(_ option: String) throws {
    try withFolder("stop") { folder in
      let project = try VirtualProject(in: folder)
      let program = try project.startLongRun()
      usleep(100_000)
      try project.succeed("run", option)
      #expect(program.finish().code == 0)
      try checkStopped(project)
      // Nothing runs now: both are no error, and the drives are safe after either.
      try project.succeed("run", option)
      #expect(try BenchProbe.isSafe(project))
    }
  }

  private func checkStopped(_ project: VirtualProject) throws {
    try #require(waitUntil { StatusFile(project.state).phase == .ended })
    #expect(try BenchProbe.isSafe(project))
    let run = try project.journal(StatusFile(project.state).run)
    #expect(run.outcomeName == "stopped")
    #expect(run.stop?.steps == UInt64(run.trace.steps))
    #expect(try project.edged("status").output.contains("stopped"))
  }
}
