import Foundation
import PhysicalNetwork
import SyncProtocol
import Testing
import Transport
import WireFormat
import Workbench

/// `edged daemon` on a virtual board's folder, as systemd would start it.
final class BoardDaemon {
  let program: RunningProgram
  let notify: NotifySocket
  private let project: VirtualProject

  init(_ project: VirtualProject, watchdog seconds: Double = 1, _ arguments: [String] = []) throws {
    self.project = project
    notify = try NotifySocket()
    let notify = notify
    program = try RunningProgram(
      Programs.edged, ["daemon", "--state", project.state] + arguments,
      // The backtracer of ordinary Swift builds would keep what has crashed alive for a while; boards have none.
      environment: [
        "SWIFT_BACKTRACE": "enable=no", "NOTIFY_SOCKET": notify.name, "WATCHDOG_USEC": "\(Int(seconds * 1_000_000))",
      ])
    try #require(waitUntil { notify.texts.contains("READY=1") }, Comment(rawValue: program.errors))
  }

  deinit {
    notify.end()
    guard program.isRunning else { return }
    // What it left running goes with it.
    let status = StatusFile(project.state)
    if status.phase != .ended { for id in [status.loopWord, status.supervisor] where id > 1 { kill(id, SIGKILL) } }
  }

  /// Its own process: the test's child is the program that started it.
  var process: Int32 { program.id }

  /// Ends it as systemd does.
  func stop() -> Finished {
    program.signal(SIGTERM)
    return program.finish(seconds: 30)
  }
}

extension VirtualProject {
  /// Starts a run of the board's own levels that nobody waits for; its identifier.
  @discardableResult
  func startRun(repeats: UInt32 = 1_000_000, flags: UInt8 = 0, id: UInt8 = 7) throws -> Identifier {
    let board = try BoardFile.read(path: boardPath)
    let steps = 16
    let codes = (0..<steps).flatMap { step in board.drives.map { step % 2 == 0 ? $0.lowCode : $0.highCode } }
    let request = RunRequest(
      runID: [UInt8](repeating: id, count: 16), mode: .characterise, label: "test",
      driveCount: UInt16(board.drives.count),
      blocks: [DriveBlock(settleSteps: 1, repeats: repeats, steps: UInt32(steps), codes: codes)])
    let connection = try connect()
    defer { connection.close() }
    return try connection.startRun(try connection.put(.runRequest, request.encoded()), flags: flags)
  }

  /// A session as a workstation's.
  func connect() throws -> BoardConnection {
    try BoardConnection(.process(program: Programs.edged, arguments: ["serve", "--state", state]), program: "test")
  }

  /// What the board says of itself.
  func boardStatus() throws -> BoardStatus {
    let connection = try connect()
    defer { connection.close() }
    return try connection.status()
  }

  /// Waits until the loop makes steps, and its drives are not at their safe values.
  func awaitDriving() throws {
    try #require(
      waitUntil { StatusFile(state).phase == .running && StatusFile(state).beat > 10 }, "the run makes no steps")
  }

  /// Waits until no process holds the board.
  func awaitIdle(seconds: Double = 20) throws {
    try #require(waitUntil(seconds: seconds) { StatusFile(state).phase == .ended }, "the run does not end")
  }
}
