import HardwareInterface
import WireFormat

/// What a transaction takes on the wire: a start or repeated start and the address are 10 bits, a byte with its
/// acknowledge is 9, a stop is 1.
public enum WireTime {
  /// Bits of one transaction with its stop.
  @inlinable
  public static func bits(_ operations: UnsafeMutableBufferPointer<I2COperation>) -> UInt64 {
    var bits: UInt64 = 1
    for operation in operations { bits += 10 + 9 * UInt64(operation.bytes.count) }
    return bits
  }

  /// Nanoseconds of a number of bits at a clock.
  @inlinable
  public static func nanoseconds(bits: UInt64, hertz: UInt32) -> UInt64 {
    bits * 1_000_000_000 / UInt64(max(hertz, 1))
  }
}
