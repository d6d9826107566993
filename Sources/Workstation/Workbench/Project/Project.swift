import Foundation
import PhysicalNetwork
import VirtualBench

/// A project folder: boards, traces, twins, bundles, reports, and the catalog that says what came from what.
///
///     edgetwin.toml    catalog.sqlite    network.toml
///     boards/NAME/board.toml [bench.toml]
///     keys/    traces/BOARD/RUN/*.seg    twins/    networks/    bundles/    reports/
public final class Project: Sendable {
  /// The folder's path.
  public let root: String
  public let catalog: Catalog

  static let folders = ["boards", "keys", "traces", "twins", "networks", "bundles", "reports"]

  private init(root: String, catalog: Catalog) {
    self.root = root
    self.catalog = catalog
  }

  /// Makes a project in the folder at `path`, which may exist already but must hold none.
  public static func create(at path: String, name: String) throws(ProjectError) -> Project {
    let root = URL(fileURLWithPath: path).standardizedFileURL.path
    let file = root + "/" + ProjectFile.fileName
    if access(file, F_OK) == 0 {
      throw ProjectError(
        .alreadyAProject, path: root, what: "there is a project here already", why: "It holds \(ProjectFile.fileName)",
        remedy: "Open it, or choose another folder")
    }
    try makeFolder(root)
    for folder in folders { try makeFolder(root + "/" + folder, mode: folder == "keys" ? 0o700 : 0o755) }
    if access(root + "/" + NetworkFile.fileName, F_OK) != 0 {
      try AtomicFile.write(NetworkFile.defaultText, to: root + "/" + NetworkFile.fileName)
    }
    let catalog = try Catalog.open(path: root + "/catalog.sqlite", create: true)
    // The project file comes last: a folder without it is no project yet, and creating it again works.
    try AtomicFile.write(ProjectFile(name: name).text, to: file)
    return Project(root: root, catalog: catalog)
  }

  /// Opens the project in the folder at `path`.
  public static func open(at path: String) throws(ProjectError) -> Project {
    let root = URL(fileURLWithPath: path).standardizedFileURL.path
    guard access(root + "/" + ProjectFile.fileName, F_OK) == 0 else {
      throw ProjectError(
        .notAProject, path: root, what: "this is not a project folder",
        why: errno == ENOENT ? "It holds no \(ProjectFile.fileName)" : FileFault.text(errno),
        remedy: "Give the folder of a project, or make one with 'edgesync init'")
    }
    for folder in folders { try makeFolder(root + "/" + folder, mode: folder == "keys" ? 0o700 : 0o755) }
    return Project(root: root, catalog: try Catalog.open(path: root + "/catalog.sqlite", create: true))
  }

  /// Opens the project that `path` is in: that folder or the nearest one above it that is a project.
  public static func find(from path: String) throws(ProjectError) -> Project {
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    while true {
      if access(folder.path + "/" + ProjectFile.fileName, F_OK) == 0 { return try open(at: folder.path) }
      let above = folder.deletingLastPathComponent()
      if above.path == folder.path { return try open(at: path) }
      folder = above
    }
  }

  /// `edgetwin.toml`, read anew.
  public func file() throws(ConfigError) -> ProjectFile { try ProjectFile(path: root + "/" + ProjectFile.fileName) }

  /// `network.toml`, read anew.
  public func network() throws(ConfigError) -> NetworkFile { try NetworkFile(path: root + "/" + NetworkFile.fileName) }

  /// The board of this name; where there is none, an error that names the nearest.
  public func board(_ name: String) throws -> BoardEntry {
    let boards = try file().boards
    if let board = boards.first(where: { $0.name == name }) { return board }
    throw ProjectError(
      .unknownBoard, path: root, what: "there is no board '\(name)'",
      why: boards.isEmpty ? "The project has no boards" : "\(ProjectFile.fileName) names others",
      remedy: boards.isEmpty ? "Add one with 'edgesync enroll'" : NearestName.remedy(name, in: boards.map(\.name)))
  }

  /// Adds a board: its folder, its files, and its entry in `edgetwin.toml`, whose other lines stay as they are.
  public func addBoard(_ board: BoardEntry, boardText: String, benchText: String? = nil) throws {
    guard ProjectFile.isPlain(board.name) else {
      throw ProjectError(
        .invalidName, path: root, what: "'\(board.name)' cannot name a board",
        why: "Its files stand in a folder of its name",
        remedy: "Use letters, digits, '-', '_' and '.', not first a '.'")
    }
    if try file().boards.contains(where: { $0.name == board.name }) {
      throw ProjectError(
        .alreadyAProject, path: root, what: "there is a board '\(board.name)' already", why: "Names tell boards apart",
        remedy: "Choose another name, or take the old one out of \(ProjectFile.fileName)")
    }
    // Both must read well before anything is written.
    _ = try BoardFile.parse(boardText, file: boardPath(board.name))
    if let benchText { _ = try BenchFile.parse(benchText, file: benchPath(board.name)) }
    try Self.makeFolder(root + "/boards/" + board.name)
    try AtomicFile.write(boardText, to: boardPath(board.name))
    if let benchText { try AtomicFile.write(benchText, to: benchPath(board.name)) }
    let path = root + "/" + ProjectFile.fileName
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try AtomicFile.write(text + (text.hasSuffix("\n") ? "\n" : "\n\n") + ProjectFile.text(of: board), to: path)
  }

  public func boardPath(_ board: String) -> String { "\(root)/boards/\(board)/board.toml" }
  public func benchPath(_ board: String) -> String { "\(root)/boards/\(board)/bench.toml" }
  /// Folder of a run's pulled segments; `run` is its identifier in hexadecimal.
  public func tracePath(board: String, run: String) -> String { "\(root)/traces/\(board)/\(run)" }
  public func twinsPath(_ name: String) -> String { "\(root)/twins/\(name)" }
  public func networkPath(_ name: String) -> String { "\(root)/networks/\(name)" }
  public func bundlePath(_ name: String) -> String { "\(root)/bundles/\(name)" }
  public func reportPath(_ name: String) -> String { "\(root)/reports/\(name)" }
  /// The Ed25519 secret that signs bundles.
  public var secretKeyPath: String { root + "/keys/bundle.key" }
  public var publicKeyPath: String { root + "/keys/bundle.pub" }

  /// ssh host keys of boards this project flashed, beside those ssh knows by itself.
  public var knownHostsPath: String { root + "/keys/known_hosts" }

  /// Stores the signing key pair; only the owner may read the secret.
  public func storeKeys(secret: [UInt8], public publicKey: [UInt8]) throws(ProjectError) {
    try AtomicFile.write(secret, to: secretKeyPath, mode: 0o600)
    try AtomicFile.write(publicKey, to: publicKeyPath)
  }

  /// Makes the folder at `path` and those above it; no error where it is there.
  public static func makeFolder(_ path: String, mode: Int = 0o755) throws(ProjectError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
    } catch {
      throw ProjectError(
        .unwritable, path: path, what: "the folder cannot be made", why: FileFault.reason(error),
        remedy: "Check the path, give yourself the right to write there, or choose another folder")
    }
    guard access(path, W_OK) == 0 else { throw .system(path, "the folder cannot be written to", errno) }
  }
}
