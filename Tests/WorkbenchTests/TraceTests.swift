import Foundation
import Journal
import PhysicalNetwork
import Testing
import WireFormat

import Workbench

/// A recorded run to read back: five steps a frame, codes that tell where they stand.
struct RecordedRun {
  static let run = Identifier(high: 1, low: 2)
  let folder: String
  let board: BoardDescription

  static func code(_ step: Int, _ channel: Int) -> UInt16 { UInt16((step * 31 + channel * 257) % 4096) }

  init(_ scratch: Scratch, frames: Int, skip: Set<Int> = [], segmentBytes: Int = 64 << 10, stop: Bool = true) throws {
    folder = scratch.path + "/" + Self.run.description
    let board = try BoardFile.parse(BoardFileTests.text, file: "b")
    self.board = board
    let channels = board.drives.count + board.responses.count + board.inputs.count
    let writer = try JournalWriter(
      directory: scratch.path, runID: Self.run, boardID: Identifier(high: 3, low: 4),
      options: JournalOptions(segmentBytes: segmentBytes, bufferBytes: 16 << 10))
    try writer.append(.runStart, [7, 7])
    for frame in 0..<frames where !skip.contains(frame) {
      var codes: [UInt16] = []
      for step in 0..<5 { for channel in 0..<channels { codes.append(Self.code(frame * 5 + step, channel)) } }
      try codes.withUnsafeBufferPointer {
        try writer.appendSamples(
          firstStep: UInt64(frame * 5), time: UInt64(frame * 5) * board.stepPeriod, steps: 5, channels: channels, $0)
      }
      if frame % 100 == 3 { try writer.append(.event, [UInt8(frame % 256)]) }
      if frame % 50 == 0 { try writer.commit() }
    }
    if stop { try writer.append(.runStop, [9]) }
    try writer.commit()
    _ = writer.close()
  }

  var segments: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { folder + "/" + $0 } }
  }
}

@Suite struct TraceTests {
  @Test func readsBackWhatWasRecorded() throws {
    let scratch = try Scratch()
    let recorded = try RecordedRun(scratch, frames: 2000)
    #expect(try recorded.segments.count > 1)
    let trace = try Trace.read(folder: recorded.folder)
    #expect(trace.run == RecordedRun.run && trace.board == Identifier(high: 3, low: 4))
    #expect(trace.steps == 10_000 && trace.channels == 5 && !trace.lossy, "\(trace.damage)")
    #expect(trace.start == [7, 7] && trace.stop == [9] && trace.events.count == 20 && trace.events[1] == [103])
    let expected = (0..<10_000).flatMap { step in (0..<5).map { RecordedRun.code(step, $0) } }
    #expect(trace.codes == expected)
    #expect(trace.row(ofStep: 777) == 777 && trace.step(ofRow: 9999) == 9999 && trace.row(ofStep: 10_000) == nil)
    let node = try trace.node(1, recorded.board)
    #expect(node.drive.count == 10_000 && node.response.count == 10_000)
    #expect(node.drive[50] == recorded.board.drives[1].drive(of: RecordedRun.code(50, 1)))
    #expect(node.response[50] == recorded.board.responses[1].value(of: RecordedRun.code(50, 3)))
    #expect(try trace.drive(channel: 1, recorded.board) == node.drive)
    #expect(try trace.response(channel: 1, recorded.board) == node.response)
  }

  @Test func listsDamageAndKeepsTheRest() throws {
    let scratch = try Scratch()
    let recorded = try RecordedRun(scratch, frames: 400)
    let path = try recorded.segments[0]
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count / 2] ^= 0x10
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let trace = try Trace.read(folder: recorded.folder)
    #expect(trace.lossy && trace.steps == 1995 && trace.damage.contains { $0.offset != nil })
    #expect(trace.damage.contains { $0.what.contains("steps") && $0.what.contains("missing") })
    // Every step that is left is the right one.
    for row in stride(from: 0, to: trace.steps, by: 7) {
      let step = Int(try #require(trace.step(ofRow: row)))
      #expect(trace.codes[row * 5 + 2] == RecordedRun.code(step, 2) && trace.row(ofStep: UInt64(step)) == row)
    }
  }

  @Test func saysWhatIsMissing() throws {
    let scratch = try Scratch()
    let gap = try Trace.read(folder: try RecordedRun(scratch, frames: 20, skip: [7, 8]).folder)
    #expect(gap.steps == 90 && gap.damage.map(\.what) == ["steps 35 to 44 are missing"])
    #expect(gap.row(ofStep: 34) == 34 && gap.row(ofStep: 36) == nil && gap.row(ofStep: 45) == 35)

    let other = try Scratch()
    let recorded = try RecordedRun(other, frames: 3000)
    let segments = try recorded.segments
    #expect(segments.count >= 3)
    try FileManager.default.removeItem(atPath: segments[1])
    let trace = try Trace.read(folder: recorded.folder)
    #expect(trace.damage.contains { $0.what == "segments before this one are missing" })

    try FileManager.default.removeItem(atPath: recorded.folder)
    #expect(throws: TraceError.self) { _ = try Trace.read(folder: recorded.folder) }
    try FileManager.default.createDirectory(atPath: recorded.folder, withIntermediateDirectories: true)
    let empty = #expect(throws: TraceError.self) { _ = try Trace.read(folder: recorded.folder) }
    #expect(empty?.kind == .noSegments)
  }

  @Test func refusesAForeignSegmentAndAnotherBoard() throws {
    let scratch = try Scratch()
    let recorded = try RecordedRun(scratch, frames: 10)
    let writer = try JournalWriter(
      directory: scratch.path, runID: Identifier(high: 8, low: 8), boardID: Identifier(high: 3, low: 4))
    _ = writer.close()
    try FileManager.default.copyItem(
      atPath: scratch.path + "/" + Identifier(high: 8, low: 8).description + "/000000.seg",
      toPath: recorded.folder + "/000009.seg")
    let error = #expect(throws: TraceError.self) { _ = try Trace.read(folder: recorded.folder) }
    #expect(error?.kind == .foreign)
    try FileManager.default.removeItem(atPath: recorded.folder + "/000009.seg")
    let trace = try Trace.read(folder: recorded.folder)
    let small = try BoardFile.parse(VirtualBoardGenerator.make(nodes: 1, seed: 1).board, file: "v")
    let shape = #expect(throws: TraceError.self) { _ = try trace.node(0, small) }
    #expect(shape?.kind == .shape)
    #expect(throws: TraceError.self) { _ = try trace.node(9, recorded.board) }
  }

  @Test func survivesAnything() throws {
    let scratch = try Scratch()
    let recorded = try RecordedRun(scratch, frames: 60)
    let path = try recorded.segments[0]
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededWords(seed: seed)
    for round in 0..<100 {
      var bytes = original
      for _ in 0...random.below(5) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      if random.below(3) == 0 { bytes.removeLast(random.below(bytes.count)) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let trace = try Trace.read(folder: recorded.folder)
      #expect(trace.codes.count == trace.steps * trace.channels, "seed \(seed), round \(round)")
      for chunk in trace.chunks {
        for index in 0..<chunk.steps {
          let code = trace.codes[(chunk.row + index) * trace.channels]
          #expect(code == RecordedRun.code(Int(chunk.firstStep) + index, 0), "seed \(seed), round \(round)")
        }
      }
    }
  }
}
