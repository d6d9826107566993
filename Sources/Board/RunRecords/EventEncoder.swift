import WireFormat

/// Writes events into memory somebody else owns, without allocating.
public struct EventEncoder {
  private var cursor: UnsafeMutableRawPointer

  /// Bytes of an event before its payload.
  public static let headerBytes = 12

  /// Writes the event's head; the payload's fields follow by `put`, in order.
  public init(_ memory: UnsafeMutableRawPointer, type: UInt16, payload: Int, step: UInt64) {
    cursor = memory
    put(type)
    put(UInt16(payload))
    put(step)
  }

  /// Appends a field, little-endian.
  public mutating func put<T: FixedWidthInteger>(_ value: T) {
    cursor.storeBytes(of: value.littleEndian, as: T.self)
    cursor += T.bitWidth / 8
  }
}
