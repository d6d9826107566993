import Foundation
import Testing
import WireFormat

import Workbench

/// Reads an MCAP file as its specification has it, and checks every offset and checksum on the way.
struct MCAPWalk {
  var messages: [UInt16: [(time: UInt64, data: [UInt8])]] = [:]
  var topics: [UInt16: String] = [:]
  var chunks = 0
  var statistics: (messages: UInt64, channels: UInt32, chunks: UInt32)?
  var indexedChunks = 0

  enum Fault: Error { case bad(String) }

  init(_ bytes: [UInt8]) throws {
    let magic = MCAPRecord.magic
    guard bytes.starts(with: magic), bytes.suffix(8) == magic[...] else { throw Fault.bad("magic") }
    // The footer is the last record: its 29 bytes stand before the magic.
    var footer = ByteReader(Array(bytes[(bytes.count - 37)..<(bytes.count - 8)]))
    guard try footer.take(UInt8.self) == 2, try footer.take(UInt64.self) == 20 else { throw Fault.bad("footer") }
    let summary = Int(try footer.take(UInt64.self))
    let offsets = Int(try footer.take(UInt64.self))
    guard try footer.take(UInt32.self) == CRC32.checksum(Array(bytes[summary..<(bytes.count - 12)])) else {
      throw Fault.bad("summary checksum")
    }
    var position = 8
    while position < bytes.count - 8 {
      let code = bytes[position]
      var head = ByteReader(Array(bytes[(position + 1)..<(position + 9)]))
      let length = Int(try head.take(UInt64.self))
      let content = Array(bytes[(position + 9)..<(position + 9 + length)])
      if code == MCAPRecord.dataEnd.rawValue {
        var reader = ByteReader(content)
        guard try reader.take(UInt32.self) == CRC32.checksum(Array(bytes[..<position])) else {
          throw Fault.bad("data checksum")
        }
        guard position + 9 + length == summary else { throw Fault.bad("summary start") }
      }
      try take(code, content, position, position >= summary, bytes)
      if code == MCAPRecord.summaryOffset.rawValue, position < offsets { throw Fault.bad("offset section") }
      position += 9 + length
    }
  }

  private mutating func take(_ code: UInt8, _ content: [UInt8], _ position: Int, _ late: Bool, _ bytes: [UInt8]) throws
  {
    var reader = ByteReader(content)
    switch MCAPRecord(rawValue: code) {
    case .channel:
      let id = try reader.take(UInt16.self)
      _ = try reader.take(UInt16.self)
      topics[id] = String(decoding: try reader.takeBlob(), as: UTF8.self)
    case .chunk:
      chunks += 1
      _ = try reader.takeBytes(16)
      let size = Int(try reader.take(UInt64.self))
      let checksum = try reader.take(UInt32.self)
      guard try reader.takeBlob().isEmpty, try reader.take(UInt64.self) == UInt64(size) else {
        throw Fault.bad("chunk")
      }
      let records = try reader.takeBytes(size)
      guard CRC32.checksum(records) == checksum else { throw Fault.bad("chunk checksum") }
      try messages(in: records)
    case .chunkIndex:
      indexedChunks += 1
      _ = try reader.takeBytes(16)
      let offset = Int(try reader.take(UInt64.self))
      guard late, bytes[offset] == MCAPRecord.chunk.rawValue else { throw Fault.bad("chunk index") }
      _ = try reader.take(UInt64.self)
      for _ in 0..<(try reader.take(UInt32.self) / 10) {
        let channel = try reader.take(UInt16.self)
        let place = Int(try reader.take(UInt64.self))
        guard bytes[place] == MCAPRecord.messageIndex.rawValue, bytes[place + 9] == UInt8(channel) else {
          throw Fault.bad("message index offset")
        }
      }
    case .statistics:
      let messages = try reader.take(UInt64.self)
      _ = try reader.take(UInt16.self)
      let channels = try reader.take(UInt32.self)
      _ = try reader.takeBytes(8)
      statistics = (messages, channels, try reader.take(UInt32.self))
    case .summaryOffset:
      let group = try reader.take(UInt8.self)
      guard bytes[Int(try reader.take(UInt64.self))] == group else { throw Fault.bad("summary offset") }
    default: break
    }
  }

  private mutating func messages(in records: [UInt8]) throws {
    var reader = ByteReader(records)
    while reader.remaining > 0 {
      guard try reader.take(UInt8.self) == MCAPRecord.message.rawValue else { throw Fault.bad("record in chunk") }
      let length = Int(try reader.take(UInt64.self))
      let channel = try reader.take(UInt16.self)
      let sequence = try reader.take(UInt32.self)
      let time = try reader.take(UInt64.self)
      _ = try reader.take(UInt64.self)
      guard sequence == UInt32(messages[channel]?.count ?? 0) else { throw Fault.bad("sequence") }
      messages[channel, default: []].append((time, try reader.takeBytes(length - 22)))
    }
  }
}

@Suite struct MCAPTests {
  @Test func checksumIsTheKnownOne() {
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    var parts = CRC32()
    parts.update(Array("1234".utf8))
    parts.update(Array("56789".utf8))
    #expect(parts.value == 0xCBF4_3926)
  }

  @Test func writesNumbersExactly() {
    func text(_ value: Double) -> String {
      var json = JSONText()
      json.micros(value)
      return String(decoding: json.bytes, as: UTF8.self)
    }
    #expect(text(0) == "0" && text(1.25) == "1.25" && text(-0.000001) == "-0.000001" && text(2.0000004) == "2")
    #expect(text(.nan) == "null" && text(1e300) == "null" && text(-12.5) == "-12.5" && text(0.1) == "0.1")
    var json = JSONText()
    json.string("a\"\\\n\u{1}é")
    #expect(String(decoding: json.bytes, as: UTF8.self) == "\"a\\\"\\\\\\n\\u0001é\"")
  }

  @Test func anEmptyFileIsAFile() throws {
    var writer = MCAPWriter()
    writer.finish()
    let walk = try MCAPWalk(writer.drain())
    #expect(walk.chunks == 0 && walk.statistics?.messages == 0)
  }

  @Test func exportsARun() throws {
    let scratch = try Scratch()
    let recorded = try RecordedRun(scratch, frames: 2500)
    let path = scratch.path + "/run.mcap"
    let summary = try MCAPExport.write(
      folder: recorded.folder, board: recorded.board, to: path, facts: ["label": "first"],
      events: { payload in [MCAPEvent(step: UInt64(payload[0]), name: "mark", details: ["n": "\(payload[0])"])] })
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(summary.steps == 12_500 && summary.events == 25 && summary.damage.isEmpty && summary.bytes == bytes.count)
    let walk = try MCAPWalk(bytes)
    #expect(walk.topics == [0: "/bench/samples", 1: "/bench/events"])
    #expect(walk.chunks > 1 && walk.indexedChunks == walk.chunks)
    #expect(walk.statistics?.messages == 12_525 && walk.statistics?.channels == 2)
    let samples = try #require(walk.messages[0])
    #expect(samples.count == 12_500 && samples[77].time == 77 * recorded.board.stepPeriod)
    struct Sample: Decodable {
      var step: UInt64
      var drives: [String: Double]
      var responses: [String: Double]
      var inputs: [String: Double]
    }
    for step in stride(from: 0, to: 12_500, by: 411) {
      let sample = try JSONDecoder().decode(Sample.self, from: Data(samples[step].data))
      #expect(sample.step == UInt64(step))
      let volts = { (channel: Int) in Double(RecordedRun.code(step, channel)) }
      #expect(abs((sample.drives["left"] ?? -1) - volts(0) * 2.5 / 4096) < 1e-6)
      #expect(abs((sample.drives["right"] ?? -1) - volts(1) * 4.096 / 4096) < 1e-6)
      #expect(abs((sample.responses["left"] ?? -1) - volts(2) * 2.5 / 4096) < 1e-6)
      #expect(abs((sample.responses["right"] ?? -1) - volts(3) * 4.096 / 32768) < 1e-6)
      #expect(abs((sample.inputs["input0"] ?? -1) - volts(4) * 4.096 / 32768) < 1e-6)
    }
    let event = try #require(walk.messages[1]?.first)
    #expect(String(decoding: event.data, as: UTF8.self).contains("\"event\":\"mark\""))
  }

  @Test func leavesNothingBehindWhereItFails() throws {
    let scratch = try Scratch()
    let recorded = try RecordedRun(scratch, frames: 10)
    let small = try BoardFile.parse(VirtualBoardGenerator.make(nodes: 1, seed: 1).board, file: "v")
    let error = #expect(throws: TraceError.self) {
      _ = try MCAPExport.write(folder: recorded.folder, board: small, to: scratch.path + "/x.mcap")
    }
    #expect(error?.kind == .shape)
    #expect(throws: ProjectError.self) {
      _ = try MCAPExport.write(folder: recorded.folder, board: recorded.board, to: scratch.path + "/none/x.mcap")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [RecordedRun.run.description])
  }
}
