import ArgumentParser
import Bundle
import Foundation
import Stages
import Workbench

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a project folder with a signing key, and a virtual board if asked for.")

  @Argument(help: "The folder.")
  var folder: String

  @Option(help: "The project's name; the folder's by default.")
  var name: String?

  @Option(help: "Add a virtual board with so many nodes.")
  var virtual: Int?

  @Option(
    help: "Kinds of its devices, by commas (\(BenchFile.kindNames.joined(separator: ", "))); a mixture by default.")
  var devices: String?

  @Option(help: "Seed of the virtual board's hidden device parameters.")
  var benchSeed: UInt64 = 1

  @Option(help: "The board's program, for a virtual board.")
  var edged: String?

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  struct Result: Encodable {
    var project: String
    var public_key: String
    var boards: [String]
  }

  private func design() throws -> VirtualBoardDesign {
    guard let devices else { return VirtualBoardDesign() }
    guard virtual != nil else {
      throw StageError(
        "--devices says what a virtual board is made of, and there is none: add --virtual with a number of nodes",
        code: Stages.ExitCode.usage)
    }
    let kinds = try devices.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let name = part.trimmingCharacters(in: .whitespaces)
      if let kind = BenchFile.kind(name) { return kind }
      let nearest = NearestName.of(name, in: BenchFile.kindNames).map { ": did you mean '\($0)'?" }
      throw StageError(
        "--devices: '\(name)' is no kind of device"
          + (nearest ?? "; \(BenchFile.kindNames.joined(separator: ", ")) are"),
        code: Stages.ExitCode.usage)
    }
    return VirtualBoardDesign(kinds: kinds)
  }

  func run() throws {
    try Common.printing(json) {
      let design = try design()
      if let virtual, !(1...design.largest).contains(virtual) {
        throw StageError(
          "--virtual \(virtual) is out of range: 1 to \(design.largest) nodes"
            + (design.largest < VirtualBoardGenerator.largest ? ", as these devices are read on several channels" : ""),
          code: Stages.ExitCode.usage)
      }
      let program = virtual == nil ? nil : try EdgedProgram.find(edged)
      let title = name ?? URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
      let project = try Project.create(at: folder, name: title)
      let key = try SigningKeys.make()
      try project.storeKeys(secret: key.seed, public: key.publicKey)
      let space = Workspace(project: project, console: Console())
      var boards: [String] = []
      if let virtual, let program {
        let entry = try VirtualBoard.add(
          to: space, name: "virtual", nodes: virtual, benchSeed: benchSeed, edged: program, identity: nil,
          design: design)
        try space.enroll(entry)
        boards.append(entry.name)
      }
      return (
        Result(project: project.root, public_key: project.publicKeyPath, boards: boards),
        "project \(project.root)\npublic key \(project.publicKeyPath): copy it to /etc/edged/trusted.d/ on each board"
          + (boards.isEmpty ? "" : "\nboard virtual, \(virtual ?? 0) nodes, enrolled")
      )
    }
  }
}
