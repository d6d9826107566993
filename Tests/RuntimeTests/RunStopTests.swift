import RunRecords
import Testing
import WireFormat

@Suite struct RunStopTests {
  private let stop = RunStop(
    outcome: .stopped, steps: 1 << 40, missedDeadlines: 3, droppedSamples: 4, quarantinedChips: 1, safeFailures: 2,
    longestStep: 5_000_000, busyTime: 1 << 50, histogram: [1, 2, 3], jitter: [4, 5], slack: [6, 7, 8],
    chips: [ChipTally(transfers: 1 << 36, retries: 2, faults: 1, recoveries: 1), ChipTally()])

  @Test func everythingSurvivesTheWire() throws {
    #expect(try RunStop(decoding: stop.encoded()) == stop)
  }

  /// A stop record as programs before wrote it.
  @Test func versionOneIsStillRead() throws {
    var out = ByteWriter(reserving: 128)
    out.put(UInt16(1))
    out.put(UInt8(1))
    for value in [UInt64(9), 1, 2] { out.put(value) }
    out.put(UInt16(0))
    out.put(UInt16(0))
    out.put(UInt64(77))
    out.put(UInt64(88))
    out.put(UInt16(2))
    out.put(UInt32(5))
    out.put(UInt32(6))
    let read = try RunStop(decoding: out.bytes)
    #expect(read.steps == 9 && read.longestStep == 77 && read.histogram == [5, 6])
    #expect(read.jitter.isEmpty && read.slack.isEmpty && read.chips.isEmpty)
  }

  @Test func everyCutIsRefused() {
    let bytes = stop.encoded()
    for count in 0..<bytes.count {
      #expect(throws: WireError.self) { try RunStop(decoding: Array(bytes[0..<count])) }
    }
    #expect(throws: WireError.self) { try RunStop(decoding: bytes + [0]) }
  }

  @Test func everyEventOfTheHardwareIsRead() throws {
    let events: [(UInt16, [UInt8], RunEvent)] = [
      (7, [1, 0x48, 2, 5, 0, 0, 0, 2], .transferRetried(chip: 1, address: 0x48, kind: 2, errno: 5, attempt: 2)),
      (8, [3, 2, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1], .chipRecovered(chip: 3, probes: 2, after: 9 | 1 << 56)),
      (9, [1, 1], .busCleared(bus: 1, freed: true)),
      (10, [4, 5, 110, 0, 0, 0], .lineFault(line: 4, kind: 5, errno: 110)),
      (11, [2, 0, 0x80, 0x0C, 0, 0, 0xC8, 0x41], .monitor(index: 2, code: 0x0C80, value: 25)),
    ]
    for (type, payload, event) in events {
      var out = ByteWriter(reserving: 32)
      out.put(type)
      out.put(UInt16(payload.count))
      out.put(UInt64(12))
      out.append(payload)
      var reader = ByteReader(out.bytes)
      let (step, read) = try RunEvent.decode(&reader)
      #expect(step == 12 && read == event)
    }
  }
}
