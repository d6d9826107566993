import HardwareInterface

/// How a bus is used.
public struct I2CBusOptions: Equatable, Sendable {
  /// How long one call may take, in steps of 10 ms; 0 for the adapter's own limit (1 s, mostly). It holds for every user of
  /// the adapter.
  public var timeoutMilliseconds: UInt16
  /// How often the kernel itself repeats a transfer that lost arbitration; 0 for the adapter's own number. It holds for
  /// every user of the adapter.
  public var retries: UInt8
  /// What may be joined in one call. What the adapter's driver is known to refuse is not joined in any case.
  public var combining: I2CCombining

  public init(timeoutMilliseconds: UInt16 = 0, retries: UInt8 = 0, combining: I2CCombining = .any) {
    self.timeoutMilliseconds = timeoutMilliseconds
    self.retries = retries
    self.combining = combining
  }
}

/// What may not stand in one call.
struct JoiningRules {
  var oneDevice: Bool
  var readsLast: Bool
  var oneTransaction: Bool

  init(_ combining: I2CCombining, _ family: I2CAdapterFamily) {
    oneDevice = combining == .sameAddress || family == .designWare
    readsLast = combining == .readLast || family == .bcm2835
    oneTransaction = combining == .single
  }
}
