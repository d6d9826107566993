/// What a controller's driver can join into one call; the numbers stand in bundles.
public enum BusCombining: UInt8, Equatable, Sendable {
  /// Any transactions, to any addresses.
  case any = 0
  /// Transactions to one address only (DesignWare, the Raspberry Pi 5's RP1).
  case sameAddress = 1
  /// Only the last message of a call may be a read (BCM2835, the Raspberry Pi's up to 4).
  case readLast = 2
  /// One transaction a call (SMBus controllers).
  case single = 3
}

/// One I2C bus of the board.
public struct BusDescription: Equatable, Sendable {
  /// A line index that stands for none.
  public static let noLine: UInt8 = 0xFF

  public var name: String
  /// The Linux device, such as `/dev/i2c-1`; unused on a virtual board.
  public var device: String
  /// Clock in hertz.
  public var clockHertz: UInt32
  /// How long a transfer may take before the controller gives up, milliseconds; 0 for the adapter's own.
  public var timeoutMilliseconds: UInt16
  /// How often the adapter itself tries again after lost arbitration.
  public var retries: UInt8
  public var combining: BusCombining
  /// The lines that are this bus's clock and data, for freeing a stuck bus; indices into `BoardDescription.lines`.
  public var clockLine: UInt8
  public var dataLine: UInt8

  public init(
    name: String, device: String, clockHertz: UInt32, timeoutMilliseconds: UInt16 = 0, retries: UInt8 = 0,
    combining: BusCombining = .any, clockLine: UInt8 = BusDescription.noLine, dataLine: UInt8 = BusDescription.noLine
  ) {
    self.name = name
    self.device = device
    self.clockHertz = clockHertz
    self.timeoutMilliseconds = timeoutMilliseconds
    self.retries = retries
    self.combining = combining
    self.clockLine = clockLine
    self.dataLine = dataLine
  }
}
