import CBoard
import PhysicalNetwork
import TwinMonitor
import WireFormat

/// One run from its lock to its end: what it runs, and the pages it shares with whoever watches.
///
/// The lock is the process's and its children's: it is free again when the last of them is gone, however they went.
struct RunSession {
  let state: BoardState
  let request: RunRequest
  let requestHash: [UInt8]
  let board: BoardDescription
  let network: NetworkDescription?
  let residuals: ResidualPlan?
  let bundleHash: [UInt8]
  let page: StatusPage
  let lock: Int32
  let options: RunOptions

  var channelCount: Int { board.drives.count + board.responses.count + board.inputs.count }

  /// Takes the lock, checks everything a run needs, and marks the status page as starting.
  ///
  /// - Throws: `CommandError` with code 11 when another run holds the board.
  static func prepare(
    state: BoardState, requestHash: [UInt8], options: RunOptions
  ) throws(CommandError) -> RunSession {
    guard let bytes = try StateFiles.read(state.requestPath(requestHash)) else {
      throw CommandError(
        CommandError.Code.failed, "there is no run request \(Hex.text(requestHash)) on this board: send it first")
    }
    let request: RunRequest
    do throws(WireError) {
      request = try RunRequest(decoding: bytes)
    } catch {
      throw CommandError(CommandError.Code.failed, "the run request is damaged (\(error.text)): send it again")
    }
    return try prepare(state: state, request, requestHash, options)
  }

  /// The same for a request that is at hand; `requestHash` is the SHA-256 of its bytes.
  static func prepare(
    state: BoardState, _ request: RunRequest, _ requestHash: [UInt8], _ options: RunOptions
  ) throws(CommandError) -> RunSession {
    // The lock first: a busy board must not use up the tries of a bundle on probation, nor may a request it cannot run.
    let lock = try takeLock(state)
    do throws(CommandError) {
      let present = try ActiveBundle.load(state)
      try RunCheck.check(request, board: present.board, network: present.network)
      let active = try ActiveBundle.load(state, counting: true)
      if active.hash != present.hash { try RunCheck.check(request, board: active.board, network: active.network) }
      let page = try openPage(state, readOnly: false)
      begin(page, request, active.network)
      return RunSession(
        state: state, request: request, requestHash: requestHash, board: active.board, network: active.network,
        residuals: active.residuals, bundleHash: active.hash, page: page, lock: lock, options: options)
    } catch {
      _ = cboard_close(lock)
      throw error
    }
  }

  /// Gives the run up before it was begun: another process may have the board.
  func abandon(_ error: CommandError) {
    page.end(error.code, error.message)
    release()
  }

  /// This process's share of the run is over; that of its children is not.
  func release() {
    _ = cboard_close(lock)
    page.unmap()
  }

  /// Takes the board's lock, or throws busy.
  ///
  /// - Parameter patience: nanoseconds to wait for it. A run that has just ended holds it a moment longer, and so does
  ///   whoever looks whether it is held.
  static func takeLock(_ state: BoardState, patience: UInt64 = 250_000_000) throws(CommandError) -> Int32 {
    let lock = cboard_open(state.lockPath, UInt32(CBOARD_WRITE | CBOARD_CREATE), 0o640)
    guard lock >= 0 else { throw StateFiles.fault("open", state.lockPath, -lock) }
    let deadline = cboard_monotonic_ns() + patience
    var result = cboard_lock(lock)
    while result == -CBOARD_EAGAIN, cboard_monotonic_ns() < deadline {
      _ = cboard_sleep_until(cboard_monotonic_ns() + 2_000_000)
      result = cboard_lock(lock)
    }
    guard result == 0 else {
      _ = cboard_close(lock)
      if result == -CBOARD_EAGAIN {
        throw CommandError(CommandError.Code.busy, "the board is busy with a run: wait for it, or stop it first")
      }
      throw StateFiles.fault("lock", state.lockPath, -result)
    }
    return lock
  }

  static func openPage(_ state: BoardState, readOnly: Bool) throws(CommandError) -> StatusPage {
    let flags = readOnly ? UInt32(CBOARD_READ) : UInt32(CBOARD_READ | CBOARD_WRITE | CBOARD_CREATE)
    let descriptor = cboard_open(state.statusPath, flags, 0o640)
    guard descriptor >= 0 else { throw StateFiles.fault("open", state.statusPath, -descriptor) }
    defer { _ = cboard_close(descriptor) }
    var size: Int64 = 0
    _ = cboard_file_size(descriptor, &size)
    if size < StatusPage.byteCount, !readOnly {
      let reserved = cboard_allocate(descriptor, 0, Int64(StatusPage.byteCount))
      guard reserved == 0 else { throw StateFiles.fault("write", state.statusPath, -reserved) }
      size = Int64(StatusPage.byteCount)
    }
    guard size >= StatusPage.byteCount, let page = StatusPage(descriptor: descriptor, readOnly: readOnly) else {
      throw CommandError(CommandError.Code.failed, "cannot map \(state.statusPath)")
    }
    return page
  }

  private static func begin(_ page: StatusPage, _ request: RunRequest, _ network: NetworkDescription?) {
    typealias Word = StatusPage.Word
    for word in Word.stop...Word.loop { cboard_store_release_u32(page.word(word), 0) }
    let total = request.totalSteps(for: network)
    page.update { page in
      for word in Word.supervisor...Word.textLength { page.set(word, 0) }
      for word in Word.nodeCount..<Word.nodes + StatusPage.nodeCapacity { page.set(word, 0) }
      for word in Word.histograms..<StatusPage.byteCount / 4 { page.set(word, 0) }
      page.set(Word.magic, StatusPage.magic)
      page.set(Word.supervisor, UInt32(bitPattern: cboard_process_id()))
      page.set(Word.phase, StatusPage.Phase.starting.rawValue)
      page.set(Word.mode, UInt32(request.mode.rawValue))
      for (index, byte) in request.runID.enumerated() {
        (page.memory + 4 * Word.runID + index).storeBytes(of: byte, as: UInt8.self)
      }
      page.set64(Word.total, total)
    }
  }
}

extension WireError {
  /// A few words for an error message.
  var text: String {
    switch self {
    case .truncated(let offset): "ends at byte \(offset)"
    case .invalid(let offset, let field): "\(field) at byte \(offset)"
    case .trailing(let offset): "more bytes after \(offset)"
    case .checksum: "checksum"
    }
  }
}
