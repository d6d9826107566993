import WireFormat

/// What becomes of a run that starts again by itself.
public enum StandingState: UInt8, Sendable {
  /// There is none.
  case none = 0
  case running = 1
  /// It failed and starts again after a while.
  case waiting = 2
  /// The board's daemon starts it when it runs again.
  case kept = 3
}

/// The board's daemon and its standing run.
public struct ServiceStatus: WireMessage {
  /// A daemon serves the board.
  public let isServed: Bool
  public let standing: StandingState
  /// How often the daemon has started the standing run by itself.
  public let restarts: UInt32

  public init(isServed: Bool = false, standing: StandingState = .none, restarts: UInt32 = 0) {
    self.isServed = isServed
    self.standing = standing
    self.restarts = restarts
  }

  public func encode(to writer: inout ByteWriter) {
    writer.put(isServed)
    writer.put(standing.rawValue)
    writer.put(restarts)
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    isServed = try reader.takeBool("daemon")
    let offset = reader.offset
    guard let standing = StandingState(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: offset, field: "standing run")
    }
    self.standing = standing
    restarts = try reader.take(UInt32.self)
  }
}
