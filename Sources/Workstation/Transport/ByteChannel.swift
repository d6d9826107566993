import CBoard
import Foundation

/// A child process's standard input and output as a byte stream with timeouts; its standard error is kept for messages.
final class ByteChannel {
  private let process: ChildProcess
  // Our ends of the child's three streams.
  private let input: Int32
  private let output: Int32
  private let errors: Int32
  private var errorText = Data()
  private let name: String
  private var isOpen = true

  init(_ endpoint: Endpoint) throws(TransportError) {
    name = endpoint.description
    let line = endpoint.commandLine
    guard let path = Self.resolve(line.program) else {
      throw TransportError.cannotStart(
        "there is no program \(line.program) on the search path; install it, or give its full path in edgetwin.toml")
    }
    let pipes = try Self.pipes()
    // The child's ends stay with the child alone, so that its death is seen here.
    defer { for end in [pipes[0].read, pipes[1].write, pipes[2].write] { _ = cboard_close(end) } }
    (input, output, errors) = (pipes[0].write, pipes[1].read, pipes[2].read)
    do throws(TransportError) {
      process = try ChildProcess(
        path, line.arguments, streams: (pipes[0].read, pipes[1].write, pipes[2].write))
    } catch {
      for end in [pipes[0].write, pipes[1].read, pipes[2].read] { _ = cboard_close(end) }
      throw error
    }
    for end in [input, errors] { _ = cboard_set_nonblocking(end, 1) }
  }

  deinit { close() }

  private static func pipes() throws(TransportError) -> [(read: Int32, write: Int32)] {
    var made: [(read: Int32, write: Int32)] = []
    for _ in 0..<3 {
      var ends: [Int32] = [-1, -1]
      let result = cboard_pipe(&ends)
      guard result == 0 else {
        for pipe in made { for end in [pipe.read, pipe.write] { _ = cboard_close(end) } }
        throw TransportError.cannotStart("no pipe to a child process: \(String(cString: strerror(-result)))")
      }
      made.append((ends[0], ends[1]))
    }
    return made
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
      cboard_write_all(input, $0.baseAddress, $0.count, 30_000)
    }
    guard result == 0 else { throw gone("the board stopped taking data") }
  }

  /// The next bytes, at least one.
  func receive(timeoutSeconds: Int) throws(TransportError) -> [UInt8] {
    let descriptor = output
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
    _ = cboard_poll(errors, UInt32(CBOARD_POLL_IN), 200)
    drainErrors()
    return .closed(tail("\(text) (\(name))"))
  }

  private func tail(_ text: String) -> String {
    let said = String(decoding: errorText.suffix(2000), as: UTF8.self)
      .split(separator: "\n").suffix(3).map { Self.words($0.trimmingCharacters(in: .whitespaces)) }
      .joined(separator: " | ")
    return said.isEmpty ? text : "\(text); it said: \(said)"
  }

  /// A line without the priority the board's program puts before it.
  private static func words(_ line: String) -> String {
    guard line.count > 3, line.hasPrefix("<"), line.dropFirst(2).first == ">" else { return line }
    return String(line.dropFirst(3))
  }

  private func drainErrors() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = buffer.withUnsafeMutableBytes {
        cboard_read(errors, $0.baseAddress, $0.count)
      }
      guard count > 0 else { return }
      errorText.append(contentsOf: buffer[0..<Int(count)])
      if errorText.count > 65_536 { errorText.removeFirst(errorText.count - 16_384) }
    }
  }

  /// Ends the connection and the process.
  func close() {
    guard isOpen else { return }
    isOpen = false
    _ = cboard_close(input)
    if process.wait(seconds: 2) == nil {
      process.signal(CBOARD_SIGTERM)
      if process.wait(seconds: 1) == nil {
        process.signal(CBOARD_SIGKILL)
        _ = process.wait(seconds: 1)
      }
    }
    _ = cboard_close(output)
    _ = cboard_close(errors)
  }
}
