import CBoard
import WireFormat

/// The way to a board's daemon: a lock that says it is there, and a socket in the state folder that only its user can open.
enum ServiceSocket {
  static let name = "daemon"

  /// Takes the daemon's lock; throws busy when another daemon has it.
  static func takeLock(_ state: BoardState) throws(CommandError) -> Int32 {
    let lock = cboard_open(state.daemonLockPath, UInt32(CBOARD_WRITE | CBOARD_CREATE), 0o640)
    guard lock >= 0 else { throw StateFiles.fault("open", state.daemonLockPath, -lock) }
    // Whoever looks whether there is a daemon holds it for a moment.
    let deadline = cboard_monotonic_ns() + 500_000_000
    while true {
      let result = cboard_lock(lock)
      if result == 0 { return lock }
      guard result == -CBOARD_EAGAIN, cboard_monotonic_ns() < deadline else {
        _ = cboard_close(lock)
        if result == -CBOARD_EAGAIN {
          throw CommandError(
            CommandError.Code.busy, "another edged daemon has this board: stop it first ('systemctl stop edged')")
        }
        throw StateFiles.fault("lock", state.daemonLockPath, -result)
      }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 2_000_000)
    }
  }

  /// Whether a daemon holds the board.
  static func isServed(_ state: BoardState) -> Bool {
    let lock = cboard_open(state.daemonLockPath, UInt32(CBOARD_WRITE), 0)
    guard lock >= 0 else { return false }
    let result = cboard_lock(lock)
    _ = cboard_close(lock)
    return result == -CBOARD_EAGAIN
  }

  /// Asks the daemon and waits for its answer; nil when there is no daemon.
  ///
  /// - Parameter patience: nanoseconds; a daemon that has just started may not listen yet.
  static func ask(
    _ state: BoardState, _ request: ServiceRequest, patience: UInt64 = 15_000_000_000
  ) throws(CommandError) -> ServiceReply? {
    let deadline = cboard_monotonic_ns() + patience
    while isServed(state) {
      let socket = cboard_local_connect(state.runDirectory, name)
      if socket >= 0 {
        defer { _ = cboard_close(socket) }
        return try exchange(socket, request, deadline)
      }
      guard socket == -CBOARD_ENOENT || socket == -CBOARD_ECONNREFUSED || socket == -CBOARD_EAGAIN else {
        throw StateFiles.fault("reach the service through", state.runDirectory + "/daemon", -socket)
      }
      guard cboard_monotonic_ns() < deadline else { throw silent }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 20_000_000)
    }
    return nil
  }

  private static var silent: CommandError {
    CommandError(
      CommandError.Code.failed,
      "the board's service does not answer: look at 'systemctl status edged' there, or restart it")
  }

  private static func exchange(
    _ socket: Int32, _ request: ServiceRequest, _ deadline: UInt64
  ) throws(CommandError) -> ServiceReply {
    let bytes = request.encoded
    let sent = bytes.withUnsafeBytes { cboard_write(socket, $0.baseAddress, $0.count) }
    guard sent == Int64(bytes.count), let reply = receive(socket, until: deadline) else { throw silent }
    do throws(WireError) {
      return try ServiceReply(decoding: reply)
    } catch {
      throw CommandError(
        CommandError.Code.failed,
        "the board's service is another version of edged: restart it ('systemctl restart edged')")
    }
  }

  /// One packet; nil when none comes in time.
  static func receive(_ socket: Int32, until deadline: UInt64) -> [UInt8]? {
    while true {
      let now = cboard_monotonic_ns()
      guard now < deadline else { return nil }
      let ready = cboard_poll(socket, UInt32(CBOARD_POLL_IN), Int32(clamping: (deadline - now) / 1_000_000 + 1))
      if ready == -CBOARD_EINTR, cboard_signal_pending() == 0 { continue }
      guard ready > 0 else { return nil }
      var got: Int64 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
        got = cboard_read(socket, buffer.baseAddress, buffer.count)
        count = Int(max(got, 0))
      }
      return got > 0 ? bytes : nil
    }
  }
}
