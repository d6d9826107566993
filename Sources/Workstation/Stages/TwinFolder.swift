import Foundation
import TwinFitting
import TwinModel
import Transport
import Workbench

/// The files of one fit: `NODE.safetensors`, `NODE.json`, `NODE.curves.json` for every node, and `NODE.part.…` of a fit
/// that was broken off where a finished twin of other options stands.
struct TwinFolder {
  /// Relative to the project's.
  let name: String
  let path: String

  init(_ name: String, in project: Project) {
    self.name = name
    path = project.twinsPath(name)
  }

  /// The folder a catalogued twin stands in; its id is FOLDER/NODE.
  init(of twin: TwinRecord, in project: Project) { self.init(String(twin.id.prefix { $0 != "/" }), in: project) }

  func twinPath(_ node: String) -> String { "\(path)/\(node)\(TwinArchive.suffix)" }
  func sidecarPath(_ node: String) -> String { "\(path)/\(node).json" }
  func curvesPath(_ node: String) -> String { "\(path)/\(node).curves.json" }

  /// Writes a twin and what is known about it; the sidecar last, as it vouches for the rest.
  ///
  /// - Parameter part: beside a finished twin, not in its place.
  func store(
    _ fit: TwinFit, _ owner: TwinOwner, part: Bool, history: (TwinSidecar) -> [TwinHistoryEntry]
  ) throws -> TwinSidecar {
    let name = part ? owner.node + Self.part : owner.node
    let bytes = try TwinArchive.write(
      fit.parameters,
      facts: [
        "node": owner.node, "device": owner.device, "board": owner.board, "board_id": owner.boardID, "run": owner.run,
        "software": "edgesync \(StageVersion.text)",
      ], to: twinPath(name))
    var sidecar = TwinSidecar(fit, whose: owner, twinSha256: BoardConnection.sha256(bytes).description, history: [])
    sidecar.history = history(sidecar)
    sidecar.keepRefusal()
    try Self.write(fit.report.curves, to: curvesPath(name), pretty: false)
    try Self.write(sidecar, to: sidecarPath(name), pretty: true)
    if !part { forgetPart(owner.node) }
    return sidecar
  }

  /// Ends the names of parts.
  static let part = ".part"

  private func forgetPart(_ node: String) {
    for path in [sidecarPath(node + Self.part), twinPath(node + Self.part), curvesPath(node + Self.part)] {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  func save(_ sidecar: TwinSidecar) throws { try Self.write(sidecar, to: sidecarPath(sidecar.node), pretty: true) }

  /// A node's stored twin; nil where there is none, or its sidecar does not vouch for it.
  func stored(_ node: String) -> StoredTwin? {
    guard let sidecar = Self.sidecar(sidecarPath(node)),
      let bytes = FileManager.default.contents(atPath: twinPath(node)),
      BoardConnection.sha256([UInt8](bytes)).description == sidecar.twinSha256,
      let twin = try? TwinArchive.read(path: twinPath(node)).twin
    else { return nil }
    let curves = FileManager.default.contents(atPath: curvesPath(node)).flatMap {
      try? Self.decoder.decode(AcceptanceCurves.self, from: $0)
    }
    return StoredTwin(parameters: twin, sidecar: sidecar, curves: curves)
  }

  /// The sidecar at `path`; nil where there is none that can be read.
  static func sidecar(_ path: String) -> TwinSidecar? {
    guard let data = FileManager.default.contents(atPath: path),
      let sidecar = try? decoder.decode(TwinSidecar.self, from: data), sidecar.schema <= TwinSidecar.newestSchema
    else { return nil }
    return sidecar
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.dateDecodingStrategy = .iso8601
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  static func write<Value: Encodable>(_ value: Value, to path: String, pretty: Bool) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = pretty ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys]
    // A figure that is not a number must not cost the twin.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try AtomicFile.write([UInt8](try encoder.encode(value)) + [10], to: path)
  }
}

/// A twin of the project with what is known about it.
public struct StoredTwin: Sendable {
  public var parameters: TwinParameters
  public var sidecar: TwinSidecar
  /// What the acceptance page draws; nil where the file is gone.
  public var curves: AcceptanceCurves?
}
