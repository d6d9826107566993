import CBoard
import WireFormat

/// Appends one run's frames to segments on flash. For one thread at a time; nothing is allocated after `init`.
///
/// What was appended before a `commit` that returned is on flash and stays readable whatever happens after: the process
/// killed, the power cut, the card full. After a failed write or synchronisation the writer takes nothing more; `close`
/// then cuts the file back to what is safe. When no further segment can be created for lack of space the run's stop
/// frame still fits into the current one.
public final class JournalWriter {
  private enum Phase: Equatable {
    case open
    case full(JournalError)
    case failed(JournalError)
    case closed
  }

  // The stop frame and the end frame must fit when no other segment can be had.
  private static let reserve = 2048
  private static let endSize = FrameHeader.size + SegmentEnd.size

  private let run: Identifier
  private let board: Identifier
  private let options: JournalOptions
  private let buffer: UnsafeMutableRawPointer
  private var file: SegmentFile
  private var phase = Phase.open
  private var buffered = 0
  private var segment: UInt32 = 0
  private var tag: UInt32
  private var sequence: UInt64 = 0
  private var segmentFrames: UInt32 = 0
  private var nextStep: UInt64 = 0
  private var committedLength = 0
  private var sealedBytes: UInt64 = 0

  /// Frames that are on flash for certain, the journal's own included.
  public private(set) var committedFrames: UInt64 = 0
  /// Every appended step before this one is on flash for certain.
  public private(set) var committedStep: UInt64 = 0
  /// Frames appended so far.
  public var appendedFrames: UInt64 { sequence }
  /// The largest payload `append` takes, in bytes.
  public var maximumPayload: Int { options.bufferBytes - FrameHeader.size - Self.endSize }

  /// Creates the run's folder below `directory` (made when missing) and its first segment.
  public init(
    directory: String, runID: Identifier, boardID: Identifier, options: JournalOptions = JournalOptions()
  ) throws(JournalError) {
    run = runID
    board = boardID
    self.options = options
    let folder = directory + "/" + runID.description
    tag = FrameHeader.tag(run: runID, segment: 0)
    buffer = UnsafeMutableRawPointer.allocate(byteCount: options.bufferBytes, alignment: 16)
    file = SegmentFile(directory: folder, capacity: options.segmentBytes)
    try check(cboard_make_directories(directory, 0o750))
    let made = cboard_make_directory(folder, 0o750)
    if made == -CBOARD_EEXIST { throw .runExists }
    try check(made)
    try check(cboard_fsync_directory(directory))
    do throws(JournalError) {
      try file.prepare(0)
    } catch {
      _ = cboard_remove_directory(folder)
      throw error
    }
    file.advance()
    putStart(previous: .none)
  }

  deinit { buffer.deallocate() }

  /// Appends one frame whose payload is the given pieces, one after another. It is safe after the next `commit`.
  public func append(
    _ type: FrameType, flags: UInt16 = 0, _ first: UnsafeRawBufferPointer,
    _ second: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) throws(JournalError) {
    let target = try room(for: first.count + second.count, type)
    copy(first, to: target)
    copy(second, to: target + first.count)
    finishFrame(type, flags, length: first.count + second.count)
  }

  /// Appends one frame.
  public func append(_ type: FrameType, flags: UInt16 = 0, _ payload: [UInt8]) throws(JournalError) {
    try payload.withUnsafeBufferPointer { (bytes) throws(JournalError) in
      try append(type, flags: flags, UnsafeRawBufferPointer(bytes))
    }
  }

  /// Appends the codes of `steps` consecutive steps of `channels` each, all channels of a step before the next step. The
  /// codes may come in two pieces, as from a ring. `time` is that of the first step, ns.
  public func appendSamples(
    firstStep: UInt64, time: UInt64, steps: Int, channels: Int, _ first: UnsafeBufferPointer<UInt16>,
    _ second: UnsafeBufferPointer<UInt16> = UnsafeBufferPointer(start: nil, count: 0)
  ) throws(JournalError) {
    guard (1...0xFFFF).contains(steps), (1...0xFFFF).contains(channels),
      UInt64(first.count) + UInt64(second.count) == UInt64(steps) * UInt64(channels)
    else { throw .shape }
    let header = SamplesHeader(firstStep: firstStep, time: time, steps: steps, channels: channels)
    let length = SamplesHeader.size + header.codeBytes
    let target = try room(for: length, .samples)
    header.store(to: target)
    copy(UnsafeRawBufferPointer(first), to: target + SamplesHeader.size)
    copy(UnsafeRawBufferPointer(second), to: target + SamplesHeader.size + 2 * first.count)
    nextStep = firstStep &+ UInt64(steps)
    finishFrame(.samples, 0, length: length)
  }

  /// Returns when everything appended is on flash.
  public func commit() throws(JournalError) {
    switch phase {
    case .open, .full: break
    case .failed(let error): throw error
    case .closed: throw .closed
    }
    guard committedFrames < sequence else { return }
    do throws(JournalError) {
      try flush()
      try file.synchronize()
    } catch {
      // What the kernel did with unsynchronised pages is unknown after an error: never try again.
      phase = .failed(error)
      throw error
    }
    acknowledge()
  }

  /// Seals the last segment, or cuts it back to what is safe when the writer has failed. More calls change nothing.
  @discardableResult
  public func close() -> JournalSummary {
    var failure: JournalError?
    switch phase {
    case .open, .full:
      if case .full(let error) = phase { failure = error }
      do throws(JournalError) {
        try seal(last: true)
      } catch {
        failure = error
        try? file.finish(at: committedLength)
      }
    case .failed(let error):
      failure = error
      try? file.finish(at: committedLength)
    case .closed: break
    }
    if phase != .closed { outcome = failure }
    phase = .closed
    return JournalSummary(
      frames: committedFrames, step: committedStep, segments: segment + 1,
      bytes: sealedBytes + UInt64(committedLength), error: outcome)
  }

  private var outcome: JournalError?

  /// Makes room for a frame and returns where its payload goes.
  private func room(for length: Int, _ type: FrameType) throws(JournalError) -> UnsafeMutableRawPointer {
    switch phase {
    case .open: break
    case .full(let error): if type != .runStop { throw error }
    case .failed(let error): throw error
    case .closed: throw .closed
    }
    guard length <= maximumPayload else { throw .frameTooLarge(limit: maximumPayload) }
    let kept = type == .runStop ? Self.endSize : Self.reserve
    if file.length + buffered + FrameHeader.size + length > options.segmentBytes - kept {
      if case .full(let error) = phase { throw error }
      try roll()
    }
    if buffered + FrameHeader.size + length > options.bufferBytes { try flushOrFail() }
    return payloadAddress
  }

  private var payloadAddress: UnsafeMutableRawPointer { buffer + buffered + FrameHeader.size }

  private func copy(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    guard let source = bytes.baseAddress else { return }
    target.copyMemory(from: source, byteCount: bytes.count)
  }

  private func finishFrame(_ type: FrameType, _ flags: UInt16, length: Int) {
    let payload = UnsafeRawBufferPointer(start: UnsafeRawPointer(payloadAddress), count: length)
    FrameHeader(type: type, flags: flags, tag: tag, sequence: sequence, payload: payload)
      .store(to: payloadAddress - FrameHeader.size)
    buffered += FrameHeader.size + length
    sequence += 1
    segmentFrames += 1
  }
}

extension JournalWriter {
  private func putStart(previous: Digest) {
    SegmentStart(
      run: run, board: board, index: segment, capacity: UInt32(options.segmentBytes), firstStep: nextStep,
      previous: previous
    ).store(to: payloadAddress)
    finishFrame(.segmentStart, FrameFlags.essential, length: SegmentStart.size)
  }

  /// Hands everything buffered to the kernel.
  private func flush() throws(JournalError) {
    guard buffered > 0 else { return }
    try file.write(UnsafeRawBufferPointer(start: UnsafeRawPointer(buffer), count: buffered))
    buffered = 0
  }

  private func flushOrFail() throws(JournalError) {
    do throws(JournalError) {
      try flush()
    } catch {
      phase = .failed(error)
      throw error
    }
  }

  private func acknowledge() {
    committedFrames = sequence
    committedStep = nextStep
    committedLength = file.length
  }

  /// Ends the current segment: its end frame, nothing behind it, everything on flash.
  private func seal(last: Bool) throws(JournalError) {
    if buffered + Self.endSize > options.bufferBytes { try flush() }
    SegmentEnd(frames: segmentFrames, last: last, endStep: nextStep).store(to: payloadAddress)
    finishFrame(.segmentEnd, FrameFlags.essential, length: SegmentEnd.size)
    try flush()
    try file.finish(at: file.length)
    acknowledge()
  }

  /// Goes on in a new segment, which is there with all its space before the old one is touched.
  private func roll() throws(JournalError) {
    do throws(JournalError) {
      try file.prepare(segment + 1)
    } catch {
      phase = .full(error)
      throw error
    }
    do throws(JournalError) {
      try seal(last: false)
    } catch {
      file.abandonPrepared()
      phase = .failed(error)
      throw error
    }
    sealedBytes += UInt64(committedLength)
    committedLength = 0
    let previous = file.digest()
    file.advance()
    segment += 1
    segmentFrames = 0
    tag = FrameHeader.tag(run: run, segment: segment)
    putStart(previous: previous)
  }
}
