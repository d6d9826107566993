import CBoard
import Foundation
import Journal
import Testing
import WireFormat

@Suite struct JournalWriterTests {
  @Test func aRunOverManySegmentsIsReadBackWhole() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    try writer.append(.runStart, Array("what is known before".utf8))
    for step in 0..<500 as Range<UInt64> {
      try writer.appendTestSamples(firstStep: step * 16)
      if step % 7 == 0 { try writer.commit() }
    }
    try writer.append(.runStop, [1, 2, 3])
    let summary = writer.close()
    #expect(summary.error == nil)
    #expect(summary.step == 8000)
    #expect(summary.segments >= 2)

    let run = try WholeRun(scratch.path, testRun)
    #expect(run.goodSteps == 8000)
    #expect(run.reports.count == Int(summary.segments))
    #expect(run.reports.allSatisfy { $0.isWhole && $0.tail == .end && $0.end != nil })
    #expect(run.reports.first?.chain == .first)
    #expect(run.reports.dropFirst().allSatisfy { $0.chain == .intact })
    #expect(run.reports.last?.end?.last == true)
    #expect(run.reports.dropLast().allSatisfy { $0.end?.last == false })
    #expect(run.frames.map(\.sequence) == (0..<summary.frames).map { $0 })
    #expect(run.frames.last { $0.type == .runStop }?.payload == [1, 2, 3])
    let sizes = (0..<summary.segments).map { scratch.bytes(testRun, $0).count }
    #expect(sizes.reduce(0, +) == Int(summary.bytes))
  }

  @Test func bytesDependOnTheFramesAloneNotOnWhenTheyAreCommitted() throws {
    func record(commitEvery: UInt64) throws -> [[UInt8]] {
      let scratch = Scratch()
      let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
      for step in 0..<300 as Range<UInt64> {
        try writer.appendTestSamples(firstStep: step * 16)
        if step % commitEvery == 0 { try writer.commit() }
      }
      let summary = writer.close()
      return (0..<summary.segments).map { scratch.bytes(testRun, $0) }
    }
    let often = try record(commitEvery: 1)
    #expect(try record(commitEvery: 13) == often)
    #expect(try record(commitEvery: 1000) == often)
    #expect(often.count > 1)
  }

  @Test func commitAcknowledgesEverythingAppendedBefore() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    try writer.appendTestSamples(firstStep: 0)
    #expect(writer.committedStep == 0)
    try writer.commit()
    #expect(writer.committedStep == 16)
    #expect(writer.committedFrames == writer.appendedFrames)
    let run = try WholeRun(scratch.path, testRun)  // while the writer is still open
    #expect(run.goodSteps == 16)
    #expect(run.reports.first?.end == nil)
  }

  @Test func aRunIsNeverWrittenOver() throws {
    let scratch = Scratch()
    _ = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard).close()
    #expect(throws: JournalError.runExists) {
      try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard)
    }
  }

  @Test func framesThatDoNotFitAreRefusedAndTheWriterGoesOn() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    let limit = writer.maximumPayload
    #expect(throws: JournalError.frameTooLarge(limit: limit)) {
      try writer.append(.event, [UInt8](repeating: 0, count: limit + 1))
    }
    try writer.append(.event, [UInt8](repeating: 7, count: limit))
    let wrong: [UInt16] = [1, 2, 3]
    #expect(throws: JournalError.shape) {
      try wrong.withUnsafeBufferPointer { (codes) throws(JournalError) in
        try writer.appendSamples(firstStep: 0, time: 0, steps: 2, channels: 2, codes)
      }
    }
    #expect(writer.close().error == nil)
    #expect(throws: JournalError.closed) { try writer.append(.event, [1]) }
    #expect(try WholeRun(scratch.path, testRun).frames.map(\.type) == [.segmentStart, .event, .segmentEnd])
  }

  @Test func samplesInTwoPiecesAreOneFrame() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    let values = codes(firstStep: 0, steps: 4, channels: 3)
    try values.withUnsafeBufferPointer { (all) throws(JournalError) in
      try writer.appendSamples(
        firstStep: 0, time: 9, steps: 4, channels: 3, UnsafeBufferPointer(rebasing: all[..<5]),
        UnsafeBufferPointer(rebasing: all[5...]))
    }
    writer.close()
    #expect(try WholeRun(scratch.path, testRun).goodSteps == 4)
  }

  @Test func overheadOverRawCodesIsBelowTwoPercent() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard)
    for block in 0..<2000 as Range<UInt64> {
      try writer.appendTestSamples(firstStep: block * 64, steps: 64, channels: 64)
    }
    let summary = writer.close()
    let ratio = Double(summary.bytes) / (2000 * 64 * 64 * 2)
    #expect(ratio < 1.02)
    #expect(ratio > 1)
  }

  @Test func anUnwritableFolderIsSaidSo() throws {
    #expect(throws: JournalError.self) {
      try JournalWriter(directory: "/proc/journal", runID: testRun, boardID: testBoard)
    }
    let scratch = Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.path + "/file"))
    #expect(throws: JournalError.io(CBOARD_ENOTDIR)) {
      try JournalWriter(directory: scratch.path + "/file", runID: testRun, boardID: testBoard)
    }
  }
}
