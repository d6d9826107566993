import CBoard
import PhysicalNetwork
import WireFormat

/// What sessions ask of the daemon.
extension Daemon {
  /// How long a client may take to say what it wants.
  private static let patience: UInt64 = 1_000_000_000

  mutating func answerAll() {
    while true {
      let client = cboard_local_accept(listener)
      guard client >= 0 else { return }
      defer { _ = cboard_close(client) }
      guard let bytes = ServiceSocket.receive(client, until: cboard_monotonic_ns() + Self.patience) else { continue }
      let reply = answer(bytes, client: client).encoded
      reply.withUnsafeBytes { _ = cboard_write(client, $0.baseAddress, $0.count) }
    }
  }

  private mutating func answer(_ bytes: [UInt8], client: Int32) -> ServiceReply {
    let request: ServiceRequest
    do throws(WireError) {
      request = try ServiceRequest(decoding: bytes)
    } catch {
      return ServiceReply(
        code: CommandError.Code.failed,
        message: "the board's service is another version of edged: restart it ('systemctl restart edged')")
    }
    do throws(CommandError) {
      switch request {
      case .start(let hash, let wanted): return try start(hash, wanted, client: client)
      case .stop: return try stop()
      }
    } catch {
      return ServiceReply(code: error.code, message: error.message)
    }
  }

  private mutating func start(
    _ hash: [UInt8], _ wanted: RunOptions, client: Int32
  ) throws(CommandError) -> ServiceReply {
    awaitEnded()
    guard run == nil else {
      throw CommandError(
        CommandError.Code.busy,
        run?.isStanding == true
          ? "the board is busy with its standing run: stop it first"
          : "the board is busy with a run: wait for it, or stop it first")
    }
    let session = try RunSession.prepare(state: state, requestHash: hash, options: effective(wanted))
    if wanted.standing {
      let kept = StandingRun(options: wanted, request: session.request)
      do throws(CommandError) {
        try kept.save(state)
      } catch {
        session.abandon(error)
        throw error
      }
      standing = kept
      pause = Self.firstPause
      cboard_store_release_u32(page.word(StatusPage.Word.restarts), 0)
    }
    let id = session.request.runID
    try launch(session, isStanding: wanted.standing, client: client)
    return ServiceReply(run: id)
  }

  private mutating func stop() throws(CommandError) -> ServiceReply {
    if standing != nil || StandingRun.isKept(state) {
      try StandingRun.remove(state)
      standing = nil
      trouble = ""
      show(.none)
      Log.info("the standing run is stopped for good")
    }
    // A run of a session that began before this daemon is stopped as well.
    cboard_store_release_u32(page.word(StatusPage.Word.stop), 1)
    return ServiceReply()
  }

  /// A run that has shown its end may take a moment to go.
  private mutating func awaitEnded() {
    let deadline = cboard_monotonic_ns() + 500_000_000
    reap()
    while run != nil, page.get(StatusPage.Word.phase) == StatusPage.Phase.ended.rawValue,
      cboard_monotonic_ns() < deadline
    {
      _ = cboard_sleep_until(cboard_monotonic_ns() + 2_000_000)
      reap()
    }
  }

  func effective(_ wanted: RunOptions) -> RunOptions {
    var wanted = wanted
    wanted.realTime = wanted.realTime || options.realTime
    return wanted
  }
}
