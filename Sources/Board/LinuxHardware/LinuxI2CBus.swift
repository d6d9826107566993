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

  /// The most operations one transaction may have, and the most bytes one operation may have: the kernel's limits.
  public static var mostOperations: Int { Int(EDGE_I2C_MOST_MESSAGES) }
  public static var mostBytes: Int { Int(EDGE_I2C_MOST_BYTES) }
}

/// An open adapter. Where it is unplugged, transfers fail with `ENODEV` until it is back; nothing else need be done.
public final class LinuxI2CPort: I2CPort {
  public let functions: UInt32
  public let family: I2CAdapterFamily
  /// The name the adapter's driver gives it, such as `bcm2835 (i2c@7e804000)`; empty where sysfs does not say.
  public let name: String

  private let device: String
  private let options: I2CBusOptions
  /// Below 0 while there is none.
  private var adapter: Int32
  private var nextSearch: UInt64 = 0

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

  public func transfer(_ messages: UnsafeMutablePointer<edge_i2c_message>, count: Int) -> Int32 {
    isOpen() ? checked(edge_i2c_transfer(adapter, messages, UInt32(count))) : Self.noDevice
  }

  public func select(_ address: UInt8) -> Int32 {
    isOpen() ? checked(edge_i2c_select(adapter, address)) : Self.noDevice
  }

  public func smbus(_ plan: SMBusPlan) -> Int32 {
    isOpen() ? checked(edge_i2c_smbus(adapter, plan.kind, plan.command, plan.bytes, plan.count)) : Self.noDevice
  }

  // MARK: Adapters that go and come

  private static var noDevice: Int32 { -19 }  // ENODEV

  /// A failed transfer's number; of an adapter that was unplugged, whatever its driver says of it, `ENODEV`.
  ///
  /// It is closed at once: the kernel holds up the removal until nobody has it open.
  private func checked(_ result: Int32) -> Int32 {
    guard result < 0, device.withCString({ edge_i2c_gone(adapter, $0) }) != 0 else { return result }
    edge_close(adapter)
    adapter = -1
    return Self.noDevice
  }

  /// Whether there is an adapter; one that was unplugged is looked for ten times a second.
  private func isOpen() -> Bool {
    guard adapter < 0 else { return true }
    let now = edge_clock_now()
    guard now >= nextSearch else { return false }
    nextSearch = now &+ 100_000_000
    var able: UInt32 = 0
    let opened = Self.open(device, options, &able)
    guard opened >= 0 else { return false }
    // What its caller settled on must hold for it still.
    guard able == functions else {
      edge_close(opened)
      return false
    }
    adapter = opened
    return true
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
