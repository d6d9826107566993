import Bundle
import Foundation
import Transport
import Workbench

/// The folder a demo works in.
enum DemoFolder {
  private static let marker = ".edgetwin-demo"

  /// Removes an earlier demo; anything else in the folder is an error.
  static func clear(_ folder: String) throws {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: folder), !names.isEmpty else { return }
    guard names.contains(marker) else {
      throw StageError(
        "\(folder) holds other files: give --out an empty or new folder, so that nothing of yours is replaced",
        code: ExitCode.usage)
    }
    do {
      // The marker last: what is left of a removal that was broken off is still known as a demo's.
      for name in names where name != marker { try manager.removeItem(atPath: folder + "/" + name) }
      try manager.removeItem(atPath: folder)
    } catch {
      throw StageError("the earlier demo in \(folder) cannot be removed: \(error.localizedDescription)")
    }
  }

  static func mark(_ folder: String) throws {
    // Not through another file's name: this one must be the first in the folder.
    let text = Data("Made by edgesync demo; the next one replaces this folder.\n".utf8)
    guard FileManager.default.createFile(atPath: folder + "/" + marker, contents: text) else {
      throw StageError(
        "\(folder)/\(marker) cannot be written: give yourself the right to write there, or another --out")
    }
  }

  /// A key that follows from the seed: good for a demo that must be repeatable, and for nothing else.
  static func makeKeys(_ project: Project, seed: UInt64) throws {
    let bytes = BoardConnection.sha256(Array("edgetwin demo signing key \(seed)".utf8)).bytes
    guard let key = SigningKey(seed: bytes) else { throw StageError("no key could be made") }
    try project.storeKeys(secret: key.seed, public: key.publicKey.bytes)
  }
}
