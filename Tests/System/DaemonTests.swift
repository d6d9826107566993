import Foundation
import SyncProtocol
import Testing
import Transport

/// The board as a service.
@Suite(.serialized) struct DaemonTests {
  @Test func aBoardWithoutABundleIsServedAndTakesRunsOver() throws {
    try withFolder("daemon") { folder in
      let project = try VirtualProject(in: folder)
      let daemon = try BoardDaemon(project)
      #expect(daemon.notify.texts.contains("STATUS=waits for a bundle"))
      try project.characteriseBriefly()
      #expect(try JSON(project.succeed("status", "--json").output)["served"].truth == true)
      // The daemon says it a moment after the run's last word.
      #expect(waitUntil { daemon.program.errors.contains(" started") && daemon.program.errors.contains(" completed") })
      // The run was the daemon's child, not the session's.
      let run = try project.startRun()
      try project.awaitDriving()
      #expect(StatusFile.children(of: daemon.process).contains(StatusFile(project.state).supervisor))
      // The watchdog is fed during the run, at half of its time.
      _ = waitUntil(seconds: 1.2) { false }
      #expect((1...4).contains(daemon.notify.count("WATCHDOG=1", last: 1.1)))
      #expect(daemon.notify.texts.contains { $0.contains(run.description) })
      let busy = try project.sync("characterise")
      #expect(busy.code == 11, busy.said)
      try project.succeed("run", "--stop")
      try project.awaitIdle()
      #expect(try BenchProbe.isSafe(project))
      let ended = daemon.stop()
      #expect(ended.code == 0, ended.said)
      #expect(waitUntil { daemon.notify.texts.contains("STOPPING=1") })
      try project.characteriseBriefly()
      #expect(try JSON(project.succeed("status", "--json").output)["served"].truth == false)
    }
  }

  @Test func oneDaemonABoard() throws {
    try withFolder("second") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      let daemon = try BoardDaemon(project)
      let second = try project.edged("daemon")
      #expect(second.code == 11, second.said)
      #expect(second.errors.contains("another edged daemon") && second.errors.contains("stop it first"))
      #expect(daemon.stop().code == 0)
    }
  }

  @Test func safeValuesAreWrittenAtTheStartAndAtTheEnd() throws {
    try withFolder("startsafe") { folder in
      let project = try VirtualProject(in: folder)
      try project.characteriseBriefly()
      // A run whose processes were all killed leaves the drives anywhere, as a power cut may.
      var unsafe = false
      for round in UInt8(1)...8 where !unsafe {
        try project.startRun(id: round)
        try project.awaitDriving()
        let status = StatusFile(project.state)
        kill(status.supervisor, SIGSTOP)
        kill(status.loopWord, SIGKILL)
        kill(status.supervisor, SIGKILL)
        try #require(waitUntil { !StatusFile.isAlive(status.loopWord) && !StatusFile.isAlive(status.supervisor) })
        unsafe = try !BenchProbe.isSafe(project)
      }
      try #require(unsafe, "drives that are always safe prove nothing")
      let daemon = try BoardDaemon(project)
      #expect(try BenchProbe.isSafe(project))
      try project.startRun(id: 20)
      try project.awaitDriving()
      let ended = daemon.stop()
      #expect(ended.code == 0, ended.said)
      #expect(try BenchProbe.isSafe(project))
      #expect(try project.journal(StatusFile(project.state).run).outcomeName == "stopped")
    }
  }

  @Test func aStandingRunStartsAgainAfterAFailureAndAReboot() throws {
    try withFolder("standing") { folder in
      let project = try VirtualProject(in: folder)
      // A bundle on probation would be taken back by the first failure.
      try project.characteriseBriefly()
      var daemon = try BoardDaemon(project)
      let first = try project.startRun(flags: StartRun.standing)
      try project.awaitDriving()
      #expect(try project.boardStatus().service == ServiceStatus(isServed: true, standing: .running))
      kill(StatusFile(project.state).loopWord, SIGKILL)
      try #require(waitUntil { (try? project.boardStatus().service.standing) == .waiting })
      #expect(try BenchProbe.isSafe(project))
      try #require(waitUntil { StatusFile(project.state).run != first.description })
      try project.awaitDriving()
      let second = StatusFile(project.state).run
      #expect(try project.boardStatus().service == ServiceStatus(isServed: true, standing: .running, restarts: 1))
      // A reboot.
      #expect(daemon.stop().code == 0)
      #expect(try project.boardStatus().service.standing == .kept)
      daemon = try BoardDaemon(project)
      try #require(waitUntil { ![first.description, second].contains(StatusFile(project.state).run) })
      try project.awaitDriving()
      let text = try project.succeed("status").output
      #expect(text.contains("the standing run runs, started again 1 times"), Comment(rawValue: text))
      // Stopped for good.
      try project.succeed("run", "--stop")
      try project.awaitIdle()
      _ = waitUntil(seconds: 2) { StatusFile(project.state).phase != .ended }
      #expect(StatusFile(project.state).phase == .ended)
      #expect(try project.boardStatus().service == ServiceStatus(isServed: true))
      #expect(daemon.stop().code == 0)
      daemon = try BoardDaemon(project)
      _ = waitUntil(seconds: 1) { StatusFile(project.state).phase != .ended }
      #expect(StatusFile(project.state).phase == .ended && daemon.stop().code == 0)
      // Each start is a run of its own; the one whose loop was killed has no end and is told of.
      let pulled = try project.sync("pull", "--json")
      #expect(pulled.code == 3, pulled.said)
      #expect(try JSON(pulled.output).count == 4)
    }
  }

  @Test func aStandingRunWithItsOwnEndIsDoneThen() throws {
    try withFolder("ownend") { folder in
      let project = try VirtualProject(in: folder)
      try project.succeed("push", "--description-only")
      let daemon = try BoardDaemon(project)
      try project.startRun(repeats: 2, flags: StartRun.standing)
      try #require(waitUntil { (try? project.boardStatus().service.standing) == StandingState.none })
      #expect(try project.boardStatus().lastOutcome == .finished)
      #expect(daemon.stop().code == 0)
    }
  }

  @Test func aBundleOnProbationIsTakenBackWhenItsStandingRunFails() throws {
    try withFolder("rollback") { folder in
      let project = try VirtualProject(in: folder)
      try project.characteriseBriefly()
      let good = try project.boardStatus().bundle
      #expect(good.phase == 3)
      try project.succeed("push", "--description-only")
      #expect(try project.boardStatus().bundle.phase == 2)
      let daemon = try BoardDaemon(project, ["--proven-after", "1"])
      try project.startRun(flags: StartRun.standing)
      try project.awaitDriving()
      kill(StatusFile(project.state).loopWord, SIGKILL)
      try #require(waitUntil { (try? project.boardStatus().bundle.digest) == good.digest })
      // It goes on with the bundle from before.
      let failed = StatusFile(project.state).run
      try #require(waitUntil { StatusFile(project.state).run != failed })
      try project.awaitDriving()
      try project.succeed("run", "--stop")
      try project.awaitIdle()
      // A run without an end proves its bundle by going well for a while.
      try project.succeed("push", "--description-only")
      try project.startRun(flags: StartRun.standing, id: 9)
      try project.awaitDriving()
      try #require(waitUntil { (try? project.boardStatus().bundle.phase) == 3 })
      #expect(try project.boardStatus().bundle.digest != good.digest)
      #expect(daemon.stop().code == 0)
    }
  }

  @Test func aStandingRunWithoutADaemonIsKeptForOne() throws {
    try withFolder("later") { folder in
      let project = try VirtualProject(in: folder)
      try project.succeed("push", "--description-only")
      try project.startRun(flags: StartRun.standing)
      try project.awaitDriving()
      #expect(try project.boardStatus().service == ServiceStatus(standing: .kept))
      kill(StatusFile(project.state).supervisor, SIGTERM)
      try project.awaitIdle()
      let daemon = try BoardDaemon(project)
      try #require(waitUntil { (try? project.boardStatus().service.standing) == .running })
      #expect(try project.edged("safe", "--force").code == 0)
      #expect(try BenchProbe.isSafe(project))
      #expect(try project.boardStatus().service.standing == StandingState.none)
      #expect(daemon.stop().code == 0)
    }
  }

  @Test func aDamagedStandingRunIsToldAndDoesNotHoldUpTheBoard() throws {
    try withFolder("damaged") { folder in
      let project = try VirtualProject(in: folder)
      try project.characteriseBriefly()
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: project.state + "/state/standing"))
      let daemon = try BoardDaemon(project)
      #expect(daemon.program.errors.contains("state/standing is damaged"))
      try project.characteriseBriefly(seed: 2)
      #expect(daemon.stop().code == 0)
    }
  }
}
