import CBoard
import Foundation
import WireFormat

/// Keys given as files: ssh public keys, and the keys bundles are signed with.
package enum KeyFiles {
  private static let kinds = [
    "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
  ]

  /// The public keys of a file, one a line, as `authorized_keys` has them; comments and empty lines left out.
  package static func authorized(_ path: String) throws(FlashError) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .usage("--key \(path) cannot be read: correct the path")
    }
    guard data.count <= 65536, let text = String(validating: data, as: UTF8.self) else {
      throw .usage("--key \(path) holds no ssh public key: give the file that ends in .pub")
    }
    if text.contains("PRIVATE KEY-----") {
      throw .usage("--key \(path) is a private key, which must never leave this machine: give \(path).pub")
    }
    var keys: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard parts.count >= 2, kinds.contains(parts[0]), let blob = Data(base64Encoded: parts[1]),
        Self.names(blob, parts[0]), line.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
      else {
        throw .usage(
          "--key \(path): '\(NameCheck.shown(line))' is no ssh public key; each line is a kind, the key in base64 "
            + "and a comment, without options before them (ssh-keygen -y -f PRIVATE prints one)")
      }
      keys.append(line)
    }
    guard !keys.isEmpty else { throw .usage("--key \(path) holds no key: make one with ssh-keygen") }
    return keys
  }

  /// An ssh key's blob begins with its kind's name, counted.
  private static func names(_ blob: Data, _ kind: String) -> Bool {
    let bytes = [UInt8](blob.prefix(4 + kind.utf8.count))
    let name = Array(kind.utf8)
    return blob.count > 4 + name.count && bytes == [0, 0, 0, UInt8(name.count)] + name
  }

  /// A public key that bundles are signed with: 32 bytes.
  package static func trusted(_ path: String) throws(FlashError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .usage("--trust \(path) cannot be read: give the project's keys/bundle.pub")
    }
    guard data.count == Int(CBOARD_ED25519_PUBLIC_BYTES) else {
      throw .usage(
        "--trust \(path) has \(data.count) bytes: a bundle's public key has 32; give the project's keys/bundle.pub")
    }
    return [UInt8](data)
  }

  /// Reads a board's identity, 32 hexadecimal digits; makes one where none is given.
  package static func boardID(_ text: String?) throws(FlashError) -> String {
    guard let text else {
      var bytes = [UInt8](repeating: 0, count: 16)
      cboard_random(&bytes, bytes.count)
      return Hex.text(bytes)
    }
    guard let bytes = Hex.bytes(text), bytes.count == 16, bytes.contains(where: { $0 != 0 }) else {
      throw .usage("--board-id '\(NameCheck.shown(text))' is no board's identity: 32 hexadecimal digits, not all 0")
    }
    return Hex.text(bytes)
  }
}
