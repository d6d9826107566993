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
    let port = try LinuxI2CPort(device: device)
    let failure = port.configure(options)
    guard failure == 0 else { throw I2CError(LinuxErrno.i2cKind(-failure), address: 0, errno: -failure) }
    try self.init(port: port, combining: options.combining)
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

  private let adapter: Int32

  /// - Throws: `I2CError` (address 0).
  public init(device: String) throws(I2CError) {
    var able: UInt32 = 0
    let opened = device.withCString { edge_i2c_open($0, &able) }
    guard opened >= 0 else { throw I2CError(LinuxErrno.i2cKind(-opened), address: 0, errno: -opened) }
    adapter = opened
    functions = able
    (family, name) = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { room in
      let start = UnsafeMutableRawPointer(room.baseAddress.unsafelyUnwrapped).assumingMemoryBound(to: CChar.self)
      let count = Int(edge_i2c_name(opened, start, UInt32(room.count)))
      guard count > 0 else { return (I2CAdapterFamily.other, "") }
      let bytes = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(room)[0..<count])
      return (I2CAdapterFamily(name: bytes), String(decoding: bytes, as: UTF8.self))
    }
  }

  deinit { edge_close(adapter) }

  /// Sets the adapter's time limit and retries; 0, or a negative error number.
  func configure(_ options: I2CBusOptions) -> Int32 {
    if options.timeoutMilliseconds != 0 {
      let result = edge_i2c_set_timeout(adapter, UInt32(options.timeoutMilliseconds))
      if result < 0 { return result }
    }
    if options.retries != 0 {
      let result = edge_i2c_set_retries(adapter, UInt32(options.retries))
      if result < 0 { return result }
    }
    return 0
  }

  public func transfer(_ messages: UnsafeMutablePointer<edge_i2c_message>, count: Int) -> Int32 {
    edge_i2c_transfer(adapter, messages, UInt32(count))
  }

  public func select(_ address: UInt8) -> Int32 { edge_i2c_select(adapter, address) }

  public func smbus(_ plan: SMBusPlan) -> Int32 {
    edge_i2c_smbus(adapter, plan.kind, plan.command, plan.bytes, plan.count)
  }
}
