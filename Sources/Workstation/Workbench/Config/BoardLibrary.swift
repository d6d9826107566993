import Foundation

/// The folder with a folder for each kind of board: its profile, example description, wiring and boot configuration.
public struct BoardLibrary: Sendable {
  /// The folder; nil where there is none.
  public var folder: String?

  public init(folder: String?) { self.folder = folder }

  /// `$EDGETWIN_BOARDS`, or `boards` beside or above the program, or the installed one.
  public static let standard = BoardLibrary(folder: find())

  private static func find() -> String? {
    if let named = ProcessInfo.processInfo.environment["EDGETWIN_BOARDS"], !named.isEmpty { return named }
    let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
    var starts = [program.deletingLastPathComponent().path, FileManager.default.currentDirectoryPath]
    if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      starts.insert(URL(fileURLWithPath: own).deletingLastPathComponent().path, at: 0)
    }
    for start in starts {
      var place = start
      for _ in 0..<6 {
        for candidate in [place + "/boards", place + "/share/edgetwin/boards"] where isLibrary(candidate) {
          return candidate
        }
        guard place != "/", !place.isEmpty else { break }
        place = URL(fileURLWithPath: place).deletingLastPathComponent().path
      }
    }
    return isLibrary("/usr/share/edgetwin/boards") ? "/usr/share/edgetwin/boards" : nil
  }

  private static func isLibrary(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/raspberry-pi-4/" + BoardProfile.fileName)
  }

  /// The names of all boards that have a profile, in order.
  public var names: [String] {
    guard let folder, let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
    return entries.filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)/\(BoardProfile.fileName)")
    }.sorted()
  }

  /// The folder of a board, or nil where there is none of that name.
  public func path(of name: String) -> String? {
    guard let folder, names.contains(name) else { return nil }
    return "\(folder)/\(name)"
  }

  /// The profile that `profile` of a board file names; nil where it names none.
  func profile(namedIn root: ConfigTable) throws(ConfigError) -> BoardProfile? {
    guard root.has("profile") else {
      _ = root.value("profile")
      return nil
    }
    let name = try root.string("profile")
    guard let folder else {
      throw root.error(
        .unknownName, "profile", "the profile '\(name)' cannot be looked up", "There is no folder of board profiles",
        "Set EDGETWIN_BOARDS to the project's 'boards' folder, or take 'profile' out")
    }
    guard let path = path(of: name) else {
      throw root.error(
        .unknownName, "profile", "there is no profile '\(name)'", "\(folder) has none of that name",
        NearestName.remedy(name, in: names))
    }
    return try BoardProfile.read(path: path + "/" + BoardProfile.fileName)
  }
}
