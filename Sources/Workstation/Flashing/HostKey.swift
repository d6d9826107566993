import Foundation

/// An ssh host key made for a board before it first boots, so that the first connection to it can be verified.
public struct HostKey: Equatable, Sendable {
  /// The private key in OpenSSH's form.
  public var secret: [UInt8]
  /// Kind and key, without a comment.
  public var publicKey: String
  /// SHA256:… as ssh shows it.
  public var fingerprint: String

  /// Makes one of kind Ed25519 with ssh-keygen.
  package static func make(host: String) throws(FlashError) -> HostKey {
    let tool = try ToolRun.need("ssh-keygen", package: "openssh-client", for: "makes the board's host key")
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let path = scratch.path + "/key"
    let made = try ToolRun.run(tool, ["-q", "-t", "ed25519", "-N", "", "-C", host, "-f", path])
    guard made.code == 0 else { throw FlashError("ssh-keygen made no host key: \(made.complaint)") }
    let shown = try ToolRun.run(tool, ["-l", "-f", path + ".pub"])
    let words = String(decoding: shown.output, as: UTF8.self).split(separator: " ").map(String.init)
    let parts = String(decoding: scratch.contents("key.pub"), as: UTF8.self).split(separator: " ").map(String.init)
    guard shown.code == 0, words.count > 1, parts.count >= 2 else {
      throw FlashError("ssh-keygen made a host key that cannot be read: \(shown.complaint)")
    }
    return HostKey(
      secret: scratch.contents("key"),
      publicKey: parts[0...1].joined(separator: " ").trimmingCharacters(in: .whitespacesAndNewlines),
      fingerprint: words[1])
  }
}

/// The file of host keys this workstation knows its boards by.
package enum KnownHosts {
  /// The file's text with the key for these names, which no other line names any more.
  package static func adding(_ key: HostKey, for names: [String], to text: String) -> String {
    var lines: [String] = []
    for line in text.split(whereSeparator: \.isNewline).map(String.init) {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2, !line.hasPrefix("#"), !line.hasPrefix("@") else {
        lines.append(line)
        continue
      }
      let kept = words[0].split(separator: ",").map(String.init).filter { !names.contains($0.lowercased()) }
      if !kept.isEmpty { lines.append(kept.joined(separator: ",") + " " + words[1]) }
    }
    var unique: [String] = []
    for name in names where !unique.contains(name) { unique.append(name) }
    lines.append(unique.joined(separator: ",") + " " + key.publicKey)
    return lines.joined(separator: "\n") + "\n"
  }
}
