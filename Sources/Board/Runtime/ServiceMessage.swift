import WireFormat

/// How a run is wanted; the bits stand in messages and in the state folder.
struct RunOptions: Equatable {
  /// Started again by itself, until somebody stops it.
  var standing = false
  /// Started with the chips that answer, in place of not at all.
  var partial = false
  /// A virtual bench goes by the clock on the wall.
  var realTime = false

  var bits: UInt8 { (standing ? 1 : 0) | (partial ? 2 : 0) | (realTime ? 4 : 0) }

  init() {}

  init(bits: UInt8) {
    standing = bits & 1 != 0
    partial = bits & 2 != 0
    realTime = bits & 4 != 0
  }
}

/// What another process of the board asks of its daemon: one packet through `run/daemon`.
enum ServiceRequest {
  /// Start the run of a request in the state folder.
  case start(hash: [UInt8], RunOptions)
  /// End the run that goes on, and any standing run for good.
  case stop

  static let version: UInt16 = 1

  var encoded: [UInt8] {
    var out = ByteWriter(reserving: 40)
    out.put(Self.version)
    switch self {
    case .start(let hash, let options):
      out.put(UInt8(1))
      out.put(options.bits)
      out.append(hash)
    case .stop: out.put(UInt8(2))
    }
    return out.bytes
  }

  init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.version else { throw .invalid(offset: 0, field: "version") }
    switch try reader.take(UInt8.self) {
    case 1:
      let options = RunOptions(bits: try reader.take(UInt8.self))
      self = .start(hash: try reader.takeBytes(32), options)
    case 2: self = .stop
    default: throw .invalid(offset: 2, field: "command")
    }
    try reader.end()
  }
}

/// What the daemon answers: an exit code, and why; the run that was started.
struct ServiceReply {
  var code: Int32
  /// 16 bytes; zeros where none was started.
  var run: [UInt8]
  var message: String

  static let longest = 4000

  var encoded: [UInt8] {
    var out = ByteWriter(reserving: 64)
    out.put(ServiceRequest.version)
    out.put(code)
    out.append(run)
    out.put(string: String(decoding: message.utf8.prefix(Self.longest), as: UTF8.self))
    return out.bytes
  }

  init(
    code: Int32 = CommandError.Code.ok, run: [UInt8] = [UInt8](repeating: 0, count: 16), message: String = ""
  ) {
    self.code = code
    self.run = run
    self.message = message
  }

  init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == ServiceRequest.version else { throw .invalid(offset: 0, field: "version") }
    code = try reader.take(Int32.self)
    run = try reader.takeBytes(16)
    message = try reader.takeString()
  }
}
