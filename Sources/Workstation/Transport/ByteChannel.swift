import CBoard
import Foundation

/// A child process's standard input and output as a byte stream with timeouts; its standard error is kept for messages.
final class ByteChannel {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private var errorText = Data()
  private let name: String

  init(_ endpoint: Endpoint) throws(TransportError) {
    name = endpoint.description
    let line = endpoint.commandLine
    guard let path = Self.resolve(line.program) else {
      throw TransportError.cannotStart(
        "there is no program \(line.program) on the search path; install it, or give its full path in edgetwin.toml")
    }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = line.arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw TransportError.cannotStart("cannot start \(path): \(error.localizedDescription)")
    }
    // The child's ends stay with the child alone, so that its death is seen here.
    try? input.fileHandleForReading.close()
    try? output.fileHandleForWriting.close()
    try? errors.fileHandleForWriting.close()
    _ = cboard_set_nonblocking(errors.fileHandleForReading.fileDescriptor, 1)
  }

  private static func resolve(_ program: String) -> String? {
    let manager = FileManager.default
    if program.contains("/") { return manager.isExecutableFile(atPath: program) ? program : nil }
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in folders.split(separator: ":") {
      let path = "\(folder)/\(program)"
      if manager.isExecutableFile(atPath: path) { return path }
    }
    return nil
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8]) throws(TransportError) {
    let result = bytes.withUnsafeBytes {
      cboard_write_all(input.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count, 30_000)
    }
    guard result == 0 else { throw gone("the board stopped taking data") }
  }

  /// The next bytes, at least one.
  func receive(timeoutSeconds: Int) throws(TransportError) -> [UInt8] {
    let descriptor = output.fileHandleForReading.fileDescriptor
    let begun = cboard_monotonic_ns()
    while true {
      let ready = cboard_poll(descriptor, UInt32(CBOARD_POLL_IN), 250)
      drainErrors()
      if ready == 0 {
        let waited = Int((cboard_monotonic_ns() - begun) / 1_000_000_000)
        // Somebody who pressed Ctrl-C waits for a board that is there, but not for one that is gone.
        if waited >= (cboard_signal_pending() != 0 ? min(2, timeoutSeconds) : timeoutSeconds) {
          throw TransportError.timeout(seconds: waited, tail(name))
        }
        continue
      }
      if ready == -CBOARD_EINTR { continue }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = buffer.withUnsafeMutableBytes { cboard_read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { return Array(buffer[0..<Int(count)]) }
      if count == -Int64(CBOARD_EINTR) || count == -Int64(CBOARD_EAGAIN) { continue }
      throw gone("the board ended the connection")
    }
  }

  private func gone(_ text: String) -> TransportError {
    // What it said last may still be on its way.
    _ = cboard_poll(errors.fileHandleForReading.fileDescriptor, UInt32(CBOARD_POLL_IN), 200)
    drainErrors()
    return .closed(tail("\(text) (\(name))"))
  }

  private func tail(_ text: String) -> String {
    let said = String(decoding: errorText.suffix(2000), as: UTF8.self)
      .split(separator: "\n").suffix(3).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " | ")
    return said.isEmpty ? text : "\(text); it said: \(said)"
  }

  private func drainErrors() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = buffer.withUnsafeMutableBytes {
        cboard_read(errors.fileHandleForReading.fileDescriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { return }
      errorText.append(contentsOf: buffer[0..<Int(count)])
      if errorText.count > 65_536 { errorText.removeFirst(errorText.count - 16_384) }
    }
  }

  /// Ends the connection and the process.
  func close() {
    try? input.fileHandleForWriting.close()
    for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    try? output.fileHandleForReading.close()
    try? errors.fileHandleForReading.close()
  }
}
