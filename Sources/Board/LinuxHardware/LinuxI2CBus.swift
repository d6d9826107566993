import CBoardHardware
import HardwareInterface

/// An I2C adapter of the Linux kernel, such as `/dev/i2c-1`. Closed when the last reference goes.
///
/// An adapter that knows SMBus alone is used through libi2c, as far as transactions have the shape of SMBus's own.
public typealias LinuxI2CBus = I2CController<LinuxI2CPort>

extension I2CController where Port == LinuxI2CPort {
  /// Opens an adapter and sets what `options` ask for.
  ///
  /// - Throws: `I2CError` (address 0): `noSuchDevice`, `permission`, or `unsupported` for an adapter with neither I2C nor
  ///   SMBus transfers.
  public convenience init(device: String, options: I2CBusOptions = I2CBusOptions()) throws(I2CError) {
    let port = try LinuxI2CPort(device: device, options: options)
    try self.init(port: port, combining: options.combining)
  }

  /// Closes the adapter and opens it anew, with the same options: after it was unplugged and came back.
  ///
  /// The kernel holds up the removal of an adapter until nobody has it open, so this should not wait for long after a
  /// transfer has failed with `noSuchDevice`. Allocates.
  ///
  /// - Throws: `I2CError` (address 0); every transfer fails with `noSuchDevice` then.
  public func reopen() throws(I2CError) {
    let failure = port.reopen()
    guard failure == 0 else { throw I2CError(LinuxErrno.i2cKind(-failure), address: 0, errno: -failure) }
    forgetSelection()
  }

  /// The most operations one transaction may have, and the most bytes one operation may have: the kernel's limits.
  public static var mostOperations: Int { Int(EDGE_I2C_MOST_MESSAGES) }
  public static var mostBytes: Int { Int(EDGE_I2C_MOST_BYTES) }
}

/// An open adapter.
public final class LinuxI2CPort: I2CPort {
  public let functions: UInt32
  public let family: I2CAdapterFamily
  /// The name the adapter's driver gives it, such as `bcm2835 (i2c@7e804000)`; empty where sysfs does not say.
  public let name: String

  private let device: String
  private let options: I2CBusOptions
  /// Below 0 while there is none.
  private var adapter: Int32

  /// - Throws: `I2CError` (address 0).
  public init(device: String, options: I2CBusOptions) throws(I2CError) {
    var able: UInt32 = 0
    let opened = Self.open(device, options, &able)
    guard opened >= 0 else { throw I2CError(LinuxErrno.i2cKind(-opened), address: 0, errno: -opened) }
    self.device = device
    self.options = options
    adapter = opened
    functions = able
    (family, name) = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { room in
      guard let base = room.baseAddress else { return (I2CAdapterFamily.other, "") }
      let start = UnsafeMutableRawPointer(base).assumingMemoryBound(to: CChar.self)
      let count = Int(edge_i2c_name(opened, start, UInt32(room.count)))
      guard count > 0 else { return (I2CAdapterFamily.other, "") }
      let bytes = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(room)[0..<count])
      return (I2CAdapterFamily(name: bytes), String(decoding: bytes, as: UTF8.self))
    }
  }

  deinit { edge_close(adapter) }

  /// 0, or a negative error number; an adapter that can do other things than the one before is not taken.
  func reopen() -> Int32 {
    edge_close(adapter)
    adapter = -1
    var able: UInt32 = 0
    let opened = Self.open(device, options, &able)
    guard opened >= 0 else { return opened }
    guard able == functions else {
      edge_close(opened)
      return -95  // EOPNOTSUPP
    }
    adapter = opened
    return 0
  }

  public func transfer(_ messages: UnsafeMutablePointer<edge_i2c_message>, count: Int) -> Int32 {
    adapter < 0 ? -19 : edge_i2c_transfer(adapter, messages, UInt32(count))  // ENODEV
  }

  public func select(_ address: UInt8) -> Int32 { adapter < 0 ? -19 : edge_i2c_select(adapter, address) }

  public func smbus(_ plan: SMBusPlan) -> Int32 {
    adapter < 0 ? -19 : edge_i2c_smbus(adapter, plan.kind, plan.command, plan.bytes, plan.count)
  }

  /// Opens an adapter and sets its time limit and retries; a file descriptor, or a negative error number.
  private static func open(_ device: String, _ options: I2CBusOptions, _ able: inout UInt32) -> Int32 {
    let adapter = device.withCString { edge_i2c_open($0, &able) }
    guard adapter >= 0 else { return adapter }
    var result: Int32 = 0
    if options.timeoutMilliseconds != 0 {
      result = edge_i2c_set_timeout(adapter, UInt32(options.timeoutMilliseconds))
    }
    if result >= 0, options.retries != 0 { result = edge_i2c_set_retries(adapter, UInt32(options.retries)) }
    guard result < 0 else { return adapter }
    edge_close(adapter)
    return result
  }
}
