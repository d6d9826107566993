import CBoard
import SyncProtocol
import WireFormat

/// Standard input and output for one session of the protocol.
enum ServeLoop {
  /// Answers until the workstation goes away; the exit code.
  static func run(_ state: BoardState, realTime: Bool) -> Int32 {
    _ = cboard_signals_install()
    var size: Int64 = 0
    let virtual = cboard_path_size(state.benchPath, &size) == 0
    let hello = Hello(
      board: Identifier(bytes: state.boardID) ?? .none, name: state.name, program: "edged " + Version.text,
      virtual: virtual)
    var server = SyncServer(services: BoardServer(state, realTime: realTime), hello: hello)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while cboard_signal_pending() == 0 {
      let count = cboard_read(0, buffer.baseAddress, buffer.count)
      if count == -Int64(CBOARD_EINTR) { continue }
      if count == -Int64(CBOARD_EAGAIN) {
        _ = cboard_poll(0, UInt32(CBOARD_POLL_IN), -1)
        continue
      }
      guard count > 0 else { return count == 0 ? CommandError.Code.ok : CommandError.Code.failed }
      var rest = UnsafeRawBufferPointer(rebasing: buffer[0..<Int(count)])
      repeat {
        let used = server.receive(rest)
        rest = UnsafeRawBufferPointer(rebasing: rest[used...])
        guard flush(&server) else { return CommandError.Code.failed }
        if let closing = server.closing {
          Log.warning("connection closed: " + closing.message)
          return CommandError.Code.failed
        }
      } while !rest.isEmpty
    }
    return CommandError.Code.ok
  }

  private static func flush(_ server: inout SyncServer<BoardServer>) -> Bool {
    let output = server.output
    guard !output.isEmpty else { return true }
    let result = output.withUnsafeBytes { cboard_write_all(1, $0.baseAddress, $0.count, 60_000) }
    server.sent(output.count)
    return result == 0
  }
}
