import Foundation
import Testing

/// Runs by the clock on the wall: what is late is counted, the same everywhere.
@Suite(.serialized) struct RealTimeTests {
  /// Deadlines missed as the event records, the stop record and the command tell it.
  private func missed(_ project: VirtualProject, steps: Int) throws -> (events: Int, record: Int, status: Int) {
    let finished = try project.sync("characterise", "--steps", "\(steps)", "--repeats", "0", "--inputs", "0", "--json")
    try #require(finished.code == 0, finished.said)
    let result = try JSON(finished.output)
    let run = try project.journal(try #require(result["run"].text))
    #expect(!run.start.virtualTime && run.start.wallClock > 0)
    #expect(run.trace.steps == Int(run.stop?.steps ?? 0))
    #expect((run.stop?.histogram.reduce(0, +)).map(Int.init) == run.trace.steps)
    let events = run.events.filter { if case .missedDeadline = $0.event { true } else { false } }
    let status = try JSON(project.succeed("status", "--json").output)["last_run"]["missed_deadlines"].whole
    #expect(result["missed_deadlines"].whole == status)
    return (events.count, Int(run.stop?.missedDeadlines ?? 0), try #require(status))
  }

  @Test func stepsFallOnTheirDeadlines() throws {
    try withFolder("realtime") { folder in
      let project = try VirtualProject(in: folder)
      try project.makeRealTime()
      try project.edit(project.boardPath, "step_us = 20000", "step_us = 10000")
      let begun = Date()
      let found = try missed(project, steps: 100)
      // 100 steps and what comes before them, at 10 ms a step.
      #expect(-begun.timeIntervalSinceNow >= 1)
      #expect(found.events == found.record && found.record == found.status)
    }
  }

  @Test func aBenchTooSlowForItsPeriodIsCountedLate() throws {
    try withFolder("late") { folder in
      let project = try VirtualProject(in: folder, nodes: 16)
      try project.makeRealTime()
      // Four conversions of an ADS1115 alone take 4.7 ms.
      try project.edit(project.boardPath, "step_us = 20000", "step_us = 3000")
      try project.edit(project.boardPath, "response_delay_us = 2000", "response_delay_us = 200")
      let found = try missed(project, steps: 100)
      #expect(found.record >= 100, "every step is late")
      #expect(found.events == found.record && found.record == found.status)
    }
  }
}
