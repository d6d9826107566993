import ArgumentParser
import Foundation
import Stages
import Workbench

/// Kinds of boards: their folders with profile, example description, wiring and boot configuration.
struct BoardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "board", abstract: "Lists the kinds of boards, checks their folders, draws their wiring.",
    subcommands: [List.self, Lint.self, Picture.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The kinds of boards there are.")

    @OptionGroup var common: Common

    struct Kind: Encodable {
      var name: String
      var title: String
      var architecture: String
      var folder: String
    }

    func run() throws {
      try common.result {
        let library = BoardLibrary.standard
        let kinds = try library.names.map { name in
          let folder = library.path(of: name) ?? name
          let profile = try BoardProfile.read(path: folder + "/" + BoardProfile.fileName)
          return Kind(name: name, title: profile.title, architecture: profile.architecture, folder: folder)
        }
        return (kinds, kinds.map { "\($0.name): \($0.title), \($0.architecture)" }.joined(separator: "\n"))
      }
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks that a board's folder is whole and its files agree: all boards where none is named.")

    @OptionGroup var common: Common

    @Argument(help: "Names of boards, or folders.")
    var boards: [String] = []

    struct Result: Encodable {
      var boards: Int
      var problems: [String]
    }

    func run() throws {
      var found: [BoardProblem] = []
      try common.result {
        let folders = try boards.isEmpty ? BoardCommand.all() : boards.map { try BoardCommand.folder($0) }
        found = folders.flatMap { BoardLint.problems(in: $0) }
        let lines = found.map(\.description)
        return (
          Result(boards: folders.count, problems: lines),
          lines.isEmpty ? "\(folders.count) boards, nothing to mend" : lines.joined(separator: "\n")
        )
      }
      if !found.isEmpty {
        throw ExitFailure(code: 1, message: "\(found.count) problems in the boards' folders (above)", json: false)
      }
    }
  }

  struct Picture: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draws a board's wiring from its description: \(BoardLint.picture) in its folder.")

    @OptionGroup var common: Common

    @Argument(help: "Names of boards, or folders; all boards where none is named.")
    var boards: [String] = []

    func run() throws {
      try common.result {
        let folders = try boards.isEmpty ? BoardCommand.all() : boards.map { try BoardCommand.folder($0) }
        var paths: [String] = []
        for folder in folders {
          let library = BoardLibrary(folder: URL(fileURLWithPath: folder + "/..").standardizedFileURL.path)
          let source = try BoardFile.source(path: folder + "/board.toml", library: library)
          guard let picture = WiringPicture.svg(source) else {
            throw StageError("\(folder)/board.toml names no profile, so its header is not known: add profile = \"…\"")
          }
          let path = folder + "/" + BoardLint.picture
          try AtomicFile.write(picture, to: path)
          paths.append(path)
        }
        return (paths, paths.joined(separator: "\n"))
      }
    }
  }

  private static func all() throws -> [String] {
    let library = BoardLibrary.standard
    guard !library.names.isEmpty else {
      throw StageError("there is no folder of boards: set EDGETWIN_BOARDS to the project's 'boards', or name a folder")
    }
    return library.names.compactMap { library.path(of: $0) }
  }

  /// The folder that is meant by a board's name or a path.
  private static func folder(_ given: String) throws -> String {
    let path = URL(fileURLWithPath: given).standardizedFileURL.path
    if FileManager.default.fileExists(atPath: path + "/board.toml") { return path }
    let library = BoardLibrary.standard
    if let known = library.path(of: given) { return known }
    let nearest = NearestName.of(given, in: library.names).map { ": did you mean '\($0)'?" }
    throw StageError(
      "there is no board '\(given)', and no folder of that name with a board.toml"
        + (nearest ?? "; known are \(library.names.joined(separator: ", "))"), code: Stages.ExitCode.usage)
  }
}
