import Foundation
import PhysicalNetwork
import Stages
import Testing
import Workbench

/// A project with one virtual board in a folder of its own, worked on through the programs as a user would.
struct VirtualProject {
  let root: String
  static let board = "virtual"

  /// Makes it with `edgesync init --virtual`.
  init(in folder: String, nodes: Int = 4, benchSeed: Int = 1, name: String = "project") throws {
    root = folder + "/" + name
    let made = try execute(
      Programs.edgesync,
      ["init", root, "--virtual", "\(nodes)", "--bench-seed", "\(benchSeed)", "--edged", Programs.edged])
    try #require(made.code == 0, made.said)
  }

  /// The board's folder.
  var state: String { root + "/boards/virtual/state" }
  var boardPath: String { root + "/boards/virtual/board.toml" }
  var benchPath: String { root + "/boards/virtual/bench.toml" }
  var configPath: String { root + "/edgetwin.toml" }

  /// Runs `edgesync` in the project to its end.
  @discardableResult
  func sync(_ arguments: String...) throws -> Finished { try execute(Programs.edgesync, arguments, folder: root) }

  /// Runs `edgesync`, which must end well.
  @discardableResult
  func succeed(_ arguments: String...) throws -> Finished {
    let finished = try execute(Programs.edgesync, arguments, folder: root)
    try #require(finished.code == 0, finished.said)
    return finished
  }

  /// Starts `edgesync` in the project.
  func start(_ arguments: String...) throws -> RunningProgram {
    try RunningProgram(Programs.edgesync, arguments, folder: root)
  }

  /// Runs `edged COMMAND` on the board's folder.
  func edged(_ command: String, _ arguments: String...) throws -> Finished {
    try execute(Programs.edged, [command, "--state", state] + arguments)
  }

  /// A characterising run short enough for a test; the run's identifier.
  @discardableResult
  func characteriseBriefly(seed: Int = 1) throws -> String {
    let finished = try succeed(
      "characterise", "--steps", "600", "--repeats", "4", "--inputs", "2", "--seed", "\(seed)", "--json")
    return try #require(try JSON(finished.output)["run"].text)
  }

  /// Begins a run of some millions of steps, which nobody waits for to its end.
  func startLongRun() throws -> RunningProgram {
    let program = try start("characterise", "--steps", "100", "--repeats", "10000", "--inputs", "6")
    try #require(waitUntil { StatusFile(state).phase == .running }, Comment(rawValue: program.errors))
    return program
  }

  /// Edits a file of the project.
  func edit(_ path: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.contains(old), "\(path) has no '\(old)'")
    try text.replacingOccurrences(of: old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Compiles `bench.toml` again and gives it to the board, as a change of its hardware.
  func rebuildBench() throws {
    let bytes = try BenchFile.read(path: benchPath).encoded()
    try Data(bytes).write(to: URL(fileURLWithPath: state + "/bench.bin"))
  }

  /// Has the board run by the clock on the wall.
  func makeRealTime() throws { try edit(configPath, "\"serve\", ", "\"serve\", \"--real-time\", ") }

  /// The run as it lies in the board's own journal.
  func journal(_ run: String) throws -> RecordedRun { try RecordedRun.read(state + "/journal/" + run) }

  /// The segments of a run in a folder, one after the other.
  static func bytes(_ folder: String) throws -> Data {
    var all = Data()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      all.append(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }
    return all
  }
}
