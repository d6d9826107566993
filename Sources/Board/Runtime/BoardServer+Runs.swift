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

  /// Checks the run and hands it to a supervisor that leaves this session.
  mutating func startRun(digest: Digest) throws(ServiceError) -> Identifier {
    let session: RunSession
    do throws(CommandError) {
      session = try RunSession.prepare(state: state, requestHash: digest.bytes)
    } catch {
      throw Self.service(error)
    }
    defer {
      _ = cboard_close(session.lock)
      session.page.unmap()
    }
    let first = cboard_fork()
    if first == 0 { Self.leave(session, realTime: realTime) }
    guard first > 0 else {
      throw ServiceError(.failed, "no process for the run: " + StateFiles.errorText(-first), remedy: "try again")
    }
    var code: Int32 = 0
    _ = cboard_wait(first, 1, &code)
    return Identifier(bytes: session.request.runID) ?? .none
  }

  /// In the first child: a new session, standard streams away from the connection, and a second child that stays.
  private static func leave(_ session: RunSession, realTime: Bool) -> Never {
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
    if second == 0 { cboard_exit_now(RunSupervisor(session: session, realTime: realTime).run()) }
    cboard_exit_now(second > 0 ? 0 : 1)
  }

  mutating func stopRun() throws(ServiceError) {
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
        throw CommandError(
          CommandError.Code.partial, "\(failures) chips did not take their safe values: check power and wiring")
      }
    } catch {
      throw Self.service(error)
    }
  }
}
