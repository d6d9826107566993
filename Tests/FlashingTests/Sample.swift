import Flashing
import Foundation

/// Settings the tests flash with.
enum Sample {
  static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl lab@bench # it's \"mine\""
  static let id = "00112233445566778899aabbccddeeff"
  static let trusted = (0..<32).map { UInt8($0 * 7 + 1) }
  static let fragment = "dtparam=i2c_arm=on\ndtparam=i2c_arm_baudrate=400000\ndtparam=watchdog=on\n"

  static func settings(
    host: String = "cell-07", wifi: WiFiNetwork? = nil, administrator: FlashSettings.Administrator? = nil,
    packages: [DebPackage] = [], timeZone: String? = nil, hostKey: HostKey? = nil
  ) -> FlashSettings {
    FlashSettings(
      host: host, boardID: id, keys: [key], trusted: [trusted], wifi: wifi, administrator: administrator,
      packages: packages, timeZone: timeZone, hostKey: hostKey)
  }

  static func flash(
    _ settings: FlashSettings, board: String = "raspberry-pi-4", form: FirstBootForm? = nil
  ) throws -> ImageFlash {
    ImageFlash(board: try BoardKind.named(board), settings: settings, form: form, fragment: fragment)
  }

  /// A package of one file, made by dpkg-deb; nil where that is not here.
  static func package(
    in folder: String, name: String = "edged", architecture: String = "all", fields: String = ""
  ) throws -> DebPackage? {
    guard let tool = ToolRun.find("dpkg-deb") else { return nil }
    let tree = "\(folder)/\(name)-tree"
    let manager = FileManager.default
    try manager.createDirectory(atPath: tree + "/DEBIAN", withIntermediateDirectories: true)
    try manager.createDirectory(atPath: tree + "/usr/bin", withIntermediateDirectories: true)
    try """
    Package: \(name)
    Version: 1.0
    Architecture: \(architecture)
    Maintainer: Tests <tests@localhost>
    \(fields)Description: a package of the tests

    """.write(toFile: tree + "/DEBIAN/control", atomically: true, encoding: .utf8)
    try "#!/bin/sh\n".write(toFile: tree + "/usr/bin/\(name)", atomically: true, encoding: .utf8)
    chmod(tree + "/usr/bin/\(name)", 0o755)
    let path = "\(folder)/\(name)_1.0_\(architecture).deb"
    let outcome = try ToolRun.run(tool, ["--root-owner-group", "-Zgzip", "-b", tree, path])
    guard outcome.code == 0 else { throw FlashError(outcome.complaint) }
    return try DebPackage(path)
  }
}
