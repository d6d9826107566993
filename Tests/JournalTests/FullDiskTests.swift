import CBoard
import Foundation
import Glibc
import Journal
import Testing
import WireFormat

/// A file system with no room left, in two ways: a small tmpfs where one can be mounted, and a file size limit.
@Suite(.serialized) struct FullDiskTests {
  @Test func aFullFileSystemEndsTheRunWithEverythingCommittedAndItsStopFrame() throws {
    let scratch = Scratch()
    let mounted = scratch.path + "/small"
    try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: true)
    guard mount("none", mounted, "tmpfs", 0, "size=300k") == 0 else { return }  // only root can
    defer { umount(mounted) }
    let writer = try JournalWriter(directory: mounted, runID: testRun, boardID: testBoard, options: small)
    var step: UInt64 = 0
    var failure: JournalError?
    while failure == nil, step < 100_000 {
      do throws(JournalError) {
        try writer.appendTestSamples(firstStep: step)
        try writer.commit()
        step += 16
      } catch {
        failure = error
      }
    }
    #expect(failure == .noSpace)
    #expect(writer.committedStep == step)
    #expect(throws: JournalError.noSpace) { try writer.append(.event, [1]) }
    try writer.append(.runStop, Array("the card is full".utf8))
    try writer.commit()
    let summary = writer.close()
    #expect(summary.error == .noSpace)
    #expect(summary.step == step)
    let run = try WholeRun(mounted, testRun)
    #expect(run.goodSteps == step)
    #expect(run.frames.suffix(2).map(\.type) == [.runStop, .segmentEnd])
    #expect(run.reports.allSatisfy { $0.isWhole })
    #expect(run.reports.count == 4)
    // And a run that finds no room at all leaves nothing behind.
    let other = Identifier(high: 9, low: 9)
    #expect(throws: JournalError.noSpace) {
      try JournalWriter(directory: mounted, runID: other, boardID: testBoard, options: small)
    }
    #expect(try JournalStore(directory: mounted).runs() == [testRun])
  }

  /// The limit strikes in the middle of a write; a child takes it, since a limit is the whole process's.
  @Test(arguments: [60_000, 30_000, 9_001])
  func aWriteCutShortLeavesWhatWasCommitted(_ limit: UInt64) throws {
    let scratch = Scratch()
    let words = try inChild { words in
      let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
      limitFileSize(limit)
      for block in 0..<1000 as Range<UInt64> {
        do throws(JournalError) {
          try writer.appendTestSamples(firstStep: block * 16)
          try writer.commit()
          words[0] = writer.committedStep
        } catch {
          words[1] = error == .noSpace ? 1 : 2
          words[2] = writer.close().step
          return
        }
      }
    }
    #expect(words[1] == 1)
    #expect(words[0] > 0 && words[0] == words[2])
    let run = try WholeRun(scratch.path, testRun)
    #expect(run.goodSteps == words[0])
    #expect(run.reports.count == 1)
    #expect(run.reports.allSatisfy { $0.damage.isEmpty && $0.tail == .end })
  }

  @Test func aRunThatCannotReserveItsFirstSegmentLeavesNothing() throws {
    let scratch = Scratch()
    let words = try inChild { words in
      limitFileSize(30_000)
      do throws(JournalError) {
        _ = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
      } catch {
        words[0] = error == .noSpace ? 1 : 2
      }
    }
    #expect(words[0] == 1)
    #expect(try JournalStore(directory: scratch.path).runs().isEmpty)
  }

  private func limitFileSize(_ limit: UInt64) {
    signal(SIGXFSZ, SIG_IGN)
    var bounds = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bounds)
  }

  /// Runs `body` in a child for five seconds at most and returns the three numbers it leaves.
  private func inChild(_ body: (inout [UInt64]) throws -> Void) throws -> [UInt64] {
    var ends: [Int32] = [-1, -1]
    try #require(cboard_pipe(&ends) == 0)
    let child = cboard_fork()
    try #require(child >= 0)
    var words: [UInt64] = [0, 0, 0]
    if child == 0 {
      try? body(&words)
      _ = cboard_write(ends[1], words, 24)
      cboard_exit_now(0)
    }
    _ = cboard_close(ends[1])
    let ready = cboard_poll(ends[0], CBOARD_POLL_IN, 5000)
    _ = cboard_kill(child, CBOARD_SIGKILL)
    #expect(ready > 0 && cboard_read(ends[0], &words, 24) == 24)
    _ = cboard_close(ends[0])
    var code: Int32 = 0
    _ = cboard_wait(child, 1, &code)
    return words
  }
}
