import Foundation
import TwinFitting
import TwinModel
import Transport
import Workbench

/// What stands beside a shared twin's file as `KIND.json`; keys are these names in snake case.
struct SharedSidecar: Codable, Equatable, Sendable {
  static let newestSchema = 1

  /// A device it was fitted to.
  struct Device: Codable, Equatable, Sendable {
    var node: String
    var numbers: [Float]
    /// Mean held-out negative log-likelihood a sample, in the shared twin's units.
    var likelihood: Double
  }

  var schema = SharedSidecar.newestSchema
  var software = "edgesync \(StageVersion.text)"
  /// What board.toml calls its devices.
  var device: String
  var board: String
  var boardId: String
  var run: String
  var fitted: Date
  var fitSeconds: Double
  /// SHA-256 of the safetensors file.
  var modelSha256: String
  /// Of traces, options and seed: with the same it is not fitted twice.
  var digest: String
  var seed: UInt64
  var options: [String: OptionValue]
  var structure: TwinStructure
  var embedding: Int
  var samplePeriodS: Double?
  var devices: [Device]
}

/// A shared twin of the project with what is known about it.
struct StoredShared: Sendable {
  var twin: SharedTwin
  var sidecar: SharedSidecar
}

/// `twins/shared`: the newest shared twin of each kind of device, as `KIND.safetensors` and `KIND.json`.
struct SharedFolder {
  static let name = "shared"
  let path: String

  init(in project: Project) { path = project.twinsPath(Self.name) }

  func modelPath(_ kind: String) -> String { "\(path)/\(kind)\(TwinArchive.suffix)" }
  func sidecarPath(_ kind: String) -> String { "\(path)/\(kind).json" }

  /// As the project's records have it.
  static func relativePath(_ kind: String) -> String { "twins/\(name)/\(kind)\(TwinArchive.suffix)" }

  /// Writes both files, the sidecar last, as it vouches for the other; returns it with the sum filled in.
  func store(_ twin: SharedTwin, _ sidecar: SharedSidecar) throws -> SharedSidecar {
    try Project.makeFolder(path)
    let bytes = try SharedArchive.bytes(
      twin,
      facts: [
        "device": sidecar.device, "board": sidecar.board, "board_id": sidecar.boardId, "run": sidecar.run,
        "software": sidecar.software,
      ])
    try AtomicFile.write(bytes, to: modelPath(sidecar.device))
    var sidecar = sidecar
    sidecar.modelSha256 = BoardConnection.sha256(bytes).description
    try TwinFolder.write(sidecar, to: sidecarPath(sidecar.device), pretty: true)
    return sidecar
  }

  /// The kept shared twin of a kind; nil where there is none, or its sidecar does not vouch for it.
  func stored(_ kind: String) -> StoredShared? {
    guard ProjectFile.isPlain(kind), let text = SharedArchive.load(sidecarPath(kind)),
      let sidecar = try? TwinFolder.decoder.decode(SharedSidecar.self, from: Data(text)),
      sidecar.schema <= SharedSidecar.newestSchema, let bytes = SharedArchive.load(modelPath(kind)),
      BoardConnection.sha256(bytes).description == sidecar.modelSha256, let twin = try? SharedArchive.twin(bytes)
    else { return nil }
    return StoredShared(twin: twin, sidecar: sidecar)
  }
}
