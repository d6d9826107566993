import CBoardHardware
import HardwareInterface

/// A transaction put as one of SMBus's own, for controllers that can do nothing else.
///
/// | operations | SMBus |
/// |---|---|
/// | nothing written, nothing read | quick |
/// | 1 byte written | send byte |
/// | 1 byte read | receive byte |
/// | 2 written | write byte data |
/// | 3 written | write word data, low byte first |
/// | 4 to 33 written | I2C block write |
/// | 1 written, 1 read | read byte data |
/// | 1 written, 2 read | read word data, low byte first |
/// | 1 written, up to 32 read | I2C block read |
///
/// Where a controller lacks the byte or word call, a block of that length serves: the bits on the wire are the same.
public struct SMBusPlan: Equatable {
  /// One of `EDGE_SMBUS_…`.
  public var kind: Int32
  /// The first byte sent.
  public var command: UInt8
  /// Where the other bytes are, or go to.
  public var bytes: UnsafeMutablePointer<UInt8>?
  public var count: UInt8

  /// Nil when the adapter cannot express the operations.
  public init?(_ operations: UnsafeMutableBufferPointer<I2COperation>, functions: UInt32) {
    guard let first = operations.first, operations.count <= 2 else { return nil }
    let start = first.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    if operations.count == 2 {
      guard first.direction == .write, first.bytes.count == 1, operations[1].direction == .read, let start else {
        return nil
      }
      let answer = operations[1].bytes
      command = start[0]
      bytes = answer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      guard let chosen = Self.readAfterCommand(answer.count, functions) else { return nil }
      kind = chosen
      count = UInt8(truncatingIfNeeded: answer.count)
    } else if first.direction == .read {
      guard let chosen = Self.readAlone(first.bytes.count, functions) else { return nil }
      (kind, command, bytes) = (chosen, 0, start)
      count = UInt8(truncatingIfNeeded: first.bytes.count)
    } else {
      guard let chosen = Self.write(first.bytes.count, functions) else { return nil }
      kind = chosen
      command = first.bytes.count > 0 ? start?[0] ?? 0 : 0
      bytes = first.bytes.count > 1 ? start.map { $0 + 1 } : nil
      count = UInt8(truncatingIfNeeded: max(0, first.bytes.count - 1))
    }
  }

  private static func write(_ count: Int, _ functions: UInt32) -> Int32? {
    let block = count >= 2 && count <= 1 + Int(EDGE_SMBUS_MOST_BYTES) && has(functions, EDGE_I2C_FUNCTION_WRITE_BLOCK)
    switch count {
    case 0: return has(functions, EDGE_I2C_FUNCTION_QUICK) ? Int32(EDGE_SMBUS_QUICK_WRITE) : nil
    case 1: return has(functions, EDGE_I2C_FUNCTION_WRITE_BYTE) ? Int32(EDGE_SMBUS_WRITE_BYTE) : nil
    case 2 where has(functions, EDGE_I2C_FUNCTION_WRITE_BYTE_DATA): return Int32(EDGE_SMBUS_WRITE_BYTE_DATA)
    case 3 where has(functions, EDGE_I2C_FUNCTION_WRITE_WORD_DATA): return Int32(EDGE_SMBUS_WRITE_WORD_DATA)
    default: return block ? Int32(EDGE_SMBUS_WRITE_BLOCK) : nil
    }
  }

  private static func readAlone(_ count: Int, _ functions: UInt32) -> Int32? {
    switch count {
    case 0: return has(functions, EDGE_I2C_FUNCTION_QUICK) ? Int32(EDGE_SMBUS_QUICK_READ) : nil
    case 1: return has(functions, EDGE_I2C_FUNCTION_READ_BYTE) ? Int32(EDGE_SMBUS_READ_BYTE) : nil
    default: return nil
    }
  }

  private static func readAfterCommand(_ count: Int, _ functions: UInt32) -> Int32? {
    let block = count >= 1 && count <= Int(EDGE_SMBUS_MOST_BYTES) && has(functions, EDGE_I2C_FUNCTION_READ_BLOCK)
    switch count {
    case 1 where has(functions, EDGE_I2C_FUNCTION_READ_BYTE_DATA): return Int32(EDGE_SMBUS_READ_BYTE_DATA)
    case 2 where has(functions, EDGE_I2C_FUNCTION_READ_WORD_DATA): return Int32(EDGE_SMBUS_READ_WORD_DATA)
    default: return block ? Int32(EDGE_SMBUS_READ_BLOCK) : nil
    }
  }

  private static func has(_ functions: UInt32, _ wanted: Int32) -> Bool {
    functions & UInt32(truncatingIfNeeded: wanted) != 0
  }
}
