import Foundation

/// Makes a minimal Debian arm64 image that boots in QEMU, by scripts/make-image.sh.
public struct ImageMaker {
  public var settings: FlashSettings
  /// The file the keys of `settings` were read from.
  public var keyFile: String
  public var trustFiles: [String]

  public init(settings: FlashSettings, keyFile: String, trustFiles: [String]) {
    self.settings = settings
    self.keyFile = keyFile
    self.trustFiles = trustFiles
  }

  /// The script's arguments.
  package func arguments(out: String) -> [String] {
    var list = ["--out", out, "--host", settings.host, "--key", keyFile, "--board-id", settings.boardID]
    for package in settings.packages { list += ["--package", package.path] }
    for file in trustFiles { list += ["--trust", file] }
    return list
  }

  /// Runs the script; what it says goes to standard error.
  ///
  /// - Returns: the files it made: the image and what boots it.
  public func run(out: String, script: String? = nil) throws(FlashError) -> [String] {
    guard let script = script ?? SourceTree.find("scripts/make-image.sh") else {
      throw FlashError("scripts/make-image.sh is not here: --make-image needs the source tree; run it from there")
    }
    for package in settings.packages where !["arm64", "all"].contains(package.architecture) {
      throw .usage("--package \(package.fileName) is for \(package.architecture); the image made is for arm64")
    }
    let bash = try ToolRun.need("bash", package: "bash", for: "runs scripts/make-image.sh")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: bash)
    process.arguments = [script] + arguments(out: out)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.standardError
    do { try process.run() } catch {
      throw FlashError("\(script) cannot be started: \(error.localizedDescription)")
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw FlashError("\(script) did not make the image: what it said stands above")
    }
    let place = URL(fileURLWithPath: out)
    let folder = place.deletingLastPathComponent().path
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    let made = names.filter { $0 == place.lastPathComponent || $0.hasPrefix(place.lastPathComponent + ".") }
    guard made.contains(place.lastPathComponent) else {
      throw FlashError("\(script) ended well, but there is no \(out)")
    }
    return made.map { "\(folder)/\($0)" }
  }
}
