/// A 7-bit I2C address outside the reserved ranges (0x08 to 0x77).
public struct I2CAddress: Equatable, Hashable, Sendable {
  /// The address, unshifted.
  public let value: UInt8

  /// Nil for a reserved or 10-bit address.
  public init?(_ value: UInt8) {
    guard value >= 0x08, value <= 0x77 else { return nil }
    self.value = value
  }
}

/// What went wrong on an I2C bus.
public enum I2CErrorKind: UInt8, Equatable, Sendable {
  /// Nobody acknowledged the address.
  case noAcknowledgeAddress = 1
  /// The device acknowledged its address, then refused a data byte.
  case noAcknowledgeData = 2
  /// Another controller won the bus.
  case arbitrationLost = 3
  /// The transfer took longer than the bus allows.
  case timeout = 4
  /// SDA or SCL is held low.
  case busStuck = 5
  /// Data was lost in the controller.
  case overrun = 6
  /// The process may not open the bus.
  case permission = 7
  /// The bus does not exist.
  case noSuchDevice = 8
  /// The controller cannot do what was asked of it.
  case unsupported = 9
  /// The device answered, but not with what its driver expects.
  case unexpectedData = 10
  /// Anything else; see `errno`.
  case other = 11
}

/// An I2C failure: what, at which address, and the system's own number for it (0 when there is none).
public struct I2CError: Error, Equatable, Sendable {
  public var kind: I2CErrorKind
  public var address: UInt8
  public var errno: Int32

  public init(_ kind: I2CErrorKind, address: UInt8, errno: Int32 = 0) {
    self.kind = kind
    self.address = address
    self.errno = errno
  }
}

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

/// An I2C controller.
///
/// One requirement; everything else is built on it.
public protocol I2CBus {
  /// Performs `operations` as one transaction.
  ///
  /// On the bus: a start and the address before the first operation; a repeated start and the address where the
  /// direction changes, and also between two operations of the same direction; a stop after the last. Each read ends in
  /// a not-acknowledge of its last byte. Nothing is allocated.
  ///
  /// - Throws: `I2CError`; a stop has been sent, and what earlier operations wrote stays written.
  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError)
}

extension I2CBus {
  /// Start, address, `bytes`, stop.
  @inlinable
  public mutating func write(_ address: I2CAddress, _ bytes: UnsafeRawBufferPointer) throws(I2CError) {
    var operation = I2COperation.write(bytes)
    try transact(address, &operation, count: 1)
  }

  /// Start, address, read into `bytes`, stop.
  @inlinable
  public mutating func read(_ address: I2CAddress, into bytes: UnsafeMutableRawBufferPointer) throws(I2CError) {
    var operation = I2COperation.read(bytes)
    try transact(address, &operation, count: 1)
  }

  /// Start, address, `bytes`, repeated start, read into `answer`, stop.
  @inlinable
  public mutating func writeRead(
    _ address: I2CAddress, _ bytes: UnsafeRawBufferPointer, into answer: UnsafeMutableRawBufferPointer
  ) throws(I2CError) {
    var pair = (I2COperation.write(bytes), I2COperation.read(answer))
    let outcome: I2CError? = withUnsafeMutableBytes(of: &pair) { raw in
      let operations = raw.bindMemory(to: I2COperation.self)
      do throws(I2CError) {
        try transaction(address, operations)
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }

  @inlinable
  mutating func transact(
    _ address: I2CAddress, _ operation: inout I2COperation, count: Int
  ) throws(I2CError) {
    let outcome: I2CError? = withUnsafeMutablePointer(to: &operation) { pointer in
      do throws(I2CError) {
        try transaction(address, UnsafeMutableBufferPointer(start: pointer, count: count))
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }
}
