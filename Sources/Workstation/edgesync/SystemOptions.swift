import ArgumentParser
import CBoard
import Flashing
import Foundation
import Stages
import Workbench

/// Options of what the card sets up on its first boot.
struct SystemOptions: ParsableArguments {
  @Option(help: "The board's host name.")
  var host: String?

  @Option(help: "Public ssh key that may speak to edged.")
  var key: String?

  @Option(
    name: .customLong("package"), parsing: .upToNextOption,
    help: "Debian packages to install offline: edged's, and what it needs and the image lacks.")
  var packages: [String] = []

  @Option(help: "Public key bundles are checked with; the project's by default.")
  var trust: [String] = []

  @Option(help: "The board's id, 32 hexadecimal digits; a random one by default.")
  var boardId: String?

  @Option(help: "An account that may become root, by key alone; none by default.")
  var user: String?

  @Option(help: "Its public ssh key; that of --key by default.")
  var userKey: String?

  @Option(help: "Wi-Fi network; the passphrase is asked for, or in --wifi-passphrase-file or EDGETWIN_WIFI_PASSPHRASE.")
  var wifi: String?

  @Option(help: "File with the passphrase on its first line.")
  var wifiPassphraseFile: String?

  @Option(help: "Country whose Wi-Fi rules hold, such as DE.")
  var wifiCountry: String?

  @Flag(help: "The network does not tell its name.")
  var wifiHidden = false

  @Flag(help: "The network has no passphrase.")
  var wifiOpen = false

  @Option(help: "Time zone, such as Europe/Berlin.")
  var timezone: String?

  @Option(help: "Locale, such as en_GB.UTF-8.")
  var locale: String?

  @Option(help: "Name or address the board will be reached by; HOST.local by default.")
  var address: String?

  @Flag(help: "Make no ssh host key: the first connection cannot be verified then.")
  var noHostKey = false

  /// The project this is for; nil where none was named and none is around.
  func project(_ common: Common) throws -> Project? {
    if common.project == ".", (try? Project.find(from: ".")) == nil { return nil }
    return try Project.find(from: common.project)
  }

  func trustFiles(_ project: Project?) -> [String] {
    if !trust.isEmpty { return trust }
    guard let path = project?.publicKeyPath, FileManager.default.fileExists(atPath: path) else { return [] }
    return [path]
  }

  /// Every value checked.
  func settings(_ project: Project?, console: Console) throws -> FlashSettings {
    guard let host, let key else { throw FlashError("--\(host == nil ? "host" : "key") is missing", code: 64) }
    let name = try NameCheck.host(host)
    if let address { _ = try NameCheck.address(address) }
    let keys = try KeyFiles.authorized(key)
    let trusted = try trustFiles(project).map { try KeyFiles.trusted($0) }
    if trusted.isEmpty {
      console.say("    no --trust, and no project around: the board will accept no bundle until it has a key")
    }
    let debs = try packages.map { try DebPackage($0) }
    if !debs.contains(where: { $0.name == "edged" }) {
      console.say(
        "    no edged package among --package: the board will have its keys, and no edged until it is installed")
    }
    guard user != nil || userKey == nil else { throw FlashError("--user-key needs --user", code: 64) }
    let administrator = try user.map { user in
      FlashSettings.Administrator(
        name: try NameCheck.user(user), keys: try userKey.map { try KeyFiles.authorized($0) } ?? keys)
    }
    return FlashSettings(
      host: name, boardID: try KeyFiles.boardID(boardId), keys: keys, trusted: trusted, wifi: try network(),
      administrator: administrator, packages: debs,
      timeZone: try timezone.map { try NameCheck.plain("timezone", $0, like: "Europe/Berlin") },
      locale: try locale.map { try NameCheck.plain("locale", $0, like: "en_GB.UTF-8") })
  }

  private func network() throws -> WiFiNetwork? {
    guard let wifi else {
      guard wifiCountry == nil, wifiPassphraseFile == nil, !wifiHidden, !wifiOpen else {
        throw FlashError("a --wifi-… option without --wifi: name the network", code: 64)
      }
      return nil
    }
    guard let wifiCountry else {
      throw FlashError("--wifi needs --wifi-country: radios stay off until they know whose rules hold", code: 64)
    }
    return try WiFiNetwork(
      ssid: wifi, passphrase: wifiOpen ? nil : try passphrase(wifi), country: wifiCountry, isHidden: wifiHidden)
  }

  /// Never from the command line, which every account of this machine can read.
  private func passphrase(_ network: String) throws -> String {
    if let wifiPassphraseFile {
      guard let data = FileManager.default.contents(atPath: wifiPassphraseFile), data.count <= 4096 else {
        throw FlashError("--wifi-passphrase-file \(wifiPassphraseFile) cannot be read: correct the path", code: 64)
      }
      return String(decoding: data, as: UTF8.self).split(
        separator: "\n", maxSplits: 1, omittingEmptySubsequences: false
      ).first.map { $0.hasSuffix("\r") ? String($0.dropLast()) : String($0) } ?? ""
    }
    if let text = ProcessInfo.processInfo.environment["EDGETWIN_WIFI_PASSPHRASE"] { return text }
    guard cboard_is_terminal(0) == 1, let text = getpass("Passphrase of Wi-Fi '\(network)': ") else {
      throw FlashError(
        "the passphrase of Wi-Fi '\(network)' cannot be asked for here: give --wifi-passphrase-file, or "
          + "EDGETWIN_WIFI_PASSPHRASE, or --wifi-open", code: 64)
    }
    return String(cString: text)
  }

  /// Names the board may be reached by.
  private func names(_ settings: FlashSettings) -> [String] {
    (address.map { [$0.lowercased()] } ?? []) + [settings.host + ".local", settings.host]
  }

  /// Stores the host key where connections look for it; the file's path, nil where no key was made.
  func remember(_ settings: FlashSettings, project: Project?, beside image: String?, console: Console) throws -> String?
  {
    guard let key = settings.hostKey else { return nil }
    guard let path = project?.knownHostsPath ?? image.map({ $0 + ".known_hosts" }) else {
      console.say("    no project around: remember the board's host key, \(key.publicKey)")
      return nil
    }
    let before = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    try AtomicFile.write(KnownHosts.adding(key, for: names(settings), to: before), to: path)
    return path
  }

  /// The command that enrolls the board.
  func enrollCommand(_ settings: FlashSettings, board: String?) throws -> String {
    let description = board.flatMap { SourceTree.find("boards/\($0)/board.toml") } ?? "BOARD.toml"
    var words = [
      "edgesync", "enroll", settings.host, "--host", "edged@\(names(settings)[0])", "--description", description,
    ]
    let secret = key.map { $0.hasSuffix(".pub") ? String($0.dropLast(4)) : $0 } ?? ""
    let name = URL(fileURLWithPath: secret).lastPathComponent
    // ssh tries its usual names by itself.
    if !["id_ed25519", "id_rsa", "id_ecdsa"].contains(name), FileManager.default.fileExists(atPath: secret) {
      words += ["--identity", URL(fileURLWithPath: secret).standardizedFileURL.path]
    }
    return words.map { $0.contains(" ") || $0.contains("'") ? QuotedText.shell($0) : $0 }.joined(separator: " ")
  }
}
