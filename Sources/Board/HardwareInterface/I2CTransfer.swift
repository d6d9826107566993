/// One part of a transaction: bytes to write from, or bytes to read into, a caller's buffer.
public struct I2COperation {
  public enum Direction: UInt8, Sendable { case write, read }

  public let direction: Direction
  public let bytes: UnsafeMutableRawBufferPointer

  /// Sends `bytes`; they are not changed.
  @inlinable
  public static func write(_ bytes: UnsafeRawBufferPointer) -> I2COperation {
    I2COperation(direction: .write, bytes: UnsafeMutableRawBufferPointer(mutating: bytes))
  }

  /// Fills `bytes`.
  @inlinable
  public static func read(_ bytes: UnsafeMutableRawBufferPointer) -> I2COperation {
    I2COperation(direction: .read, bytes: bytes)
  }

  @inlinable
  init(direction: Direction, bytes: UnsafeMutableRawBufferPointer) {
    self.direction = direction
    self.bytes = bytes
  }
}

/// One transaction of a batch: a device and what is done with it. The caller keeps the operations alive.
public struct I2CTransfer {
  public var address: I2CAddress
  public var operations: UnsafeMutableBufferPointer<I2COperation>

  public init(address: I2CAddress, operations: UnsafeMutableBufferPointer<I2COperation>) {
    self.address = address
    self.operations = operations
  }
}

/// How far a batch came.
public struct I2CBatchResult: Equatable, Sendable {
  /// How many transactions were completed, from the first on.
  public var completed: Int
  /// What the next one met; nil when all were completed.
  public var error: I2CError?
  /// What a joined call met whose transactions then went well one by one; which of them it was is not known.
  public var repeated: I2CError?

  public init(completed: Int, error: I2CError? = nil, repeated: I2CError? = nil) {
    self.completed = completed
    self.error = error
    self.repeated = repeated
  }
}

/// Which transactions of a batch a controller takes in one call. The numbers are those of a board description.
public enum I2CCombining: UInt8, Equatable, Sendable {
  /// Any, with repeated starts between them.
  case any = 0
  /// Those with one device.
  case sameAddress = 1
  /// Any, but only the last message of a call may read (BCM2835).
  case readLast = 2
  /// One transaction a call (SMBus-only controllers, and chips that need a stop).
  case single = 3
}
