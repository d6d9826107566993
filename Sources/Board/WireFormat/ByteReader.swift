/// Why bytes could not be read as the format they should be.
public enum WireError: Error, Equatable, Sendable {
  /// The data ends at `offset`, before the field that starts there is complete.
  case truncated(offset: Int)
  /// A field at `offset` holds a value its format does not allow; `field` is a short fixed name.
  case invalid(offset: Int, field: StaticName)
  /// Bytes are left over after the last field.
  case trailing(offset: Int)
  /// A checksum does not match.
  case checksum(offset: Int)
}

/// A field's name: a static string that can be compared and printed.
public struct StaticName: Equatable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  private let text: StaticString
  public init(stringLiteral value: StaticString) { text = value }
  public var description: String { text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }

  // Bytes, not strings: comparing strings would bring the tables of Unicode's normal forms onto the board.
  public static func == (left: StaticName, right: StaticName) -> Bool {
    left.text.withUTF8Buffer { one in
      right.text.withUTF8Buffer { other in
        guard one.count == other.count else { return false }
        for index in 0..<one.count where one[index] != other[index] { return false }
        return true
      }
    }
  }
}

/// Reads little-endian fields from bytes it does not trust: every read is checked, nothing is allocated beyond what the
/// data can back.
public struct ByteReader: Sendable {
  private let bytes: ArraySlice<UInt8>
  /// The offset of the next field from the start of the data.
  public private(set) var offset = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes[...] }
  public init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  public var remaining: Int { bytes.count - offset }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func take<T: FixedWidthInteger>(_ type: T.Type) throws(WireError) -> T {
    let size = T.bitWidth / 8
    guard remaining >= size else { throw .truncated(offset: offset) }
    var value: T = 0
    for index in 0..<size {
      value |= T(truncatingIfNeeded: bytes[bytes.startIndex + offset + index]) << T(8 * index)
    }
    offset += size
    return value
  }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeFloat() throws(WireError) -> Float { Float(bitPattern: try take(UInt32.self)) }

  /// A float that must be finite.
  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeFiniteFloat(_ field: StaticName) throws(WireError) -> Float {
    let start = offset
    let value = try takeFloat()
    guard value.isFinite else { throw .invalid(offset: start, field: field) }
    return value
  }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeDouble() throws(WireError) -> Double { Double(bitPattern: try take(UInt64.self)) }

  /// A double that must be finite.
  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeFiniteDouble(_ field: StaticName) throws(WireError) -> Double {
    let start = offset
    let value = try takeDouble()
    guard value.isFinite else { throw .invalid(offset: start, field: field) }
    return value
  }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeBool(_ field: StaticName) throws(WireError) -> Bool {
    let start = offset
    let byte = try take(UInt8.self)
    guard byte <= 1 else { throw .invalid(offset: start, field: field) }
    return byte == 1
  }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeBytes(_ count: Int) throws(WireError) -> [UInt8] {
    guard count >= 0, remaining >= count else { throw .truncated(offset: offset) }
    let start = bytes.startIndex + offset
    offset += count
    return Array(bytes[start..<start + count])
  }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeString() throws(WireError) -> String {
    let count = Int(try take(UInt16.self))
    let raw = try takeBytes(count)
    guard let text = String(validating: raw, as: UTF8.self) else {
      throw .invalid(offset: offset - count, field: "text")
    }
    return text
  }

  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeBlob() throws(WireError) -> [UInt8] {
    let count = try take(UInt32.self)
    guard UInt64(count) <= UInt64(remaining) else { throw .truncated(offset: offset) }
    return try takeBytes(Int(count))
  }

  /// A counted array of finite floats.
  #if hasFeature(Embedded)
    @inline(never)
  #endif
  public mutating func takeFloats(_ field: StaticName) throws(WireError) -> [Float] {
    let count = try take(UInt32.self)
    guard UInt64(count) * 4 <= UInt64(remaining) else { throw .truncated(offset: offset) }
    var values: [Float] = []
    values.reserveCapacity(Int(count))
    for _ in 0..<count { values.append(try takeFiniteFloat(field)) }
    return values
  }

  /// Throws unless everything has been read.
  public func end() throws(WireError) {
    guard remaining == 0 else { throw .trailing(offset: offset) }
  }
}
