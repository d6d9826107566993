import Foundation
import Testing

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
  let process = Process()
  private let base = NSTemporaryDirectory() + "edgetwin-\(UUID().uuidString)"

  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
    input: Data? = nil
  ) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    for name in [base + ".out", base + ".err"] { _ = FileManager.default.createFile(atPath: name, contents: nil) }
    _ = FileManager.default.createFile(atPath: base + ".in", contents: input ?? Data())
    process.standardOutput = FileHandle(forWritingAtPath: base + ".out")
    process.standardError = FileHandle(forWritingAtPath: base + ".err")
    process.standardInput = FileHandle(forReadingAtPath: base + ".in")
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    for suffix in [".out", ".err", ".in"] { try? FileManager.default.removeItem(atPath: base + suffix) }
  }

  var id: Int32 { process.processIdentifier }

  /// What it has said on standard error so far.
  var errors: String { (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? "" }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for its end; one that takes longer than `seconds` is killed.
  func finish(seconds: Double = 240) -> Finished {
    let deadline = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < deadline { usleep(2000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return Finished(
      code: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: (try? String(contentsOfFile: base + ".out", encoding: .utf8)) ?? "", errors: errors)
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
