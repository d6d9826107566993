import WireFormat

/// Searches through bytes eight at a time.
enum ByteSearch {
  /// The first offset from `start` on whose byte is not zero, or `nil`.
  static func firstNonZero(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var offset = start
    while offset + 8 <= bytes.count, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == 0 { offset += 8 }
    while offset < bytes.count {
      if bytes[offset] != 0 { return offset }
      offset += 1
    }
    return nil
  }

  /// The first offset from `start` on whose byte is `value`, or `nil`.
  static func first(_ value: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(value)
    var offset = start
    while offset + 8 <= bytes.count {
      // Bytes equal to `value` become zero; the classic test for a zero byte then finds them.
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ pattern
      if (word &- ones) & ~word & 0x8080_8080_8080_8080 != 0 { break }
      offset += 8
    }
    while offset < bytes.count {
      if bytes[offset] == value { return offset }
      offset += 1
    }
    return nil
  }
}
