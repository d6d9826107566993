import WireFormat

/// The first eight bytes of a public key's SHA-256: which key a bundle says it was signed with.
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
  public let value: UInt64

  /// The eight bytes, the first highest.
  public init(value: UInt64) { self.value = value }

  /// The identifier of a 32-byte public key.
  public init(publicKey: [UInt8]) { value = Digest.sha256(publicKey).words.0 }

  /// Sixteen hexadecimal digits.
  public var description: String {
    var writer = ByteWriter(reserving: 8)
    writer.put(value.bigEndian)
    return Hex.text(writer.bytes)
  }
}

/// An Ed25519 public key whose signatures this board accepts.
public struct PublicKey: Equatable, Sendable {
  /// Its 32 bytes.
  public let bytes: [UInt8]
  public let id: KeyID

  /// `nil` unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
    id = KeyID(publicKey: bytes)
  }

  /// The key in a file: 32 bytes, or 64 hexadecimal digits with white space around them.
  public init?(file: [UInt8]) {
    if file.count == 32 {
      self.init(bytes: file)
      return
    }
    var digits = file[...]
    while let last = digits.last, last == 32 || (9...13).contains(last) { digits.removeLast() }
    while let first = digits.first, first == 32 || (9...13).contains(first) { digits.removeFirst() }
    guard digits.count == 64, let bytes = Hex.bytes(String(decoding: digits, as: UTF8.self)) else { return nil }
    self.init(bytes: bytes)
  }
}
