import ArgumentParser
import Foundation
import Stages
import Workbench

/// Options every command has.
struct Common: ParsableArguments {
  @Flag(help: "Print the result as one JSON object.")
  var json = false

  @Option(name: .customLong("project"), help: "The project's folder, or one inside it.")
  var project = "."

  func workspace() throws -> Workspace { try Workspace.find(project, console: Console()) }

  /// Runs a command's body; its result is printed, its errors become messages and exit codes.
  func result<Value: Encodable>(_ body: () throws -> (value: Value, text: String)) throws {
    do {
      let (value, text) = try body()
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
      } else if !text.isEmpty {
        print(text)
      }
    } catch {
      throw Failure.describe(error, json: json)
    }
  }
}

extension Common {
  /// After a result that is not whole: says so, with the exit code for partial. The result has been printed.
  static func partial(_ message: String?) throws {
    guard let message else { return }
    throw ExitFailure(code: Stages.ExitCode.partial, message: message, json: false)
  }
}

/// The board a command is for.
struct BoardArgument: ParsableArguments {
  @Argument(help: "The board's name in edgetwin.toml; may be left out where there is one.")
  var board: String?
}

/// Where the board's program is for virtual boards.
enum EdgedProgram {
  /// This program's own file.
  static var own: URL {
    URL(fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/")
  }

  /// The given path, else beside this program, else on the search path.
  static func find(_ given: String?) throws -> String {
    let manager = FileManager.default
    if let given {
      guard manager.isExecutableFile(atPath: given) else {
        throw StageError("there is no program \(given): build it with 'make build', or correct --edged", code: 64)
      }
      return URL(fileURLWithPath: given).standardizedFileURL.path
    }
    let beside = own.deletingLastPathComponent().appendingPathComponent("edged").path
    if manager.isExecutableFile(atPath: beside) { return beside }
    for folder in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") {
      let path = "\(folder)/edged"
      if manager.isExecutableFile(atPath: path) { return path }
    }
    throw StageError("edged is neither beside edgesync nor on the search path: name it with --edged")
  }
}

extension Common {
  /// As `result`, for commands that have no project yet.
  static func printing<Value: Encodable>(_ json: Bool, _ body: () throws -> (value: Value, text: String)) throws {
    var common = Common()
    common.json = json
    try common.result(body)
  }
}
