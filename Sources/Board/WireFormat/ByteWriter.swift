/// Appends little-endian fields to a growing byte array.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init(reserving capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  public var count: Int { bytes.count }

  #if hasFeature(Embedded)
    @inline(never)
  #else
    @inlinable
  #endif
  public mutating func put<T: FixedWidthInteger>(_ value: T) {
    var little = value.littleEndian
    withUnsafeBytes(of: &little) { append($0) }
  }

  @inlinable
  public mutating func put(_ value: Float) { put(value.bitPattern) }

  @inlinable
  public mutating func put(_ value: Double) { put(value.bitPattern) }

  @inlinable
  public mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }

  public mutating func append(_ raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

  public mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

  /// A `UInt16` count of UTF-8 bytes, then the bytes; cut at 65,535.
  public mutating func put(string: String) {
    let utf8 = Array(string.utf8.prefix(Int(UInt16.max)))
    put(UInt16(utf8.count))
    append(utf8)
  }

  /// A `UInt32` count, then the bytes.
  public mutating func put(blob: [UInt8]) {
    put(UInt32(blob.count))
    append(blob)
  }

  /// A `UInt32` count, then the values.
  public mutating func put(floats: [Float]) {
    put(UInt32(floats.count))
    for value in floats { put(value) }
  }

  /// Overwrites four bytes at `offset`, for lengths and checksums known only later.
  public mutating func patch(_ value: UInt32, at offset: Int) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  /// Appends the CRC-32C of everything so far.
  public mutating func putChecksum() { put(CRC32C.checksum(bytes)) }
}
