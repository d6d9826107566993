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
      try manager.removeItem(atPath: folder)
    } catch {
      throw StageError("the earlier demo in \(folder) cannot be removed: \(error.localizedDescription)")
    }
  }

  static func mark(_ folder: String) throws {
    try AtomicFile.write("Made by edgesync demo; the next one replaces this folder.\n", to: folder + "/" + marker)
  }

  /// A key that follows from the seed: good for a demo that must be repeatable, and for nothing else.
  static func makeKeys(_ project: Project, seed: UInt64) throws {
    let bytes = BoardConnection.sha256(Array("edgetwin demo signing key \(seed)".utf8)).bytes
    guard let key = SigningKey(seed: bytes) else { throw StageError("no key could be made") }
    try project.storeKeys(secret: key.seed, public: key.publicKey.bytes)
  }
}
