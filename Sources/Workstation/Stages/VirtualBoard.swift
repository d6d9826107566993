import Foundation
import PhysicalNetwork
import Transport
import VirtualBench
import WireFormat
import Workbench

/// Boards without hardware: `edged` on a virtual bench, on this machine.
public enum VirtualBoard {
  /// Writes the board's files into the project, makes its folder with `edged init`, and adds it to the project.
  ///
  /// - Parameters:
  ///   - edged: path of the board's program.
  ///   - identity: 16 bytes; nil to have the board draw one.
  public static func add(
    to space: Workspace, name: String, nodes: Int, benchSeed: UInt64, edged: String, identity: [UInt8]?,
    design: VirtualBoardDesign = VirtualBoardDesign()
  ) throws -> BoardEntry {
    let project = space.project
    let files = VirtualBoardGenerator.make(nodes: nodes, seed: benchSeed, name: name, design: design)
    let state = project.root + "/boards/\(name)/state"
    let entry = BoardEntry(name: name, transport: .pipe(command: [edged, "serve", "--state", state]))
    try project.addBoard(entry, boardText: files.board, benchText: files.bench)
    let bench = try BenchFile.read(path: project.benchPath(name))
    let compiled = project.root + "/boards/\(name)/bench.bin"
    try AtomicFile.write(bench.encoded(), to: compiled)
    var arguments = ["init", "--state", state, "--name", name, "--bench", compiled, "--trust", project.publicKeyPath]
    if let identity { arguments += ["--board-id", Hex.text(identity)] }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: edged)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw StageError("cannot start \(edged): \(error.localizedDescription); name the board's program with --edged")
    }
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw StageError("edged could not make the board's folder: \(String(decoding: said, as: UTF8.self))")
    }
    return entry
  }
}

extension Workspace {
  /// A board identity that follows from a seed.
  static func identity(seed: UInt64) -> [UInt8] {
    Array(BoardConnection.sha256(Array("edgetwin demo board \(seed)".utf8)).bytes[0..<16])
  }
}
