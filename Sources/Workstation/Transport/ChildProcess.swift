import CBoard
import Foundation

/// Another program, started with three open files as its standard streams; others pass to it unless they close on exec.
///
/// Foundation's `Process` takes a child for running as long as any descendant of it lives; a board's session leaves a run
/// behind that outlives it, so children are started and waited for by the system's own calls.
public final class ChildProcess {
  /// The process's id.
  public let id: Int32
  private var code: Int32?

  /// - Parameters:
  ///   - program: path of the program.
  ///   - environment: the child's whole environment.
  ///   - streams: descriptors that become its standard input, output and error; they stay open here.
  /// - Throws: `TransportError.cannotStart`.
  public init(
    _ program: String, _ arguments: [String],
    environment: [String: String] = ProcessInfo.processInfo.environment,
    streams: (input: Int32, output: Int32, errors: Int32)
  ) throws(TransportError) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, source) in [streams.input, streams.output, streams.errors].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
    }
    // A group of its own: Ctrl-C is for this program, which ends its children in good order. And no signal arrives
    // blocked or ignored that this program has blocked or ignored for itself.
    posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, program, &actions, &attributes, words, settings)
    guard result == 0 else {
      throw TransportError.cannotStart("cannot start \(program): \(String(cString: strerror(result)))")
    }
    id = child
  }

  /// The exit code, or 128 and the signal that ended it; nil while it runs.
  public var exitCode: Int32? {
    if code == nil {
      var found: Int32 = 0
      let result = cboard_wait(id, 0, &found)
      if result == id { code = found }
      if result < 0, result != -CBOARD_EINTR { code = 1 }
    }
    return code
  }

  /// Sends a signal; nothing happens once it has ended.
  public func signal(_ number: Int32) {
    if exitCode == nil { _ = cboard_kill(id, number) }
  }

  /// Waits for its end for so long; the exit code, or nil.
  public func wait(seconds: Double) -> Int32? {
    let deadline = cboard_monotonic_ns() + UInt64(max(0, seconds) * 1e9)
    while exitCode == nil, cboard_monotonic_ns() < deadline {
      _ = cboard_sleep_until(min(deadline, cboard_monotonic_ns() + 2_000_000))
    }
    return exitCode
  }
}
