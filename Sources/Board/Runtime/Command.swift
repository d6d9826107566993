import CBoard
import WireFormat

/// The commands of `edged`.
public enum Command {
  /// Runs the command the program was started with; the exit code.
  public static func main() -> Int32 {
    do throws(CommandError) {
      return try run()
    } catch {
      Log.error(error.message)
      return error.code
    }
  }

  private static func run() throws(CommandError) -> Int32 {
    guard let name = Arguments.text(1) else {
      throw CommandError(CommandError.Code.usage, Usage.text)
    }
    let shared = ["--state", "--trusted"]
    if Arguments.same(name, "version") || Arguments.same(name, "--version") { return put("edged \(Version.text)") }
    if Arguments.same(name, "help") || Arguments.same(name, "--help") { return put(Usage.text) }
    if Arguments.same(name, "init") {
      return try initialise(
        Arguments(
          from: 2, options: shared + ["--name", "--board-id", "--bench", "--trust"], flags: ["--force"]))
    }
    if Arguments.same(name, "serve") {
      let arguments = try Arguments(from: 2, options: shared, flags: ["--real-time"])
      return ServeLoop.run(try open(arguments), realTime: arguments.has("--real-time"))
    }
    if Arguments.same(name, "daemon") {
      let arguments = try Arguments(from: 2, options: shared + ["--proven-after"], flags: ["--real-time"])
      var options = DaemonOptions()
      options.realTime = arguments.has("--real-time")
      if let seconds = try arguments.whole("--proven-after") { options.provenAfter = seconds &* 1_000_000_000 }
      return try Daemon.main(try open(arguments), options)
    }
    if Arguments.same(name, "run") {
      let arguments = try Arguments(from: 2, options: shared + ["--request"], flags: ["--real-time", "--partial"])
      guard let hash = try arguments.hex("--request", count: 32) else {
        throw CommandError(CommandError.Code.usage, "--request is missing; see 'edged help'")
      }
      var wanted = RunOptions()
      wanted.realTime = arguments.has("--real-time")
      wanted.partial = arguments.has("--partial")
      let session = try RunSession.prepare(state: try open(arguments), requestHash: hash, options: wanted)
      return RunSupervisor(session: session).run()
    }
    if Arguments.same(name, "safe") {
      let arguments = try Arguments(from: 2, options: shared, flags: ["--force"])
      return try SafeCommand.run(try open(arguments), force: arguments.has("--force"))
    }
    if Arguments.same(name, "bench") {
      let arguments = try Arguments(from: 2, options: shared + ["--steps"], flags: ["--real-time"])
      let steps = try arguments.whole("--steps") ?? 1000
      return try BenchCommand.run(try open(arguments), steps: steps, realTime: arguments.has("--real-time"))
    }
    if Arguments.same(name, "doctor") {
      let arguments = try Arguments(from: 2, options: shared, flags: ["--json"])
      return try Doctor.run(try open(arguments), json: arguments.has("--json"))
    }
    if Arguments.same(name, "metrics") {
      let arguments = try Arguments(from: 2, options: shared + ["--textfile"], flags: [])
      return try Metrics.run(try open(arguments), textfile: arguments.value("--textfile"))
    }
    if Arguments.same(name, "status") {
      return try StatusCommand.run(try open(Arguments(from: 2, options: shared, flags: [])))
    }
    throw CommandError(CommandError.Code.usage, "there is no command '\(name)'; see 'edged help'")
  }

  static func put(_ text: String) -> Int32 {
    let bytes = Array((text + "\n").utf8)
    let result = bytes.withUnsafeBytes { cboard_write_all(1, $0.baseAddress, $0.count, -1) }
    return result == 0 ? CommandError.Code.ok : CommandError.Code.failed
  }

  private static func open(_ arguments: Arguments) throws(CommandError) -> BoardState {
    try BoardState(
      directory: arguments.value("--state") ?? "/var/lib/edged", trustedDirectory: trustedDirectory(arguments))
  }

  /// Where the trusted keys are; nil for the state folder's own.
  private static func trustedDirectory(_ arguments: Arguments) -> String? {
    arguments.value("--trusted") ?? (arguments.value("--state") == nil ? "/etc/edged/trusted.d" : nil)
  }

  private static func initialise(_ arguments: Arguments) throws(CommandError) -> Int32 {
    let directory = arguments.value("--state") ?? "/var/lib/edged"
    var bench: [UInt8]?
    if let path = arguments.value("--bench") { bench = try file(path) }
    var key: [UInt8]?
    if let path = arguments.value("--trust") {
      let bytes = try file(path)
      guard bytes.count == 32 else {
        throw CommandError(CommandError.Code.usage, "\(path) is no public key: it has \(bytes.count) bytes, not 32")
      }
      key = bytes
    }
    try BoardState.create(
      directory: directory, name: try arguments.required("--name"), boardID: try arguments.hex("--board-id", count: 16),
      bench: bench, trustedKey: key, force: arguments.has("--force"), trustedDirectory: trustedDirectory(arguments))
    let state = try BoardState(directory: directory, trustedDirectory: trustedDirectory(arguments))
    return put("board \(Hex.text(state.boardID)) \(state.name)")
  }

  private static func file(_ path: String) throws(CommandError) -> [UInt8] {
    guard let bytes = try StateFiles.read(path, limit: 4 << 20) else {
      throw CommandError(CommandError.Code.usage, "there is no file \(path)")
    }
    return bytes
  }
}
