import CBoard
import WireFormat

/// One segment as it lies in the journal.
public struct SegmentInfo: Equatable, Sendable {
  public let index: UInt32
  /// Bytes up to the end of its last good frame; the rest of the file is reserved space or a write cut short.
  public let validLength: UInt64
  /// Nothing will be added to it: it was sealed, or another segment follows.
  public let sealed: Bool
}

/// The runs and segments in a journal folder. Reads what is there without ever stopping who writes it.
public struct JournalStore {
  private let directory: String
  // How far the newest segment was scanned before: its contents only grow.
  private var scanned: (run: Identifier, index: UInt32, length: Int, sealed: Bool)?

  public init(directory: String) { self.directory = directory }

  /// Every run in the journal, in the order of their names; none when the folder is not there yet.
  public func runs() throws(JournalError) -> [Identifier] {
    var runs: [Identifier] = []
    do throws(JournalError) {
      try list(directory) { name in
        if name.count == 32, let run = Identifier(hex: String(decoding: name, as: UTF8.self)) { runs.append(run) }
      }
    } catch {
      guard error == .notFound else { throw error }
    }
    runs.heapSort { $0.precedes($1) }
    return runs
  }

  /// The segments of `run` in order.
  public mutating func segments(of run: Identifier) throws(JournalError) -> [SegmentInfo] {
    let indices = try indices(of: run)
    var segments: [SegmentInfo] = []
    segments.reserveCapacity(indices.count)
    for (place, index) in indices.enumerated() {
      segments.append(try info(run, index, newest: place == indices.count - 1))
    }
    return segments
  }

  /// One segment of `run`; throws `notFound` when it is not there.
  public mutating func segment(_ index: UInt32, of run: Identifier) throws(JournalError) -> SegmentInfo {
    var size: Int64 = 0
    let newest = cboard_path_size(path(run, index + 1), &size) < 0
    return try info(run, index, newest: newest)
  }

  /// Bytes of a segment from `offset` on, at most `maximum` and not past its valid length.
  public mutating func read(
    _ run: Identifier, segment index: UInt32, offset: UInt64, maximum: Int
  ) throws(JournalError) -> [UInt8] {
    let info = try segment(index, of: run)
    guard offset < info.validLength, maximum > 0 else { return [] }
    let file = try FileSegment(path: path(run, index))
    let wanted = Int(Swift.min(UInt64(maximum), info.validLength - offset))
    var bytes = [UInt8](repeating: 0, count: wanted)
    let got = try bytes.withUnsafeMutableBufferPointer { (target) throws(JournalError) in
      try file.read(at: offset, into: UnsafeMutableRawBufferPointer(target))
    }
    if got < wanted { bytes.removeLast(wanted - got) }
    return bytes
  }

  /// Removes a run for good. The newest segment goes first, so what a power cut leaves is still the start of a run.
  public func delete(_ run: Identifier) throws(JournalError) {
    for index in try indices(of: run).reversed() { try check(cboard_unlink(path(run, index))) }
    try check(cboard_remove_directory(folder(run)))
    try check(cboard_fsync_directory(directory))
  }

  /// Bytes that can still be written to the journal's file system.
  public func freeBytes() throws(JournalError) -> UInt64 {
    var bytes: UInt64 = 0
    try check(cboard_free_bytes(directory, &bytes))
    return bytes
  }

  /// The path of a segment's file.
  public func path(_ run: Identifier, _ index: UInt32) -> String {
    var digits: [UInt8] = []
    var rest = index
    for _ in 0..<6 {
      digits.append(UInt8(48 + rest % 10))
      rest /= 10
    }
    return folder(run) + "/" + String(decoding: digits.reversed(), as: UTF8.self) + ".seg"
  }

  private func folder(_ run: Identifier) -> String { directory + "/" + run.description }

  private func indices(of run: Identifier) throws(JournalError) -> [UInt32] {
    var indices: [UInt32] = []
    try list(folder(run)) { name in
      guard name.count == 10, name[6] == 46, name[7] == 115, name[8] == 101, name[9] == 103 else { return }
      var index: UInt32 = 0
      for digit in name[..<6] {
        guard digit >= 48, digit <= 57 else { return }
        index = index * 10 + UInt32(digit - 48)
      }
      indices.append(index)
    }
    indices.heapSort { $0 < $1 }
    return indices
  }

  private mutating func info(_ run: Identifier, _ index: UInt32, newest: Bool) throws(JournalError) -> SegmentInfo {
    if let known = scanned, known.run == run, known.index == index, known.sealed {
      return SegmentInfo(index: index, validLength: UInt64(known.length), sealed: true)
    }
    let file = try FileSegment(path: path(run, index))
    guard newest else { return SegmentInfo(index: index, validLength: UInt64(file.count), sealed: true) }
    var from = 0
    if let known = scanned, known.run == run, known.index == index { from = Swift.min(known.length, file.count) }
    var scanner = SegmentScanner(file, tag: FrameHeader.tag(run: run, segment: index), from: from)
    var sealed = false
    while let item = scanner.next() {
      if case .frame(let frame) = item, frame.header.type == .segmentEnd { sealed = true }
    }
    // Scan on from the intact part only: what looks damaged may be a write that is not finished.
    scanned = (run, index, sealed ? scanner.validLength : scanner.intactLength, sealed)
    return SegmentInfo(index: index, validLength: UInt64(scanner.validLength), sealed: sealed)
  }

  private func list(_ path: String, _ body: ([UInt8]) -> Void) throws(JournalError) {
    var handle: UnsafeMutableRawPointer?
    try check(cboard_directory_open(path, &handle))
    guard let handle else { throw .notFound }
    defer { cboard_directory_close(handle) }
    var name = [CChar](repeating: 0, count: 64)
    while true {
      let result = cboard_directory_next(handle, &name, name.count)
      try check(result)
      if result == 0 { return }
      var bytes: [UInt8] = []
      for character in name {
        if character == 0 { break }
        bytes.append(UInt8(bitPattern: character))
      }
      body(bytes)
    }
  }
}
