import Foundation
import Journal
import Testing
import WireFormat

/// Builds the bytes of docs/journal.md by hand, with nothing of the journal but its writer's output to compare with.
@Suite struct JournalFormatTests {
  private func frame(_ type: UInt16, _ flags: UInt16, tag: UInt32, sequence: UInt64, _ payload: [UInt8]) -> [UInt8] {
    var header = ByteWriter()
    header.append([0xE5, 0x4A, 0x4E, 0x4C])
    header.put(type)
    header.put(flags)
    header.put(UInt32(payload.count))
    header.put(tag)
    header.put(sequence)
    header.put(CRC32C.checksum(payload))
    header.putChecksum()
    return header.bytes + payload
  }

  @Test func aSmallRunIsThoseBytes() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    try writer.append(.runStart, [0xAA])
    let values: [UInt16] = [0x0102, 0x0304, 0x0506, 0x0708]
    try values.withUnsafeBufferPointer { (codes) throws(JournalError) in
      try writer.appendSamples(firstStep: 5, time: 6, steps: 2, channels: 2, codes)
    }
    try writer.append(.runStop, flags: 0x8000, [])
    writer.close()

    let run: [UInt8] = (0..<16).map { $0 }
    let board: [UInt8] = (0..<16).map { 0xB0 + $0 }
    let tag = CRC32C.checksum(run + [0, 0, 0, 0])
    let start: [UInt8] =
      [1, 0, 0, 0] + run + board + [0, 0, 0, 0] + [0, 0, 1, 0] + [UInt8](repeating: 0, count: 8)
      + [UInt8](repeating: 0, count: 32)
    let samples: [UInt8] =
      [5, 0, 0, 0, 0, 0, 0, 0] + [6, 0, 0, 0, 0, 0, 0, 0] + [2, 0] + [2, 0] + [2, 1, 4, 3, 6, 5, 8, 7]
    let end: [UInt8] = [4, 0, 0, 0] + [1, 0, 0, 0] + [7, 0, 0, 0, 0, 0, 0, 0]
    let golden =
      frame(1, 1, tag: tag, sequence: 0, start) + frame(2, 0, tag: tag, sequence: 1, [0xAA])
      + frame(4, 0, tag: tag, sequence: 2, samples) + frame(6, 0x8000, tag: tag, sequence: 3, [])
      + frame(7, 1, tag: tag, sequence: 4, end)
    #expect(start.count == 84)
    #expect(scratch.bytes(testRun, 0) == golden)
  }

  @Test func theSecondSegmentNamesTheHashOfTheFirst() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    while writer.close(after: 400) {}
    let second = scratch.bytes(testRun, 1)
    let digest = Array(second[(32 + 52)..<(32 + 84)])
    #expect(digest == sha256(scratch.bytes(testRun, 0)))
    #expect(Array(second[12..<16]) == little(CRC32C.checksum(testRun.bytes + [1, 0, 0, 0])))
  }

  @Test func unknownTypesArePassedOnAndEssentialOnesCounted() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    try writer.append(FrameType(rawValue: 900), [1])
    try writer.append(FrameType(rawValue: 901), flags: FrameFlags.essential, [2])
    writer.close()
    let run = try WholeRun(scratch.path, testRun)
    #expect(run.frames.map(\.type.rawValue) == [1, 900, 901, 7])
    #expect(run.reports.first?.unknownEssential == 1)
    #expect(run.reports.first?.isWhole == false)
  }

  private func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}

extension JournalWriter {
  /// Appends samples until `frames` are there, then closes; returns whether to go on.
  func close(after frames: UInt64) -> Bool {
    guard appendedFrames < frames else {
      close()
      return false
    }
    return (try? appendTestSamples(firstStep: appendedFrames * 16)) != nil
  }
}
