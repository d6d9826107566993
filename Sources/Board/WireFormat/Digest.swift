/// A SHA-256: thirty-two bytes, written as 64 lower-case hexadecimal digits.
public struct Digest: Hashable, Sendable {
  /// The bytes eight at a time, the first of each eight highest.
  public let words: (UInt64, UInt64, UInt64, UInt64)

  /// All zeros: nothing was hashed.
  public static let none = Digest(words: (0, 0, 0, 0))

  public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// The digest of exactly 32 bytes, else `nil`.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    func word(_ start: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in 0..<8 { value = value << 8 | UInt64(bytes[start + index]) }
      return value
    }
    self.init(words: (word(0), word(8), word(16), word(24)))
  }

  /// The digest of exactly 64 hexadecimal digits of either case, else `nil`.
  public init?(hex: String) {
    guard let bytes = Hex.bytes(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// The 32 bytes in the order of the text.
  public var bytes: [UInt8] {
    var writer = ByteWriter(reserving: 32)
    writer.put(self)
    return writer.bytes
  }

  public static func == (left: Digest, right: Digest) -> Bool {
    left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2
      && left.words.3 == right.words.3
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

extension Digest: CustomStringConvertible {
  public var description: String { Hex.text(bytes) }
}

extension ByteWriter {
  /// Appends the thirty-two bytes.
  public mutating func put(_ digest: Digest) {
    put(digest.words.0.bigEndian)
    put(digest.words.1.bigEndian)
    put(digest.words.2.bigEndian)
    put(digest.words.3.bigEndian)
  }
}

extension ByteReader {
  /// Reads thirty-two bytes.
  public mutating func takeDigest() throws(WireError) -> Digest {
    let first = UInt64(bigEndian: try take(UInt64.self))
    let second = UInt64(bigEndian: try take(UInt64.self))
    let third = UInt64(bigEndian: try take(UInt64.self))
    let fourth = UInt64(bigEndian: try take(UInt64.self))
    return Digest(words: (first, second, third, fourth))
  }
}
