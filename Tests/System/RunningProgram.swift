import Foundation
import Testing
import Transport

/// What a finished program left.
struct Finished {
  /// Its exit code, or 128 and the signal that ended it.
  var code: Int32
  var output: String
  var errors: String

  /// Everything it said, for a failing test's message.
  var said: Comment { Comment(rawValue: "exit \(code)\n\(output)\n\(errors)") }
}

/// A program while it runs. Its streams are files, not pipes: a child that outlives it must not keep the test waiting.
final class RunningProgram {
  private let process: ChildProcess
  private let base = NSTemporaryDirectory() + "edgetwin-\(UUID().uuidString)"

  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
    input: Data? = nil
  ) throws {
    try (input ?? Data()).write(to: URL(fileURLWithPath: base + ".in"))
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let streams = (
      input: open(base + ".in", O_RDONLY | O_CLOEXEC), output: open(base + ".out", flags, 0o600),
      errors: open(base + ".err", flags, 0o600)
    )
    defer { for stream in [streams.input, streams.output, streams.errors] { close(stream) } }
    let line = folder.map { ["-C", $0, program] + arguments } ?? [program] + arguments
    process = try ChildProcess(
      "/usr/bin/env", line, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
      streams: streams)
  }

  deinit {
    process.signal(SIGKILL)
    _ = process.wait(seconds: 5)
    for suffix in [".out", ".err", ".in"] { try? FileManager.default.removeItem(atPath: base + suffix) }
  }

  var id: Int32 { process.id }
  var isRunning: Bool { process.exitCode == nil }

  /// What it has said on standard error so far.
  var errors: String { (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? "" }

  func signal(_ number: Int32) { process.signal(number) }

  /// Waits for its end; one that takes longer than `seconds` is killed.
  func finish(seconds: Double = 120) -> Finished {
    var code = process.wait(seconds: seconds)
    if code == nil {
      process.signal(SIGKILL)
      code = process.wait(seconds: 5)
    }
    return Finished(
      code: code ?? -1, output: (try? String(contentsOfFile: base + ".out", encoding: .utf8)) ?? "", errors: errors)
  }
}

/// Runs a program to its end.
func execute(
  _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
  input: Data? = nil
) throws -> Finished {
  try RunningProgram(program, arguments, environment: environment, folder: folder, input: input).finish()
}

/// Looks every few milliseconds until something holds; false when it never does.
func waitUntil(seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = Date().addingTimeInterval(seconds)
  while Date() < deadline {
    if try condition() { return true }
    usleep(3000)
  }
  return false
}
