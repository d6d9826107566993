import ArgumentParser
import Bundle
import Foundation
import Stages
import Workbench

struct Enroll: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns a board's identity, over ssh or the transport edgetwin.toml names.")

  @OptionGroup var common: Common

  @Argument(help: "The board's name in the project.")
  var board: String

  @Option(help: "Where it is reached by ssh, user@host; adds the board to edgetwin.toml.")
  var host: String?

  @Option(help: "Its description, board.toml; needed with --host.")
  var description: String?

  @Option(help: "Private ssh key to show it; ssh's own choice by default.")
  var identity: String?

  struct Result: Encodable {
    var board: String
    var id: String
    var nodes: Int
  }

  private var keyOptions: [String] { identity.map { ["-i", $0, "-o", "IdentitiesOnly=yes"] } ?? [] }

  func run() throws {
    try common.result {
      let space = try common.workspace()
      let projectFile = space.project.root + "/" + ProjectFile.fileName
      let before = host == nil ? nil : FileManager.default.contents(atPath: projectFile)
      if let host {
        guard let description else {
          throw StageError("--host needs --description, the board's board.toml", code: Stages.ExitCode.usage)
        }
        guard let data = FileManager.default.contents(atPath: description) else {
          throw StageError("\(description) cannot be read: correct --description", code: Stages.ExitCode.usage)
        }
        try space.project.addBoard(
          BoardEntry(name: board, transport: .ssh(host: host, options: keyOptions)),
          boardText: String(decoding: data, as: UTF8.self))
      }
      let record: BoardRecord
      do {
        record = try space.enroll(try space.board(board))
      } catch {
        // The same command must do once the board can be reached.
        if let before { try AtomicFile.write([UInt8](before), to: projectFile) }
        throw error
      }
      return (
        Result(board: record.name, id: record.id, nodes: record.nodes),
        "board \(record.name) is \(record.id), \(record.nodes) nodes"
      )
    }
  }
}
