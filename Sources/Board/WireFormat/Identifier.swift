/// Sixteen bytes that name one board or one run for good; written as 32 lower-case hexadecimal digits.
public struct Identifier: Hashable, Sendable {
  /// The first eight bytes, the first of them highest.
  public let high: UInt64
  /// The last eight bytes.
  public let low: UInt64

  /// All zeros: no board, no run.
  public static let none = Identifier(high: 0, low: 0)

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The identifier of the first sixteen of `bytes`; `nil` when there are fewer.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= 16 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for index in 0..<8 {
      high = high << 8 | UInt64(bytes[index])
      low = low << 8 | UInt64(bytes[8 + index])
    }
    self.init(high: high, low: low)
  }

  /// The identifier of exactly 32 hexadecimal digits of either case, else `nil`.
  public init?(hex: String) {
    guard let bytes = Hex.bytes(hex), bytes.count == 16 else { return nil }
    self.init(bytes: bytes)
  }

  /// The sixteen bytes in the order of the text.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    for index in 0..<16 { bytes.append(byte(index)) }
    return bytes
  }

  /// Byte `index`, 0 to 15.
  public func byte(_ index: Int) -> UInt8 {
    let half = index < 8 ? high : low
    return UInt8(truncatingIfNeeded: half >> UInt64(8 * (7 - index % 8)))
  }

  /// Whether the text of `self` comes before that of `other`.
  public func precedes(_ other: Identifier) -> Bool { high != other.high ? high < other.high : low < other.low }
}

extension Identifier: CustomStringConvertible {
  public var description: String { Hex.text(bytes) }
}

extension ByteWriter {
  /// Appends the sixteen bytes.
  public mutating func put(_ identifier: Identifier) {
    put(identifier.high.bigEndian)
    put(identifier.low.bigEndian)
  }
}

extension ByteReader {
  /// Reads sixteen bytes.
  public mutating func takeIdentifier() throws(WireError) -> Identifier {
    let high = UInt64(bigEndian: try take(UInt64.self))
    let low = UInt64(bigEndian: try take(UInt64.self))
    return Identifier(high: high, low: low)
  }
}
