import Bundle
import Foundation
import PhysicalNetwork
import SyncProtocol
import Transport
import WireFormat
import Workbench

/// Getting a board into the project and parameters onto the board.
extension Workspace {
  /// Learns a board's identity and writes it to the catalog.
  @discardableResult
  public func enroll(_ board: BoardEntry) throws -> BoardRecord {
    let connection = try connect(board)
    defer { connection.close() }
    let status = try connection.status()
    let id = status.board.description
    if let known = try project.catalog.board(named: board.name), known.id != id {
      throw StageError(
        "'\(board.name)' was enrolled as \(known.id) and answers as \(id): enrol the new board under its own name",
        code: ExitCode.refused)
    }
    let nodes = try BoardFile.read(path: project.boardPath(board.name)).nodes.count
    let key = try signingKey().publicKey
    let counter = try project.catalog.find(id, BoardRecord.self)?.counter ?? 0
    let record = BoardRecord(
      id: id, name: board.name, nodes: nodes, added: now(), publicKey: Hex.text(key.bytes),
      counter: max(counter, Int(clamping: status.bundle.highestCounter)))
    try project.catalog.save(record)
    return record
  }

  /// What a push did.
  public struct Pushed: Equatable {
    /// SHA-256 of the bundle, hexadecimal.
    public var digest: String
    public var counter: Int
    /// Nodes that are watched by their twins.
    public var watched = 0
  }

  /// Builds, signs and stores a bundle, sends it and puts it on probation.
  ///
  /// - Parameters:
  ///   - origins: what it was made from, for the catalog.
  ///   - watching: with the twins that watch the nodes, as network.toml says.
  ///   - allowUnaccepted: with twins that were not accepted too.
  @discardableResult
  public func push(
    _ board: BoardEntry, network: NetworkDescription?, origins: [CatalogItem] = [], label: String,
    watching: Bool = true, allowUnaccepted: Bool = false
  ) throws -> Pushed {
    var record = try record(board)
    let description = try description(board)
    guard let identifier = Identifier(bytes: description.boardID) else {
      throw StageError("the board's identity is not 16 bytes")
    }
    var sections = [BundleSection(.board, description.encoded())]
    if let network { sections.append(BundleSection(.network, network.encoded())) }
    let watch = watching ? try self.watch(board, description, allowUnaccepted: allowUnaccepted) : Watch()
    watch.notes.forEach { console.say("    " + $0) }
    if let plan = watch.plan { sections.append(BundleSection(.residuals, critical: false, plan.encoded())) }
    let origins = origins + watch.origins
    let provenance = ([label] + origins.map { "\($0.kind.rawValue) \($0.id)" }).joined(separator: "\n")
    sections.append(BundleSection(.provenance, critical: false, Array(provenance.utf8)))
    return try withConnection(board) { connection in
      // Another workstation may have pushed since; a counter it used is used up.
      let highest = Int(clamping: try connection.status().bundle.highestCounter)
      if highest > record.counter {
        record.counter = highest
        try project.catalog.save(record)
      }
      let counter = try project.catalog.nextCounter(of: record.id)
      let builder = BundleBuilder(
        board: identifier, counter: UInt64(counter), created: UInt64(max(0, now().timeIntervalSince1970)),
        sections: sections)
      let bytes = try builder.build(signedBy: try signingKey())
      let digest = BoardConnection.sha256(bytes)
      let name = "\(board.name)-\(counter).bundle"
      try AtomicFile.write(bytes, to: project.bundlePath(name))
      var bundle = BundleRecord(
        id: digest.description, board: record.id, counter: counter, sha256: digest.description,
        path: "bundles/\(name)", state: "built", added: now())
      try project.catalog.save(bundle, from: origins)
      try connection.put(.bundle, bytes) { console.progress("push", $0) }
      console.done()
      try connection.activate(digest)
      bundle.state = "pushed"
      try project.catalog.save(bundle, from: origins)
      return Pushed(digest: digest.description, counter: counter, watched: watch.plan?.nodes.count ?? 0)
    }
  }

  /// Pushes the board's description alone, unless the board runs just that description already.
  public func ensureDescribed(_ board: BoardEntry) throws {
    let description = try description(board)
    let status = try withConnection(board) { try $0.status() }
    if status.bundle.digest != .none,
      let known = try project.catalog.find(status.bundle.digest.description, BundleRecord.self),
      let bytes = FileManager.default.contents(atPath: project.root + "/" + known.path),
      let section = try? BundleReading.section(.board, of: [UInt8](bytes)), section == description.encoded()
    {
      return
    }
    try push(board, network: nil, label: "board description", watching: false)
  }
}
