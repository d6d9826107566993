import Bundle
import CBoard
import PhysicalNetwork
import SyncProtocol
import WireFormat

extension BoardServer {
  mutating func activate(digest: Digest) throws(ServiceError) {
    do throws(CommandError) {
      // A running measurement is never swapped under.
      let lock = try RunSession.takeLock(state)
      defer { _ = cboard_close(lock) }
      try ActiveBundle.withStore(state) { (slots) throws(CommandError) in
        do throws(SlotError) {
          try slots.activate(digest)
        } catch {
          throw CommandError(CommandError.Code.failed, error.message)
        }
      }
    } catch {
      throw Self.service(error)
    }
  }

  /// Has the board's daemon start the run; without a daemon, checks it and hands it to a supervisor that leaves this
  /// session.
  mutating func startRun(digest: Digest, flags: UInt8) throws(ServiceError) -> Identifier {
    var options = RunOptions(bits: flags & StartRun.knownFlags)
    options.realTime = realTime
    do throws(CommandError) {
      if let reply = try ServiceSocket.ask(state, .start(hash: digest.bytes, options)) {
        guard reply.code == CommandError.Code.ok else { throw CommandError(reply.code, reply.message) }
        return Identifier(bytes: reply.run) ?? .none
      }
      let session = try RunSession.prepare(state: state, requestHash: digest.bytes, options: options)
      if options.standing {
        // Kept for the daemon that may be started later.
        do throws(CommandError) {
          try StandingRun(options: options, request: session.request).save(state)
        } catch {
          session.abandon(error)
          throw error
        }
      }
      return try startOwn(session)
    } catch {
      throw Self.service(error)
    }
  }

  private func startOwn(_ session: RunSession) throws(CommandError) -> Identifier {
    defer { session.release() }
    let first = cboard_fork()
    if first == 0 { Self.leave(session) }
    guard first > 0 else {
      throw CommandError(
        CommandError.Code.failed, "no process for the run: \(StateFiles.errorText(-first)); try again")
    }
    var code: Int32 = 0
    _ = cboard_wait(first, 1, &code)
    return Identifier(bytes: session.request.runID) ?? .none
  }

  /// In the first child: a new session, standard streams away from the connection, and a second child that stays.
  private static func leave(_ session: RunSession) -> Never {
    _ = cboard_new_session()
    let quiet = cboard_open("/dev/null", UInt32(CBOARD_READ | CBOARD_WRITE), 0)
    if quiet >= 0 {
      _ = cboard_dup2(quiet, 0)
      _ = cboard_dup2(quiet, 1)
    }
    let log = cboard_open(
      session.state.directory + "/run/log", UInt32(CBOARD_WRITE | CBOARD_CREATE | CBOARD_TRUNCATE), 0o640)
    if log >= 0 { _ = cboard_dup2(log, 2) }
    let second = cboard_fork()
    if second == 0 { cboard_exit_now(RunSupervisor(session: session).run()) }
    cboard_exit_now(second > 0 ? 0 : 1)
  }

  mutating func stopRun() throws(ServiceError) {
    do throws(CommandError) {
      if let reply = try ServiceSocket.ask(state, .stop) {
        guard reply.code == CommandError.Code.ok else { throw CommandError(reply.code, reply.message) }
        return
      }
      try StandingRun.remove(state)
    } catch {
      throw Self.service(error)
    }
    guard let loop = StatusCommand.current(state), loop.phase == .running || loop.phase == .starting else { return }
    guard let page = try? RunSession.openPage(state, readOnly: false) else {
      throw ServiceError(.failed, "the run's status page cannot be opened", remedy: "check the board's state folder")
    }
    cboard_store_release_u32(page.word(StatusPage.Word.stop), 1)
    page.unmap()
  }

  mutating func safe() throws(ServiceError) {
    try stopRun()
    // The run writes them itself on its way out; without one they are written here.
    let deadline = cboard_monotonic_ns() + 5_000_000_000
    while let loop = StatusCommand.current(state), loop.phase == .running || loop.phase == .starting {
      guard cboard_monotonic_ns() < deadline else {
        throw ServiceError(.busy, "the run did not end in 5 s", remedy: "look at the board's log, or kill edged there")
      }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 5_000_000)
    }
    do throws(CommandError) {
      let failures = try SafeCommand.write(state)
      guard failures == 0 else {
        throw SafeCommand.failed(failures)
      }
    } catch {
      throw Self.service(error)
    }
  }
}
