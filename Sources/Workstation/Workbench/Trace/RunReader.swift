import Foundation
import Journal
import WireFormat

/// Something wrong with a pulled run: which segment, where, and what.
public struct TraceDamage: Equatable, Sendable, CustomStringConvertible {
  /// Name of the segment's file.
  public var segment: String
  /// Byte offset in the file, where the damage has one.
  public var offset: Int?
  public var what: String

  public init(segment: String, offset: Int? = nil, what: String) {
    self.segment = segment
    self.offset = offset
    self.what = what
  }

  public var description: String { segment + (offset.map { ", byte \($0)" } ?? "") + ": " + what }
}

/// Goes through the segments of one pulled run, one at a time: memory is bounded by the largest segment.
public struct RunReader {
  /// Paths of the segments, in order.
  public let segments: [String]
  /// The folder.
  public let path: String

  /// Finds the `.seg` files of `folder`; throws `noSegments` where there are none.
  public init(folder: String) throws(TraceError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw TraceError(
        .unreadable, path: folder, what: "the run's folder cannot be read", why: FileFault.reason(error),
        remedy: "Pull the run again")
    }
    path = folder
    segments = names.filter { $0.hasSuffix(".seg") }.sorted().map { folder + "/" + $0 }
    guard !segments.isEmpty else {
      throw TraceError(
        .noSegments, path: folder, what: "the run has no segments", why: "The folder holds no .seg file",
        remedy: "Pull the run again")
    }
  }

  /// Hands every good frame and its payload to `body`, in order, and returns whose run it is and what was wrong with it.
  ///
  /// Damage is passed over and listed, never thrown. Throws where a file cannot be read, belongs to another run or board,
  /// or is of a newer form, and what `body` throws.
  public func read(
    _ body: (Frame, UnsafeRawBufferPointer) throws(TraceError) -> Void
  ) throws(TraceError) -> (run: Identifier?, board: Identifier?, damage: [TraceDamage]) {
    var reader = JournalReader()
    var first: SegmentStart?
    var damage: [TraceDamage] = []
    var next: UInt32 = 0
    for (position, path) in segments.enumerated() {
      let bytes = try load(path)
      let report = try reader.read(bytes, body)
      let name = URL(fileURLWithPath: path).lastPathComponent
      if let start = report.start {
        if let first, first.run != start.run || first.board != start.board {
          throw TraceError(
            .foreign, path: path, what: "the segment belongs to run \(start.run), not \(first.run)",
            why: "Files of two runs lie in one folder", remedy: "Move it to its own folder, or pull the run again")
        }
        first = first ?? start
        if start.index != next {
          damage.append(TraceDamage(segment: name, what: "segments before this one are missing"))
        }
        next = start.index &+ 1
      } else {
        next &+= 1
      }
      damage += Self.damage(name, report, last: position == segments.count - 1)
    }
    return (first?.run, first?.board, damage)
  }

  private func load(_ path: String) throws(TraceError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
    } catch {
      throw TraceError(
        .unreadable, path: path, what: "the segment cannot be read", why: FileFault.reason(error),
        remedy: "Check the disk, or pull the run again")
    }
  }

  private static func damage(_ name: String, _ report: SegmentReport, last: Bool) -> [TraceDamage] {
    var found = report.damage.map {
      TraceDamage(segment: name, offset: $0.offset, what: "\($0.length) bytes are damaged and were passed over")
    }
    if case .torn(let range) = report.tail {
      found.append(
        TraceDamage(
          segment: name, offset: range.offset, what: "the last \(range.length) bytes were cut short in writing"))
    }
    if report.lostFrames > 0 {
      found.append(TraceDamage(segment: name, what: "\(report.lostFrames) frames are missing"))
    }
    if report.start == nil { found.append(TraceDamage(segment: name, what: "the segment's start cannot be read")) }
    if report.chain == .broken {
      found.append(TraceDamage(segment: name, what: "the segment before it was altered or is not whole"))
    }
    if report.unknownEssential > 0 {
      found.append(
        TraceDamage(segment: name, what: "\(report.unknownEssential) frames need a newer program; update edgesync"))
    }
    if report.end == nil, report.tail != .zeros, last, found.isEmpty, report.start != nil, report.frames > 0 {
      found.append(TraceDamage(segment: name, what: "the segment was not sealed: the run ended without its stop"))
    }
    return found
  }
}
