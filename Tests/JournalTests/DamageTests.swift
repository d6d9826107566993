import Foundation
import Journal
import Testing
import WireFormat

@Suite struct DamageTests {
  /// One sealed segment and where its frames start.
  private func makeSegment(blocks: UInt64 = 6) throws -> (bytes: [UInt8], starts: [Int]) {
    let scratch = Scratch()
    let writer = try JournalWriter(directory: scratch.path, runID: testRun, boardID: testBoard, options: small)
    for block in 0..<blocks { try writer.appendTestSamples(firstStep: block * 4, steps: 4, channels: 2) }
    writer.close()
    let bytes = scratch.bytes(testRun, 0)
    var starts: [Int] = []
    _ = SegmentScanner.scan(bytes) { frame, _ in starts.append(frame.offset) }
    return (bytes, starts)
  }

  private func frames(_ bytes: [UInt8]) -> (offsets: [Int], damage: [DamageRange], tail: SegmentTail) {
    var offsets: [Int] = []
    let result = SegmentScanner.scan(bytes, tag: FrameHeader.tag(run: testRun, segment: 0)) { frame, _ in
      offsets.append(frame.offset)
    }
    return (offsets, result.damage, result.tail)
  }

  @Test func everyFlippedBitCostsItsFrameAndNoOther() throws {
    let (bytes, starts) = try makeSegment()
    for bit in 0..<8 * bytes.count {
      var bad = bytes
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      let hit = starts.lastIndex { $0 <= bit / 8 } ?? 0
      let expected = starts.enumerated().filter { $0.offset != hit }.map(\.element)
      let found = frames(bad)
      #expect(found.offsets == expected, "bit \(bit)")
      if hit == starts.count - 1 {
        #expect(found.tail == .torn(DamageRange(offset: starts[hit], length: bytes.count - starts[hit])))
      } else {
        #expect(found.damage == [DamageRange(offset: starts[hit], length: starts[hit + 1] - starts[hit])])
      }
    }
  }

  @Test func truncationAtEveryByteKeepsEveryWholeFrame() throws {
    let (bytes, starts) = try makeSegment()
    let ends = starts.dropFirst() + [bytes.count]
    for length in 0...bytes.count {
      let whole = zip(starts, ends).filter { $0.1 <= length }.map(\.0)
      let found = frames(Array(bytes[..<length]))
      #expect(found.offsets == whole, "length \(length)")
      #expect(found.damage.isEmpty)
      #expect((found.tail == .end) == (length == 0 || ends.contains(length)), "length \(length)")
      // The same cut in a file whose space was reserved.
      let reserved = frames(Array(bytes[..<length]) + [UInt8](repeating: 0, count: 300))
      let same = zip(starts, ends).filter { $0.1 <= length || bytes[length..<$0.1].allSatisfy { $0 == 0 } }.map(\.0)
      #expect(reserved.offsets == same, "length \(length)")
    }
  }

  @Test func lostAndAddedBytesAreFoundPast() throws {
    let (bytes, starts) = try makeSegment()
    for seed in 0..<300 as Range<UInt64> {
      var dice = Dice(seed: seed)
      var bad = bytes
      let place = dice.below(starts[starts.count - 2])
      if dice.below(2) == 0 {
        bad.removeSubrange(place..<min(place + 1 + dice.below(40), bad.count))
      } else {
        bad.insert(contentsOf: dice.bytes(1 + dice.below(40)), at: place)
      }
      let found = frames(bad)
      #expect(found.offsets.count >= starts.count - 3, "seed \(seed)")
      #expect(found.offsets.last.map { bad.count - $0 } == bytes.count - (starts.last ?? 0), "seed \(seed)")
    }
  }

  @Test func staleFramesOfAnotherRunAreNotTaken() throws {
    let (bytes, starts) = try makeSegment()
    var mixed = bytes
    mixed.append(contentsOf: bytes)
    let other = FrameHeader.tag(run: testBoard, segment: 0)
    let result = SegmentScanner.scan(mixed, tag: other) { _, _ in Issue.record("a frame of another run was taken") }
    #expect(result.tail == .torn(DamageRange(offset: 0, length: mixed.count)))
    #expect(starts.count == 8)
  }

  @Test func anyBytesAreScannedToTheirEnd() throws {
    let (bytes, _) = try makeSegment()
    for seed in 0..<3000 as Range<UInt64> {
      var dice = Dice(seed: seed)
      var bad = seed % 3 == 0 ? dice.bytes(dice.below(600)) : bytes
      for _ in 0..<dice.below(12) where !bad.isEmpty {
        switch dice.below(4) {
        case 0: bad[dice.below(bad.count)] = UInt8(truncatingIfNeeded: dice.next())
        case 1: bad.removeSubrange(dice.below(bad.count)...)
        case 2:
          let from = dice.below(bad.count)
          bad.insert(contentsOf: bytes[dice.below(bytes.count)...].prefix(64), at: from)
        default:
          let from = dice.below(bad.count)
          for index in from..<min(from + dice.below(64), bad.count) { bad[index] = 0 }
        }
      }
      // Frames and damage cover the bytes up to the tail, in order, without overlap.
      var position = 0
      bad.withUnsafeBytes { raw in
        var scanner = SegmentScanner(MemorySegment(raw))
        while let item = scanner.next() {
          switch item {
          case .frame(let frame):
            #expect(frame.offset == position && frame.end > position && frame.end <= bad.count, "seed \(seed)")
            position = frame.end
          case .damage(let range):
            #expect(range.offset == position && range.length > 0, "seed \(seed)")
            position += range.length
          }
        }
        #expect(scanner.tail != nil && scanner.validLength <= bad.count, "seed \(seed)")
        #expect(scanner.intactLength <= scanner.validLength, "seed \(seed)")
      }
    }
  }

  @Test func memoryAndFileAreScannedAlike() throws {
    let (bytes, _) = try makeSegment(blocks: 60)
    let scratch = Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/" + testRun.description, withIntermediateDirectories: true)
    for seed in 0..<150 as Range<UInt64> {
      var dice = Dice(seed: seed)
      var bad = bytes + [UInt8](repeating: 0, count: dice.below(30000))
      for _ in 0..<dice.below(5) { bad[dice.below(bad.count)] ^= 0x10 }
      scratch.write(bad, testRun, 0)
      let file = try FileSegment(path: JournalStore(directory: scratch.path).path(testRun, 0))
      var fromFile = SegmentScanner(file)
      bad.withUnsafeBytes { raw in
        var fromMemory = SegmentScanner(MemorySegment(raw))
        while true {
          let item = fromMemory.next()
          #expect(fromFile.next() == item, "seed \(seed)")
          if item == nil { break }
        }
        #expect(fromFile.tail == fromMemory.tail, "seed \(seed)")
        #expect(fromFile.validLength == fromMemory.validLength, "seed \(seed)")
      }
    }
  }

  @Test func headersOverBadPayloadsCostBoundedWork() {
    // Good headers every 33 bytes, each claiming everything behind it, none of the payloads right.
    let count = 1 << 19
    var bytes = [UInt8](repeating: 0, count: count)
    var place = 0
    while place + 32 < count {
      var header = ByteWriter()
      header.append([0xE5, 0x4A, 0x4E, 0x4C])
      header.put(UInt16(4))
      header.put(UInt16(0))
      header.put(UInt32(count - place - 32))
      header.put(UInt32(0))
      header.put(UInt64(place))
      header.put(UInt32(1))
      header.putChecksum()
      bytes.replaceSubrange(place..<place + 32, with: header.bytes)
      place += 33
    }
    let clock = ContinuousClock()
    let time = clock.measure {
      _ = SegmentScanner.scan(bytes) { _, _ in Issue.record("a bad payload was taken") }
    }
    #expect(time < .seconds(2))
  }
}
