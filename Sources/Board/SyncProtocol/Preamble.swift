import WireFormat

/// Finds the board's first frame behind whatever a login shell printed before it.
struct Preamble: Sendable {
  private var held: [UInt8] = []
  /// Bytes that were no frame.
  private(set) var skipped: [UInt8] = []

  var isTooLong: Bool { skipped.count > SyncClient.maximumSkipped }

  /// The first frame, which must be the reply to a hello or say why there is none, and the bytes after it.
  mutating func take(_ bytes: [UInt8]) -> (frame: WireFrame, rest: [UInt8])? {
    held.append(contentsOf: bytes)
    var start = 0
    defer {
      skipped.append(contentsOf: held[..<start])
      held.removeFirst(start)
    }
    while start < held.count {
      switch look(at: start) {
      case .frame(let frame, let end):
        let rest = Array(held[end...])
        held.removeLast(rest.count + end - start)
        return (frame, rest)
      case .needsMore: return nil
      case .nothing: start += 1
      }
    }
    return nil
  }

  private enum Look {
    case frame(WireFrame, end: Int)
    case needsMore
    case nothing
  }

  private func look(at start: Int) -> Look {
    guard held[start] == FrameCodec.sync.0 else { return .nothing }
    guard start + 1 < held.count else { return .needsMore }
    guard held[start + 1] == FrameCodec.sync.1 else { return .nothing }
    guard start + FrameCodec.headerSize <= held.count else { return .needsMore }
    var reader = ByteReader(held[(start + 2)...])
    guard let number = try? reader.take(UInt16.self), (try? reader.take(UInt32.self)) != nil,
      let length = try? reader.take(UInt32.self)
    else { return .nothing }
    let type = MessageType(rawValue: number)
    guard type == MessageType.hello.reply || type == .failure, length <= UInt32(FrameCodec.maximumHello) else {
      return .nothing
    }
    let end = start + FrameCodec.overhead + Int(length)
    guard end <= held.count else { return .needsMore }
    var assembler = FrameAssembler(maximumPayload: FrameCodec.maximumHello)
    let frame: WireFrame? = held.withUnsafeBytes { all in
      var piece = UnsafeRawBufferPointer(rebasing: all[start..<end])
      return try? assembler.take(&piece)
    }
    guard let frame else { return .nothing }
    return .frame(frame, end: end)
  }
}
