import CBoardHardware
import HardwareInterface

/// An I2C adapter of the Linux kernel, such as `/dev/i2c-1`. Closed when the last reference goes.
public final class LinuxI2CBus: I2CBus {
  private let adapter: Int32

  /// The most operations one transaction may have, and the most bytes one operation may have: the kernel's limits.
  public static let mostOperations = Int(EDGE_I2C_MOST_MESSAGES)
  public static let mostBytes = Int(EDGE_I2C_MOST_BYTES)

  /// Opens the adapter.
  ///
  /// - Throws: `I2CError` (address 0): `noSuchDevice`, `permission`, or `unsupported` for an adapter that speaks SMBus only.
  public init(device: String) throws(I2CError) {
    let opened = device.withCString { edge_i2c_open($0) }
    guard opened >= 0 else { throw I2CError(LinuxErrno.i2cKind(-opened), address: 0, errno: -opened) }
    adapter = opened
  }

  deinit { edge_close(adapter) }

  /// One `I2C_RDWR` call. The kernel's own time limit applies.
  public func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    let count = operations.count
    guard count > 0 else { return }
    guard count <= Self.mostOperations else { throw I2CError(.unsupported, address: address.value) }
    for operation in operations where operation.bytes.count > Self.mostBytes {
      throw I2CError(.unsupported, address: address.value)
    }
    let result = withUnsafeTemporaryAllocation(of: edge_i2c_message.self, capacity: count) { messages in
      for index in 0..<count {
        let operation = operations[index]
        (messages.baseAddress.unsafelyUnwrapped + index).initialize(
          to: edge_i2c_message(
            bytes: operation.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            count: UInt16(truncatingIfNeeded: operation.bytes.count), read: operation.direction == .read ? 1 : 0))
      }
      return edge_i2c_transfer(adapter, address.value, messages.baseAddress, UInt32(count))
    }
    guard result == 0 else {
      throw I2CError(LinuxErrno.i2cKind(-result), address: address.value, errno: -result)
    }
  }
}
