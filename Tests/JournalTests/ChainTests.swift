import Journal
import Testing
import WireFormat

@Suite struct ChainTests {
  private func segments() throws -> [[UInt8]] {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    while writer.close(after: 900) {}
    return (0..<4).map { scratch.bytes(testRun, $0) }
  }

  private func read(_ segments: [[UInt8]]) -> [SegmentReport] {
    var reader = JournalReader()
    return segments.map { bytes in reader.read(bytes) { _, _ in } }
  }

  @Test func aByteMoreLessOrOtherBreaksTheChainAfterIt() throws {
    let good = try segments()
    #expect(read(good).map(\.chain) == [.first, .intact, .intact, .intact])
    var altered = good
    altered[1][500] ^= 1
    #expect(read(altered).map(\.chain) == [.first, .intact, .broken, .intact])
    altered = good
    altered[0].append(0)
    #expect(read(altered).map(\.chain) == [.first, .broken, .intact, .intact])
    altered = good
    altered[2].removeLast(10)
    #expect(read(altered).map(\.chain) == [.first, .intact, .intact, .broken])
  }

  @Test func aMissingSegmentIsUnknownAndItsFramesAreCountedLost() throws {
    let good = try segments()
    let whole = read(good)
    let reports = read([good[0], good[2], good[3]])
    #expect(reports.map(\.chain) == [.first, .unknown, .intact])
    #expect(reports[1].lostFrames == UInt64(whole[1].frames))
    #expect(reports.map(\.isWhole) == [true, false, true])
  }
}
