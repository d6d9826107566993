import Foundation
import Testing

/// Whatever process of a run dies or hangs, the drives end at their safe values, and the service goes on.
@Suite(.serialized) struct DaemonKillSlow {
  /// Who is sent what.
  enum Blow: String, CaseIterable {
    case loopKilled, loopCrashed, loopAborted, loopTrapped, loopHangs
    case supervisorKilled, supervisorHangs, bothKilled, bothHang

    func strike(_ status: StatusFile) {
      let (loop, supervisor) = (status.loopWord, status.supervisor)
      switch self {
      case .loopKilled: kill(loop, SIGKILL)
      case .loopCrashed: kill(loop, SIGSEGV)
      case .loopAborted: kill(loop, SIGABRT)
      case .loopTrapped: kill(loop, SIGILL)
      case .loopHangs: kill(loop, SIGSTOP)
      case .supervisorKilled: kill(supervisor, SIGKILL)
      case .supervisorHangs: kill(supervisor, SIGSTOP)
      case .bothKilled:
        kill(supervisor, SIGSTOP)
        kill(loop, SIGKILL)
        kill(supervisor, SIGKILL)
      case .bothHang:
        kill(loop, SIGSTOP)
        kill(supervisor, SIGSTOP)
      }
    }

    /// Whether it is the loop alone that dies: its supervisor hears of that at once, and has to sleep for anybody to see
    /// what the loop left.
    var endsTheLoopAlone: Bool {
      switch self {
      case .loopKilled, .loopCrashed, .loopAborted, .loopTrapped: true
      default: false
      }
    }

    /// What the run's message says then.
    var words: String {
      switch self {
      case .loopKilled: "signal 9"
      case .loopCrashed: "signal 11"
      case .loopAborted: "signal 6"
      case .loopTrapped: "signal 4"
      case .loopHangs: "made no step for 500 ms"
      case .supervisorKilled, .bothKilled: "supervisor was ended by signal 9"
      case .supervisorHangs: "supervisor hangs"
      case .bothHang: "nobody ended it"
      }
    }
  }

  private func project(in folder: String) throws -> VirtualProject {
    let project = try VirtualProject(in: folder)
    let text = try String(contentsOfFile: project.boardPath, encoding: .utf8)
    try (text + "\n[faults]\nhang_ms = 500\n").write(toFile: project.boardPath, atomically: true, encoding: .utf8)
    try project.characteriseBriefly()
    return project
  }

  @Test(arguments: Blow.allCases) func drivesAreSafeUnderADaemon(_ blow: Blow) throws {
    let seed = Dice.seed("daemonKill")
    var dice = Dice(seed: seed)
    try withFolder("blow") { folder in
      let project = try project(in: folder)
      let daemon = try BoardDaemon(project, watchdog: 0.2)
      var struckUnsafe = 0
      for round in UInt8(1)...4 {
        try project.startRun(id: round)
        try project.awaitDriving()
        usleep(UInt32(dice.below(100_000)))
        let status = StatusFile(project.state)
        if blow.endsTheLoopAlone { kill(status.supervisor, SIGSTOP) }
        blow.strike(status)
        if blow.endsTheLoopAlone { try #require(waitUntil { !StatusFile.isAlive(status.loopWord) }) }
        if try !BenchProbe.isSafe(project) { struckUnsafe += 1 }
        if blow.endsTheLoopAlone { kill(status.supervisor, SIGCONT) }
        try #require(
          waitUntil(seconds: 30) {
            StatusFile(project.state).phase == .ended && !StatusFile.isAlive(status.supervisor)
              && !StatusFile.isAlive(status.loopWord)
          }, "seed \(seed), round \(round): the run does not end: \(daemon.program.errors)")
        #expect(waitUntil { (try? BenchProbe.isSafe(project)) == true }, "seed \(seed), round \(round)")
        let told = try project.boardStatus()
        #expect(told.lastOutcome != .finished && told.lastError.contains(blow.words), "\(told.lastError)")
        if blow == .supervisorHangs || blow == .bothHang { break }
      }
      #expect(struckUnsafe > 0, "drives that are always safe prove nothing")
      // The service goes on.
      try project.characteriseBriefly(seed: 5)
      #expect(waitUntil(seconds: 3) { daemon.notify.count("WATCHDOG=1", last: 0.5) > 0 })
      let ended = daemon.stop()
      #expect(ended.code == 0, ended.said)
    }
  }

  @Test func theWatchdogIsSilentWhileARunHangs() throws {
    try withFolder("silence") { folder in
      let project = try project(in: folder)
      let daemon = try BoardDaemon(project, watchdog: 0.2)
      try project.startRun()
      try project.awaitDriving()
      Blow.bothHang.strike(StatusFile(project.state))
      // After half a second the loop is hung; a second more and systemd hears nothing, until the daemon itself ends it.
      #expect(waitUntil(seconds: 10) { daemon.notify.count("WATCHDOG=1", last: 0.6) == 0 })
      #expect(daemon.notify.texts.contains { $0.contains("makes no steps") })
      try project.awaitIdle()
      #expect(waitUntil(seconds: 3) { daemon.notify.count("WATCHDOG=1", last: 0.5) > 0 })
      #expect(try BenchProbe.isSafe(project))
      #expect(daemon.stop().code == 0)
    }
  }

  @Test func allKilledAreFollowedByEdgedSafe() throws {
    try withFolder("all") { folder in
      let project = try project(in: folder)
      var seenUnsafe = 0
      for round in UInt8(1)...6 {
        let daemon = try BoardDaemon(project)
        try project.startRun(id: round)
        try project.awaitDriving()
        let status = StatusFile(project.state)
        for id in [daemon.process, status.supervisor, status.loopWord] { kill(id, SIGSTOP) }
        for id in [daemon.process, status.supervisor, status.loopWord] { kill(id, SIGKILL) }
        try #require(waitUntil { !StatusFile.isAlive(status.loopWord) && !StatusFile.isAlive(status.supervisor) })
        #expect(daemon.program.finish().code == 128 + SIGKILL)
        if try !BenchProbe.isSafe(project) { seenUnsafe += 1 }
        // What ExecStopPost= does.
        let safe = try project.edged("safe")
        #expect(safe.code == 0, safe.said)
        #expect(try BenchProbe.isSafe(project), "round \(round)")
      }
      #expect(seenUnsafe > 0, "drives that are always safe prove nothing")
    }
  }

  @Test(arguments: [SIGKILL, SIGABRT, SIGSEGV]) func aKilledDaemonTakesItsRunAlong(_ signal: Int32) throws {
    try withFolder("takealong") { folder in
      let project = try project(in: folder)
      let daemon = try BoardDaemon(project)
      try project.startRun()
      try project.awaitDriving()
      let status = StatusFile(project.state)
      kill(daemon.process, signal)
      try #require(waitUntil { !StatusFile.isAlive(status.loopWord) && !StatusFile.isAlive(status.supervisor) })
      #expect(try BenchProbe.isSafe(project))
      #expect(try project.journal(status.run).outcomeName == "stopped")
      _ = daemon.program.finish()
      // The lock and the socket of the dead are in nobody's way.
      let next = try BoardDaemon(project)
      try project.characteriseBriefly(seed: 3)
      #expect(next.stop().code == 0)
    }
  }

  @Test func aHungRunIsEndedByForceForSafeValues() throws {
    try withFolder("force") { folder in
      let project = try project(in: folder)
      try project.startRun()
      try project.awaitDriving()
      let status = StatusFile(project.state)
      Blow.bothHang.strike(status)
      let refused = try project.edged("safe")
      #expect(refused.code == 11, refused.said)
      let forced = try project.edged("safe", "--force")
      #expect(forced.code == 0, forced.said)
      #expect(!StatusFile.isAlive(status.loopWord) && !StatusFile.isAlive(status.supervisor))
      #expect(try BenchProbe.isSafe(project))
      try project.characteriseBriefly(seed: 3)
    }
  }
}
