/// What went wrong on an I2C bus.
public enum I2CErrorKind: UInt8, Equatable, Sendable {
  /// Nobody acknowledged the address. Controllers that do not say which byte was refused report this for data too.
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
  /// The bus does not exist, or has been taken away.
  case noSuchDevice = 8
  /// The controller cannot do what was asked of it.
  case unsupported = 9
  /// The device answered, but not with what its driver expects.
  case unexpectedData = 10
  /// Anything else; see `errno`.
  case other = 11
  /// A driver in the kernel has the address for itself.
  case addressInUse = 12

  /// Whether the fault is the bus's or its controller's: a transaction with another device would meet it too.
  public var concernsWholeBus: Bool {
    switch self {
    case .arbitrationLost, .timeout, .busStuck, .permission, .noSuchDevice: return true
    default: return false
    }
  }
}

/// An I2C failure: what, at which address, and the system's own number for it (0 when there is none).
public struct I2CError: Error, Equatable, Sendable {
  public var kind: I2CErrorKind
  /// 0 when no device is concerned.
  public var address: UInt8
  public var errno: Int32

  public init(_ kind: I2CErrorKind, address: UInt8, errno: Int32 = 0) {
    self.kind = kind
    self.address = address
    self.errno = errno
  }
}
