import Bundle

/// Makes signing keys. (A file of its own: Foundation has a type of the module's name.)
public enum SigningKeys {
  /// A fresh pair: 32 bytes of seed, which is the secret, and 32 of the public key.
  public static func make() throws -> (seed: [UInt8], publicKey: [UInt8]) {
    guard let key = SigningKey.generate() else { throw StageError("no key could be made: is libsodium whole?") }
    return (key.seed, key.publicKey.bytes)
  }
}
