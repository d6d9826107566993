import CBoardHardware
import HardwareInterface

/// The system calls an I2C controller needs. `LinuxI2CPort` makes them; tests answer them.
///
/// Results are 0, or a negative error number of the kernel.
public protocol I2CPort: AnyObject {
  /// What the adapter can do: `EDGE_I2C_FUNCTION_…`.
  var functions: UInt32 { get }
  /// Whose driver answers.
  var family: I2CAdapterFamily { get }

  /// One call: start, messages with repeated starts between them, stop.
  func transfer(_ messages: UnsafeMutablePointer<edge_i2c_message>, count: Int) -> Int32
  /// Says which device `smbus` talks to.
  func select(_ address: UInt8) -> Int32
  /// One SMBus transaction with the selected device.
  func smbus(_ plan: SMBusPlan) -> Int32
}
