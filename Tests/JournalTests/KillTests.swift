import CBoard
import Foundation
import Journal
import Testing
import WireFormat

/// A writing process is killed at random moments; whatever it said was on flash must be read back.
@Suite(.serialized) struct KillTests {
  @Test func whatWasAcknowledgedSurvivesSIGKILL() throws {
    let iterations = 120
    var acknowledged = 0
    var rolled = 0
    try write(to: Scratch().path, until: 2, report: -1)  // everything is initialised before the first fork
    for seed in 0..<UInt64(iterations) {
      var dice = Dice(seed: seed)
      let scratch = Scratch()
      let (steps, ended) = try killed(scratch.path, after: UInt64(dice.below(12_000_000)))
      #expect(!ended, "seed \(seed): the writer ended by itself")
      guard steps > 0 else { continue }
      acknowledged += 1
      let run = try WholeRun(scratch.path, testRun)
      #expect(run.goodSteps >= steps, "seed \(seed): \(steps) steps acknowledged, \(run.goodSteps) read back")
      #expect(run.reports.allSatisfy { $0.damage.isEmpty && $0.lostFrames == 0 }, "seed \(seed)")
      #expect(run.reports.dropFirst().allSatisfy { $0.chain == .intact }, "seed \(seed)")
      if run.reports.count > 1 { rolled += 1 }
    }
    #expect(acknowledged > iterations / 3)
    #expect(rolled > 0)
  }

  /// Forks a writer, kills it after `delay` ns from its first word, and returns the last step it acknowledged.
  private func killed(_ directory: String, after delay: UInt64) throws -> (steps: UInt64, ended: Bool) {
    var ends: [Int32] = [-1, -1]
    try #require(cboard_pipe(&ends) == 0)
    let child = cboard_fork()
    try #require(child >= 0)
    if child == 0 {
      try? write(to: directory, until: .max, report: ends[1])
      cboard_exit_now(1)
    }
    _ = cboard_close(ends[1])
    defer { _ = cboard_close(ends[0]) }
    _ = cboard_poll(ends[0], CBOARD_POLL_IN, 2000)
    _ = cboard_sleep_until(cboard_monotonic_ns() + delay)
    var code: Int32 = 0
    let ended = cboard_wait(child, 0, &code) != 0
    _ = cboard_kill(child, CBOARD_SIGKILL)
    _ = cboard_wait(child, 1, &code)
    var last: UInt64 = 0
    var word: UInt64 = 0
    while cboard_poll(ends[0], CBOARD_POLL_IN, 0) > 0, cboard_read(ends[0], &word, 8) == 8 { last = word }
    return (last, ended)
  }

  private func write(to directory: String, until limit: UInt64, report: Int32) throws {
    let writer = try JournalWriter(directory: directory, runID: testRun, boardID: testBoard, options: small)
    var step: UInt64 = 0
    while step < limit {
      for _ in 0..<5 {
        try writer.appendTestSamples(firstStep: step, steps: 32, channels: 32)
        step += 32
      }
      try writer.commit()
      var word = writer.committedStep
      if report >= 0, cboard_write(report, &word, 8) != 8 { return }
    }
    writer.close()
  }
}
