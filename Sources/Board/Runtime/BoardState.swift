import CBoard
import WireFormat

/// A board's folder: who it is, whom it trusts, its journal, slots and run state.
public struct BoardState {
  /// 16 bytes that tell this board from every other.
  public let boardID: [UInt8]
  public let name: String
  public let directory: String
  /// Folder of the public keys whose bundles are accepted.
  public let trustedDirectory: String

  static let magic: UInt32 = 0x4449_5445  // "ETID"

  var journalDirectory: String { directory + "/journal" }
  var benchPath: String { directory + "/bench.bin" }
  var requestDirectory: String { directory + "/requests" }
  var runDirectory: String { directory + "/run" }
  var lockPath: String { directory + "/run/lock" }
  var daemonLockPath: String { directory + "/run/daemon.lock" }
  var statusPath: String { directory + "/run/status" }
  var benchStatePath: String { directory + "/run/bench.state" }

  /// Opens a folder made by `create`.
  public init(directory: String, trustedDirectory: String?) throws(CommandError) {
    guard let bytes = try StateFiles.read(directory + "/identity", limit: 4096) else {
      throw CommandError(
        CommandError.Code.failed,
        "\(directory) is not a board's folder (no identity in it): make it with 'edged init --state \(directory)'")
    }
    do throws(WireError) {
      guard bytes.count > 4 else { throw .truncated(offset: 0) }
      var tail = ByteReader(bytes[(bytes.count - 4)...])
      let body = bytes[0..<bytes.count - 4]
      guard try tail.take(UInt32.self) == body.withUnsafeBytes({ CRC32C.checksum($0) }) else {
        throw .checksum(offset: body.count)
      }
      var reader = ByteReader(body)
      guard try reader.take(UInt32.self) == Self.magic, try reader.take(UInt16.self) == 1 else {
        throw .invalid(offset: 0, field: "identity")
      }
      boardID = try reader.takeBytes(16)
      name = try reader.takeString()
      try reader.end()
    } catch {
      throw CommandError(
        CommandError.Code.failed,
        "\(directory)/identity is damaged: restore it from a copy, or make the board anew with 'edged init --force'")
    }
    self.directory = directory
    self.trustedDirectory = trustedDirectory ?? directory + "/trusted.d"
    for path in [journalDirectory, requestDirectory, directory + "/run", directory + "/slots", directory + "/state"] {
      try StateFiles.makeDirectory(path)
    }
  }

  /// Makes a board's folder.
  ///
  /// - Parameters:
  ///   - boardID: nil draws one.
  ///   - bench: a virtual bench's description, for a board without hardware.
  ///   - trustedKey: 32 bytes of a public key to trust from the start.
  ///   - trustedDirectory: where that key is put; nil for `directory`/trusted.d.
  public static func create(
    directory: String, name: String, boardID: [UInt8]?, bench: [UInt8]?, trustedKey: [UInt8]?, force: Bool,
    trustedDirectory: String? = nil
  ) throws(CommandError) {
    if !force, try StateFiles.read(directory + "/identity", limit: 4096) != nil {
      throw CommandError(
        CommandError.Code.failed,
        "\(directory) is a board's folder already: its identity would be lost; --force if that is meant")
    }
    let trusted = trustedDirectory ?? directory + "/trusted.d"
    try StateFiles.makeDirectory(directory)
    if trustedKey != nil || trustedDirectory == nil { try StateFiles.makeDirectory(trusted) }
    var id = boardID ?? [UInt8](repeating: 0, count: 16)
    if boardID == nil { id.withUnsafeMutableBytes { cboard_random($0.baseAddress, $0.count) } }
    if let bench { try StateFiles.write(directory, "bench.bin", bench) }
    if let trustedKey {
      try StateFiles.write(trusted, Hex.text(Array(trustedKey[0..<4])) + ".pub", trustedKey)
    }
    var out = ByteWriter(reserving: 64)
    out.put(magic)
    out.put(UInt16(1))
    out.append(id)
    out.put(string: name)
    out.putChecksum()
    try StateFiles.write(directory, "identity", out.bytes)
  }

  /// Where a run request with this SHA-256 is kept.
  func requestPath(_ hash: [UInt8]) -> String { requestDirectory + "/" + Hex.text(hash) }
}
