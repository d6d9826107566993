import Foundation
import Journal
import Testing
import WireFormat

@Suite struct JournalStoreTests {
  @Test func runsSegmentsAndBytesAreListed() throws {
    let scratch = Scratch()
    var store = JournalStore(directory: scratch.path + "/journal")
    #expect(try store.runs().isEmpty)
    let names = [Identifier(high: 3, low: 0), Identifier(high: 1, low: 0), testRun]
    for name in names {
      let writer = try JournalWriter(
        directory: scratch.path + "/journal", runID: name, boardID: testBoard, options: small)
      for block in 0..<400 as Range<UInt64> { try writer.appendTestSamples(firstStep: 16 * block) }
      writer.close()
    }
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/journal/lost+found", withIntermediateDirectories: true)
    #expect(try store.runs() == [names[1], names[0], names[2]])
    let segments = try store.segments(of: testRun)
    #expect(segments.map(\.index) == [0, 1])
    #expect(segments.allSatisfy { $0.sealed })
    let file = FileManager.default.contents(atPath: store.path(testRun, 1)).map { Array($0) } ?? []
    #expect(segments[1].validLength == UInt64(file.count))
    #expect(try store.read(testRun, segment: 1, offset: 40, maximum: 10) == Array(file[40..<50]))
    #expect(try store.read(testRun, segment: 1, offset: UInt64(file.count) - 3, maximum: 10) == Array(file.suffix(3)))
    #expect(try store.read(testRun, segment: 1, offset: .max, maximum: 10).isEmpty)
    #expect(throws: JournalError.notFound) { try store.read(testRun, segment: 2, offset: 0, maximum: 10) }
    #expect(throws: JournalError.notFound) { try store.segments(of: testBoard) }
    try store.delete(testRun)
    #expect(try store.runs() == [names[1], names[0]])
    #expect(throws: JournalError.notFound) { try store.delete(testRun) }
    #expect(try store.freeBytes() > 0)
  }

  @Test func aRunThatIsBeingWrittenGrowsAndNeverShrinks() throws {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    var store = JournalStore(directory: scratch.path)
    var pulled: [UInt8] = []
    var segment: UInt32 = 0
    for block in 0..<600 as Range<UInt64> {
      try writer.appendTestSamples(firstStep: 16 * block)
      if block % 5 != 0 { continue }
      try writer.commit()
      let info = try store.segment(segment, of: testRun)
      #expect(info.validLength >= UInt64(pulled.count))
      pulled += try store.read(testRun, segment: segment, offset: UInt64(pulled.count), maximum: 1 << 20)
      #expect(UInt64(pulled.count) >= info.validLength)
      if info.sealed {
        #expect(pulled == scratch.bytes(testRun, segment))
        segment += 1
        pulled = []
      }
    }
    writer.close()
    #expect(segment > 0)
    #expect(try store.segments(of: testRun).allSatisfy { $0.sealed })
  }

  @Test func whatACrashLeavesIsFoundUpToItsLastGoodFrame() throws {
    let scratch = Scratch()
    var open: JournalWriter? = try JournalWriter(
      directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    for block in 0..<20 as Range<UInt64> { try open?.appendTestSamples(firstStep: 16 * block) }
    try open?.commit()
    open = nil  // as if killed: not closed
    var bytes = scratch.bytes(testRun, 0)
    #expect(bytes.count == small.segmentBytes)
    var store = JournalStore(directory: scratch.path)
    let info = try store.segments(of: testRun)[0]
    #expect(!info.sealed)
    let expected: UInt64 = 116 + 20 * 308  // a start frame, and frames of 16 x 8 codes
    #expect(info.validLength == expected)
    for index in Int(info.validLength)..<Int(info.validLength) + 100 { bytes[index] = 0xE5 }
    scratch.write(bytes, testRun, 0)
    var again = JournalStore(directory: scratch.path)
    #expect(try again.segments(of: testRun)[0].validLength == info.validLength)
  }
}
