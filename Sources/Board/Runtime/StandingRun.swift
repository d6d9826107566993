import CBoard
import PhysicalNetwork
import WireFormat

/// A run that starts again by itself, after a failure and after a reboot, until somebody stops it: its request, kept in
/// `state/standing`. docs/runs.md has the bits.
struct StandingRun {
  static let magic: UInt32 = 0x5453_5445  // "ETST"
  static let fileName = "standing"

  var options: RunOptions
  var request: RunRequest

  private static func folder(_ state: BoardState) -> String { state.directory + "/state" }

  /// The board's standing run; nil when it has none.
  static func load(_ state: BoardState) throws(CommandError) -> StandingRun? {
    let path = folder(state) + "/" + fileName
    guard let bytes = try StateFiles.read(path, limit: (64 << 20) + 64) else { return nil }
    do throws(WireError) {
      guard bytes.count > 4 else { throw .truncated(offset: 0) }
      let body = bytes[0..<bytes.count - 4]
      var tail = ByteReader(bytes[(bytes.count - 4)...])
      guard try tail.take(UInt32.self) == body.withUnsafeBytes({ CRC32C.checksum($0) }) else {
        throw .checksum(offset: body.count)
      }
      var reader = ByteReader(body)
      guard try reader.take(UInt32.self) == magic, try reader.take(UInt16.self) == 1 else {
        throw .invalid(offset: 0, field: "standing run")
      }
      let options = RunOptions(bits: try reader.take(UInt8.self))
      let request = try RunRequest(decoding: try reader.takeBlob())
      try reader.end()
      return StandingRun(options: options, request: request)
    } catch {
      throw CommandError(
        CommandError.Code.failed,
        "\(path) is damaged (\(error.text)): start the standing run again with 'edgesync run --standing'")
    }
  }

  /// Keeps it, over what may be there.
  func save(_ state: BoardState) throws(CommandError) {
    let bytes = request.encoded()
    var out = ByteWriter(reserving: bytes.count + 16)
    out.put(Self.magic)
    out.put(UInt16(1))
    out.put(options.bits)
    out.put(blob: bytes)
    out.putChecksum()
    try StateFiles.write(Self.folder(state), Self.fileName, out.bytes)
  }

  /// Forgets it for good.
  static func remove(_ state: BoardState) throws(CommandError) {
    let path = folder(state) + "/" + fileName
    let result = cboard_unlink(path)
    guard result == 0 || result == -CBOARD_ENOENT else { throw StateFiles.fault("remove", path, -result) }
    _ = cboard_fsync_directory(folder(state))
  }

  /// Whether the board has one; it may be damaged.
  static func isKept(_ state: BoardState) -> Bool {
    var size: Int64 = 0
    return cboard_path_size(folder(state) + "/" + fileName, &size) == 0
  }

  /// Its request under a fresh run id: every start is a run of its own.
  func renewed() -> RunRequest {
    var next = request
    next.runID.withUnsafeMutableBytes { cboard_random($0.baseAddress, $0.count) }
    return next
  }
}
