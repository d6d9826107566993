import Foundation
import Journal
import WireFormat

/// A folder of a test's own; all of them are removed when the tests end.
final class Scratch {
  let path: String

  /// In memory where there is such a file system: as good for everything but a power cut, and fast.
  private static let root: String = {
    let memory = "/dev/shm"
    let base = FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
    atexit { try? FileManager.default.removeItem(atPath: Scratch.root) }
    return base + "/journal-tests-\(ProcessInfo.processInfo.processIdentifier)"
  }()

  init() {
    path = Scratch.root + "/" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func bytes(_ run: Identifier, _ segment: UInt32) -> [UInt8] {
    let path = JournalStore(directory: path).path(run, segment)
    return FileManager.default.contents(atPath: path).map { Array($0) } ?? []
  }

  func write(_ bytes: [UInt8], _ run: Identifier, _ segment: UInt32) {
    let path = JournalStore(directory: path).path(run, segment)
    try? Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}

let testRun = Identifier(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F)
let testBoard = Identifier(high: 0xB0B1_B2B3_B4B5_B6B7, low: 0xB8B9_BABB_BCBD_BEBF)
let small = JournalOptions(segmentBytes: 64 << 10, bufferBytes: 8 << 10)

/// Codes a reader can check without the writer: they follow from the step.
func codes(firstStep: UInt64, steps: Int, channels: Int) -> [UInt16] {
  (0..<steps * channels).map {
    UInt16(truncatingIfNeeded: (firstStep + UInt64($0 / channels)) &* 31 &+ UInt64($0 % channels))
  }
}

extension JournalWriter {
  func appendTestSamples(firstStep: UInt64, steps: Int = 16, channels: Int = 8) throws(JournalError) {
    let values = codes(firstStep: firstStep, steps: steps, channels: channels)
    try values.withUnsafeBufferPointer { (buffer) throws(JournalError) in
      try appendSamples(
        firstStep: firstStep, time: firstStep * 1000, steps: steps, channels: channels, buffer)
    }
  }
}

/// Everything readable of a run: its frames' types and payloads, and a report a segment.
struct WholeRun {
  var frames: [(type: FrameType, sequence: UInt64, payload: [UInt8])] = []
  var reports: [SegmentReport] = []
  /// Steps whose codes are there and right, in order from 0.
  var goodSteps: UInt64 = 0

  init(_ directory: String, _ run: Identifier) throws {
    var store = JournalStore(directory: directory)
    var reader = JournalReader(run: run)
    for segment in try store.segments(of: run) {
      let bytes = try store.read(run, segment: segment.index, offset: 0, maximum: 1 << 30)
      guard !bytes.isEmpty else { continue }
      reports.append(
        try reader.read(bytes) { (frame, payload) throws in
          frames.append((frame.header.type, frame.header.sequence, Array(payload)))
          guard frame.header.type == .samples else { return }
          let header = try SamplesHeader(payload: payload)
          if header.firstStep == goodSteps,
            header.codes(in: payload) == codes(firstStep: goodSteps, steps: header.steps, channels: header.channels)
          {
            goodSteps += UInt64(header.steps)
          }
        })
    }
  }
}
