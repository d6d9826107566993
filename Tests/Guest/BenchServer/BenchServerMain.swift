import CBenchServer
import CBoard
import VirtualBench
import WireFormat

/// Answers the transfers of the test module's I2C adapters (Tests/Guest/i2c-relay) from a virtual bench, in real time.
///
///     bench-server BENCH STATE COMMANDS [LINES]
///
/// BENCH is a bench file as `edgesync` puts it on a virtual board (bench.bin); bus n of it is adapter n. STATE keeps the
/// chips' registers while the server is not running. COMMANDS is a FIFO that takes commands (`FaultCommands`), or `-`.
/// LINES is the folder of a gpio-sim chip whose line n is the bench's line n (`LineMirror`).
@main
struct BenchServerMain {
  static func main() {
    do throws(ServerFault) {
      try serve()
    } catch {
      say("bench-server: " + error.text)
      cboard_exit(1)
    }
  }

  private static func serve() throws(ServerFault) {
    let count = Int(cboard_argument_count())
    guard count == 4 || count == 5 else { throw ServerFault("usage: bench-server BENCH STATE COMMANDS|- [LINES]") }
    let bench = try BenchFile.open(argument(1), state: argument(2))
    let commands = try argument(3) == "-" ? nil : FaultCommands(fifo: argument(3))
    var mirror = try count == 5 ? LineMirror(bench, folder: argument(4)) : nil
    let relay = try RelayDevice("/dev/i2c-relay")
    // A board's chips answer at once; so nothing else of the guest may keep the server from it.
    if cboard_lock_memory() != 0 || cboard_realtime_priority(60) != 0 { say("bench-server: not in real time") }
    _ = cboard_signals_install()
    say("bench-server: serving \(bench.busCount) buses")
    while cboard_signal_pending() == 0 {
      let ready = benchserver_wait(relay.file, commands?.file ?? -1, mirror?.period ?? -1)
      if ready < 0 { throw ServerFault("waiting failed", -ready) }
      if ready & 1 != 0 { try relay.answerOne(bench, commands?.faults ?? Faults()) }
      if ready & 2 != 0 { try commands?.take(bench, mirror) }
      mirror?.follow(bench)
    }
    say("bench-server: ended")
  }

  private static func argument(_ index: Int) throws(ServerFault) -> String {
    guard let text = cboard_argument(Int32(index)) else { throw ServerFault("an argument is missing") }
    return String(cString: text)
  }

  /// A line on standard output, at once.
  static func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { cboard_write_all(1, $0.baseAddress, $0.count, 1_000) }
  }
}

/// What ends the server.
struct ServerFault: Error {
  let text: String

  init(_ what: String, _ errno: Int32 = 0) {
    guard errno != 0 else {
      text = what
      return
    }
    var buffer = [CChar](repeating: 0, count: 128)
    cboard_error_text(errno, &buffer, buffer.count)
    text =
      what + ": " + (buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? "error \(errno)")
  }
}
