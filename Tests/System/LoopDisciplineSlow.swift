import Foundation
import PhysicalNetwork
import Testing
import Transport
import WireFormat

/// What the control loop must never do between its first step and its last: allocate, lock, or touch a file.
@Suite(.serialized) struct LoopDisciplineSlow {
  /// Puts a request into the board's folder as a session would; the options that run it.
  private func stored(_ request: RunRequest, _ project: VirtualProject) throws -> [String] {
    let bytes = request.encoded()
    let digest = BoardConnection.sha256(bytes).description
    try Data(bytes).write(to: URL(fileURLWithPath: project.state + "/requests/" + digest))
    return ["run", "--state", project.state, "--request", digest]
  }

  private func driving(_ repeats: UInt32, seed: UInt64) -> RunRequest {
    var dice = Dice(seed: seed)
    let codes = (0..<400).map { _ in UInt16(500 + dice.below(3000)) }
    let block = DriveBlock(settleSteps: 5, repeats: repeats, steps: 100, codes: codes)
    return RunRequest(
      runID: dice.bytes(16), mode: .characterise, label: "count", driveCount: 4, blocks: [block])
  }

  private func evaluating(_ cases: Int, seed: UInt64) -> RunRequest {
    var dice = Dice(seed: seed)
    let sequences = (0..<cases).map { _ in
      InputSequence(values: (0..<40).map { _ in Float(dice.unit()) }, frames: 20)
    }
    return RunRequest(runID: dice.bytes(16), mode: .evaluate, label: "count", inputCount: 2, sequences: sequences)
  }

  @Test func noAllocationNoLockNoFileAStep() throws {
    try withFolder("allocations") { folder in
      let project = try VirtualProject(in: folder)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      try project.characteriseBriefly()
      try project.succeed("pull")
      _ = try project.sync("fit")
      try project.succeed("train", "train.ts", "--allow-unaccepted", "--epochs", "3")
      // With the twins beside the nodes; some are flagged, as they know the devices from a short recording alone.
      let pushed = try JSON(project.succeed("push", "--allow-unaccepted", "--json").output)
      #expect(pushed["watched_nodes"].whole == 4)
      let library = try AllocationCounter.build(in: folder)
      func loopCalls(_ request: RunRequest, _ options: [String] = []) throws -> AllocationCounter.Counts {
        let counts = try AllocationCounter.counts(
          library, Programs.edged, try stored(request, project) + options, folder: folder)
        // The supervisor, then the loop.
        try #require(counts.count == 2)
        return counts[1]
      }
      let few = try loopCalls(driving(100, seed: 1))
      #expect(few.allocations > 0 && few.fileOperations > 0, "the counter counts: the loop's start allocates and opens")
      #expect(try loopCalls(driving(9_624, seed: 2)) == few, "characterising: a million steps more, no call more")
      let short = try loopCalls(evaluating(100, seed: 3))
      let long = try loopCalls(evaluating(200, seed: 4))
      // What is said at the end takes an allocation more or less; a hundred sequences and 2,000 steps would take as many.
      #expect(long.allocations <= short.allocations + 8, "evaluating: twice the sequences, no call more")
      #expect(long.locks == short.locks && long.fileOperations == short.fileOperations)
      // By the wall's clock late steps happen and are told in events; these must not allocate either.
      try project.edit(project.boardPath, "step_us = 20000", "step_us = 3000")
      try project.edit(project.boardPath, "response_delay_us = 2000", "response_delay_us = 200")
      try project.succeed("push", "--description-only", "--allow-unaccepted")
      let timed = try loopCalls(driving(2, seed: 5), ["--real-time"])
      #expect(try loopCalls(driving(4, seed: 6), ["--real-time"]) == timed, "in real time: no call more")
    }
  }

  /// Whether a process may be traced here.
  static let canTrace = (try? execute("/usr/bin/strace", ["-o", "/dev/null", "/bin/true"]).code) == 0

  @Test(.enabled(if: canTrace, "needs strace and the right to trace"), arguments: [false, true])
  func noSystemCallButWaiting(_ realTime: Bool) throws {
    try withFolder("calls") { folder in
      let project = try VirtualProject(in: folder)
      try project.characteriseBriefly()
      let trace = folder + "/trace"
      let options = try stored(driving(realTime ? 1 : 9_524, seed: 7), project) + (realTime ? ["--real-time"] : [])
      let finished = try execute("/usr/bin/strace", ["-f", "-o", trace, Programs.edged] + options)
      try #require(finished.code == 0, finished.said)
      let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
      // The loop's thread is the one that starts the journal's; what it does until it waits for that to end is the loop.
      let begin = try #require(lines.firstIndex { $0.contains("CLONE_THREAD") })
      let thread = try #require(lines[begin].split(separator: " ").first)
      let own = lines[(begin + 1)...].filter { $0.hasPrefix(thread + " ") }
      let end = try #require(own.firstIndex { $0.contains("futex(") && $0.contains("FUTEX_WAIT") })
      var waits = 0
      let quiet = [
        "clone3 resumed", "rt_sigprocmask", "prctl", "clock_nanosleep", "restart_syscall", "mlockall",
        "sched_setscheduler", "sched_setparam",
      ]
      for line in own[..<end] {
        if line.contains("clock_nanosleep(") { waits += 1 }
        #expect(quiet.contains { line.contains($0) }, "\(line)")
      }
      if realTime { #expect(waits >= 105, "every step waits for its deadline") }
      #expect(lines.contains { $0.contains("pwrite64(") }, "the journal's thread writes, and the trace shows it")
    }
  }
}
