import Foundation
import Testing

/// A throwaway sshd on the loopback, with throwaway keys, whose one login runs `edged serve` for a board and nothing else.
final class SSHServer {
  let folder: String
  let port: Int
  private var process: RunningProgram?

  /// - Parameter state: the board's folder.
  init(in base: String, state: String) throws {
    folder = base + "/ssh"
    port = try Self.freePort()
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for key in ["host", "user", "stranger"] {
      let made = try execute("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder + "/" + key])
      try #require(made.code == 0, made.said)
    }
    let user = try String(contentsOfFile: folder + "/user.pub", encoding: .utf8)
    try write("authorized_keys", "command=\"\(Programs.edged) serve --state \(state)\",restrict \(user)")
    let host = try String(contentsOfFile: folder + "/host.pub", encoding: .utf8)
    try write("known_hosts", "[127.0.0.1]:\(port) \(host)")
    let stranger = try String(contentsOfFile: folder + "/stranger.pub", encoding: .utf8)
    try write("wrong_hosts", "[127.0.0.1]:\(port) \(stranger)")
    try write(
      "sshd_config",
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(folder)/host
      AuthorizedKeysFile \(folder)/authorized_keys
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no

      """)
    // sshd as root wants this folder for its separated process.
    if getuid() == 0 {
      try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
    }
    try start()
  }

  deinit { stop() }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/" + name)
  }

  private func start() throws {
    process = try RunningProgram("/usr/sbin/sshd", ["-D", "-e", "-f", folder + "/sshd_config"])
    let port = port
    try #require(waitUntil { Self.answers(port) }, Comment(rawValue: "sshd did not come up: \(process?.errors ?? "")"))
  }

  /// Ends the server and its connections.
  func stop() {
    for id in connections { kill(id, SIGKILL) }
    process?.signal(SIGKILL)
    _ = process?.finish()
    process = nil
  }

  /// The processes that serve one connection each.
  var connections: [Int32] { process.map { StatusFile.children(of: $0.id) } ?? [] }

  /// ssh options that reach it and touch nothing of the user's own.
  func options(identity: String = "user", hosts: String = "known_hosts") -> [String] {
    [
      "-F", "none", "-p", "\(port)", "-i", "\(folder)/\(identity)", "-o", "IdentitiesOnly=yes", "-o",
      "UserKnownHostsFile=\(folder)/\(hosts)", "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
    ]
  }

  private static func socketAddress(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  private static func withSocket<T>(_ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = socketAddress(port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func answers(_ port: Int) -> Bool { withSocket(port) { connect($0, $1, $2) == 0 } }

  private static func freePort() throws -> Int {
    let port = withSocket(0) { descriptor, address, length -> Int in
      guard bind(descriptor, address, length) == 0 else { return 0 }
      var bound = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &bound) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
      }
      return result == 0 ? Int(UInt16(bigEndian: bound.sin_port)) : 0
    }
    try #require(port > 0)
    return port
  }
}
