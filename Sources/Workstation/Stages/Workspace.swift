import Bundle
import CBoard
import Foundation
import PhysicalNetwork
import Transport
import WireFormat
import Workbench

/// The project a command works in, its console, and how its boards are reached.
public final class Workspace {
  public let project: Project
  public let console: Console
  /// When things were made; fixed for a run that must be repeatable.
  public let now: () -> Date

  public init(project: Project, console: Console, now: @escaping () -> Date = { Date() }) {
    self.project = project
    self.console = console
    self.now = now
  }

  /// The project that `folder` is in.
  public static func find(_ folder: String, console: Console) throws -> Workspace {
    Workspace(project: try Project.find(from: folder), console: console)
  }

  /// The only board of the project, or the named one.
  public func board(_ name: String?) throws -> BoardEntry {
    if let name { return try project.board(name) }
    let boards = try project.file().boards
    guard boards.count == 1 else {
      throw StageError(
        boards.isEmpty
          ? "the project has no boards: add one with 'edgesync enroll'"
          : "the project has \(boards.count) boards: name one of \(boards.map(\.name).joined(separator: ", "))",
        code: ExitCode.usage)
    }
    return boards[0]
  }

  /// Opens a connection to a board.
  public func connect(_ board: BoardEntry) throws -> BoardConnection {
    let endpoint: Endpoint
    switch board.transport {
    case .pipe(let command):
      endpoint = .process(program: command[0], arguments: Array(command.dropFirst()))
    case .ssh(let host, let options):
      endpoint = .ssh(destination: host, options: hostKeyOptions + options, command: "edged serve")
    case .folder(let path):
      throw StageError(
        "board '\(board.name)' is reached through the folder \(path), which this version cannot do yet: use pipe or ssh",
        code: ExitCode.noSuchBoard)
    }
    let connection = try BoardConnection(endpoint, program: "edgesync " + StageVersion.text)
    connection.onNotice = { [console] in console.say("    board: \($0)") }
    return connection
  }

  /// ssh knows boards this project flashed by the host keys it gave them, besides those it knows by itself.
  private var hostKeyOptions: [String] {
    guard FileManager.default.fileExists(atPath: project.knownHostsPath), !project.knownHostsPath.contains("\"") else {
      return []
    }
    // A percent sign would begin one of ssh's own names.
    let path = project.knownHostsPath.replacingOccurrences(of: "%", with: "%%")
    return ["-o", "UserKnownHostsFile=\"\(path)\" ~/.ssh/known_hosts ~/.ssh/known_hosts2"]
  }

  /// Opens a connection, does something with it, and closes it whatever happens.
  public func withConnection<T>(_ board: BoardEntry, _ body: (BoardConnection) throws -> T) throws -> T {
    let connection = try connect(board)
    defer { connection.close() }
    if let record = try project.catalog.board(named: board.name), record.id != connection.board.board.description {
      throw StageError(
        "'\(board.name)' answers as board \(connection.board.board), but \(record.id) was enrolled under this name: "
          + "twins and traces belong to one board; enrol the new one under a name of its own",
        code: ExitCode.refused)
    }
    return try body(connection)
  }

  /// The catalog's record of an enrolled board.
  public func record(_ board: BoardEntry) throws -> BoardRecord {
    guard let record = try project.catalog.board(named: board.name) else {
      throw StageError("board '\(board.name)' is not enrolled: run 'edgesync enroll \(board.name)' first")
    }
    return record
  }

  /// The board's description with its identity in it.
  public func description(_ board: BoardEntry) throws -> BoardDescription {
    let record = try record(board)
    guard let id = Hex.bytes(record.id) else { throw StageError("the catalog's board id '\(record.id)' is damaged") }
    return try BoardFile.read(path: project.boardPath(board.name), boardID: id)
  }

  /// The key that signs bundles.
  public func signingKey() throws -> SigningKey {
    guard let data = FileManager.default.contents(atPath: project.secretKeyPath),
      let key = SigningKey(seed: [UInt8](data.prefix(32)))
    else {
      throw StageError(
        "\(project.secretKeyPath) holds no signing key: restore it from a copy; without it no board accepts bundles")
    }
    return key
  }
}

/// The workstation's version.
public enum StageVersion {
  public static let text = "0.1.0"
}
