import PhysicalNetwork
import WireFormat

/// What stands at the head of a run's journal: all that is needed to read its codes. Bits: docs/journal.md.
public struct RunStart: Equatable, Sendable {
  public static let formatVersion: UInt16 = 1

  public var mode: RunMode
  /// Times are a virtual bench's, not a clock's.
  public var virtualTime: Bool
  /// SHA-256 of the bundle the run used; zeros when there was none.
  public var bundleHash: [UInt8]
  /// SHA-256 of the run request.
  public var requestHash: [UInt8]
  /// Nanoseconds since 1970 at step 0; 0 in virtual time.
  public var wallClock: UInt64
  /// Nanoseconds of the loop's clock at step 0.
  public var startTime: UInt64
  public var label: String
  public var runtimeVersion: String
  /// The board description in force: calibration, channels, nodes, step period.
  public var board: BoardDescription
  /// Control steps a frame is held, and steps of settling; 0 when no network runs.
  public var hold: UInt16
  public var settleSteps: UInt16

  public init(
    mode: RunMode, virtualTime: Bool, bundleHash: [UInt8], requestHash: [UInt8], wallClock: UInt64,
    startTime: UInt64, label: String, runtimeVersion: String, board: BoardDescription, hold: UInt16,
    settleSteps: UInt16
  ) {
    self.mode = mode
    self.virtualTime = virtualTime
    self.bundleHash = bundleHash
    self.requestHash = requestHash
    self.wallClock = wallClock
    self.startTime = startTime
    self.label = label
    self.runtimeVersion = runtimeVersion
    self.board = board
    self.hold = hold
    self.settleSteps = settleSteps
  }

  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 2048)
    out.put(Self.formatVersion)
    out.put(mode.rawValue)
    out.put(virtualTime)
    out.append(bundleHash)
    out.append(requestHash)
    out.put(wallClock)
    out.put(startTime)
    out.put(hold)
    out.put(settleSteps)
    out.put(string: label)
    out.put(string: runtimeVersion)
    out.put(blob: board.encoded())
    return out.bytes
  }

  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let mode = RunMode(rawValue: try reader.take(UInt8.self)) else { throw .invalid(offset: 2, field: "mode") }
    let virtualTime = try reader.takeBool("virtual time")
    let bundleHash = try reader.takeBytes(32)
    let requestHash = try reader.takeBytes(32)
    let wallClock = try reader.take(UInt64.self)
    let startTime = try reader.take(UInt64.self)
    let hold = try reader.take(UInt16.self)
    let settle = try reader.take(UInt16.self)
    let label = try reader.takeString()
    let version = try reader.takeString()
    let board = try BoardDescription(decoding: try reader.takeBlob())
    try reader.end()
    self.init(
      mode: mode, virtualTime: virtualTime, bundleHash: bundleHash, requestHash: requestHash, wallClock: wallClock,
      startTime: startTime, label: label, runtimeVersion: version, board: board, hold: hold, settleSteps: settle)
  }
}
