import Foundation

/// A Debian package to be installed on the first boot.
public struct DebPackage: Equatable, Sendable {
  public var path: String
  public var name: String
  public var version: String
  /// arm64, armhf, armel or all.
  public var architecture: String
  public var size: UInt64

  /// The file's name, which it keeps on the card.
  public var fileName: String { URL(fileURLWithPath: path).lastPathComponent }

  /// Reads what a package says of itself; where dpkg-deb is not here, its file's name must say it.
  package init(_ path: String) throws(FlashError) {
    self.path = path
    let file: FileSource
    do { file = try FileSource(path) } catch { throw .usage("--package \(error.message)") }
    size = file.size
    guard try file.bytes(at: 0, count: 21).elementsEqual("!<arch>\ndebian-binary".utf8) else {
      throw .usage("--package \(path) is no Debian package")
    }
    let base = URL(fileURLWithPath: path).lastPathComponent
    guard base.hasSuffix(".deb"), !base.hasPrefix("."), base.utf8.count <= 120,
      base.utf8.allSatisfy({
        ($0 >= 48 && $0 <= 57) || ($0 | 32 >= 97 && $0 | 32 <= 122) || "+-._~%".utf8.contains($0)
      })
    else {
      throw .usage("--package \(path): name the file as Debian does, NAME_VERSION_ARCHITECTURE.deb")
    }
    if let tool = ToolRun.find("dpkg-deb") {
      let outcome = try ToolRun.run(tool, ["-W", "--showformat=${Package}\n${Version}\n${Architecture}\n", path])
      let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").map(String.init)
      guard outcome.code == 0, lines.count == 3 else {
        throw .usage("--package \(path) is damaged: \(outcome.complaint); build or download it again")
      }
      (name, version, architecture) = (lines[0], lines[1], lines[2])
    } else {
      let parts = base.dropLast(4).split(separator: "_").map(String.init)
      guard parts.count == 3 else {
        throw .usage("--package \(path): name the file as Debian does, NAME_VERSION_ARCHITECTURE.deb")
      }
      (name, version, architecture) = (parts[0], parts[1], parts[2])
    }
  }

  /// Refuses packages that cannot run on the board with this image.
  static func check(_ packages: [DebPackage], board: BoardKind, userland: Userland) throws(FlashError) {
    var names: Set<String> = []
    for package in packages {
      guard names.insert(package.fileName.lowercased()).inserted else {
        throw .usage("--package \(package.fileName) is given twice")
      }
      guard userland.runs(package.architecture) else {
        throw FlashError(
          "package \(package.fileName) is for \(package.architecture), the image's system for "
            + "\(userland == .unknown ? "arm64, armhf or armel" : userland.rawValue): give the package for that")
      }
      // Debian's armhf is ARMv7; Raspberry Pi OS calls its ARMv6 packages armhf as well, but ours are Debian's.
      if board.isARMv6, package.name == "edged", package.architecture == "armhf" {
        throw FlashError(
          "package \(package.fileName) is for ARMv7, a \(board.title) is ARMv6: give edged's armel package, "
            + "which is static and runs on its armhf system")
      }
    }
  }
}
